package io.vipgate.json;

/** True or false. Immutable. */
public record JsonBoolean(boolean value) implements Json {
    @Override
    public String toString() {
        return JsonWriter.write(this);
    }
}
