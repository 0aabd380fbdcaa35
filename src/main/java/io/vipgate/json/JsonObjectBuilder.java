package io.vipgate.json;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds an object.
 *
 * <p>Confined to the thread that builds it.
 */
public final class JsonObjectBuilder {
    private final Map<String, Json> members = new LinkedHashMap<>();

    JsonObjectBuilder() {}

    /** Adds a member. */
    public JsonObjectBuilder with(String name, Json value) {
        members.put(name, value);
        return this;
    }

    /** Adds a string; {@code null} for null. */
    public JsonObjectBuilder with(String name, @Nullable String value) {
        return with(name, Json.of(value));
    }

    /** Adds a whole number. */
    public JsonObjectBuilder with(String name, long value) {
        return with(name, Json.of(value));
    }

    /** Adds true or false. */
    public JsonObjectBuilder with(String name, boolean value) {
        return with(name, Json.of(value));
    }

    /** The object as it is now. */
    public Json build() {
        return new JsonObject(members);
    }
}
