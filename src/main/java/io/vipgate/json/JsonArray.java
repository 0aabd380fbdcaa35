package io.vipgate.json;

import java.util.List;

/** An array: items in order. Immutable. */
public record JsonArray(List<Json> items) implements Json {
    /** Keeps its own copy. */
    public JsonArray {
        items = List.copyOf(items);
    }

    @Override
    public String toString() {
        return JsonWriter.write(this);
    }
}
