package io.vipgate.json;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value. {@link Object#toString()} writes it, on one line.
 *
 * <p>The questions answer for every value: a member of something that is no object is {@link JsonNull}, and its text is
 * empty, so that a reader of an answer need not ask at each step.
 *
 * <p>Immutable.
 */
public sealed interface Json permits JsonObject, JsonArray, JsonString, JsonNumber, JsonBoolean, JsonNull {
    // ---- making one ----

    /** {@code null}. */
    static Json ofNull() {
        return new JsonNull();
    }

    /** A text; {@code null} for null. */
    static Json of(@Nullable String value) {
        return value == null ? ofNull() : new JsonString(value);
    }

    /** A whole number. */
    static Json of(long value) {
        return new JsonNumber(BigDecimal.valueOf(value));
    }

    /** True or false. */
    static Json of(boolean value) {
        return new JsonBoolean(value);
    }

    /**
     * A number with so many decimals at most.
     *
     * @param value finite
     */
    static Json of(double value, int decimals) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN)
                .stripTrailingZeros();
        return new JsonNumber(rounded.scale() < 0 ? rounded.setScale(0) : rounded);
    }

    /** An array. */
    static Json of(Collection<? extends Json> items) {
        return new JsonArray(List.copyOf(items));
    }

    /** Begins an object. */
    static JsonObjectBuilder object() {
        return new JsonObjectBuilder();
    }

    // ---- asking it ----

    /** An object's members in order; none of anything else. */
    default Map<String, Json> entries() {
        return this instanceof JsonObject(Map<String, Json> members) ? members : Map.of();
    }

    /** A member; {@code null} when there is none. */
    default Json get(String name) {
        return this instanceof JsonObject(Map<String, Json> members) ? members.getOrDefault(name, ofNull()) : ofNull();
    }

    /** The items; none when it is no array. */
    default List<Json> list() {
        return this instanceof JsonArray(List<Json> items) ? items : List.of();
    }

    /** The characters of a text, a number or a boolean as it is written; empty for anything else. */
    default String text() {
        return switch (this) {
            case JsonString(String value) -> value;
            case JsonNumber number -> number.toString();
            case JsonBoolean bool -> bool.toString();
            case JsonObject _,JsonArray _,JsonNull _ -> "";
        };
    }

    /** The number; 0 when it is none. */
    default double number() {
        return this instanceof JsonNumber(BigDecimal value) ? value.doubleValue() : 0;
    }

    /** The number if it is a whole one that an {@code int} can hold. */
    default Optional<Integer> whole() {
        try {
            return this instanceof JsonNumber(BigDecimal value) ? Optional.of(value.intValueExact()) : Optional.empty();
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** Whether it is {@code true}. */
    default boolean isTrue() {
        return this instanceof JsonBoolean(boolean value) && value;
    }

    /** Whether it is {@code null} or not there. */
    default boolean isNull() {
        return this instanceof JsonNull;
    }
}
