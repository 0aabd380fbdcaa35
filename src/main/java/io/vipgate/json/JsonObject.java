package io.vipgate.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An object: members in order. Immutable. */
public record JsonObject(Map<String, Json> members) implements Json {
    /** Keeps its own copy. */
    public JsonObject {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    @Override
    public String toString() {
        return JsonWriter.write(this);
    }
}
