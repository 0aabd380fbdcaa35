package io.vipgate.json;

/** Characters. Immutable. */
public record JsonString(String value) implements Json {
    @Override
    public String toString() {
        return JsonWriter.write(this);
    }
}
