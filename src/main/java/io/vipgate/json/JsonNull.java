package io.vipgate.json;

/** {@code null}, and what is not there. Immutable. */
public record JsonNull() implements Json {
    @Override
    public String toString() {
        return JsonWriter.write(this);
    }
}
