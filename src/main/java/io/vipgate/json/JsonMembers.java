package io.vipgate.json;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object that is being made.
 *
 * <p>Confined to the thread that makes it.
 */
public final class JsonMembers {
    private final Map<String, Json> members = new LinkedHashMap<>();

    JsonMembers() {}

    /** Adds a member. */
    public JsonMembers with(String name, Json value) {
        members.put(name, value);
        return this;
    }

    /** Adds a text; {@code null} for null. */
    public JsonMembers with(String name, @Nullable String value) {
        return with(name, Json.of(value));
    }

    /** Adds a whole number. */
    public JsonMembers with(String name, long value) {
        return with(name, Json.of(value));
    }

    /** Adds a truth. */
    public JsonMembers with(String name, boolean value) {
        return with(name, Json.of(value));
    }

    /** The object as it is now. */
    public Json make() {
        return new Json.Members(members);
    }
}
