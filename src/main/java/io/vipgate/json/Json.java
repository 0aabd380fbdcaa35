package io.vipgate.json;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value. {@link Object#toString()} writes it, on one line.
 *
 * <p>The questions answer for every value: a member of something that is no object is {@link Absent}, and its text is
 * empty, so that a reader of an answer need not ask at each step.
 *
 * <p>Immutable.
 */
public sealed interface Json {
    /** Members in order. */
    record Members(Map<String, Json> members) implements Json {
        /** Keeps its own copy. */
        public Members {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    /** Items in order. */
    record Items(List<Json> items) implements Json {
        /** Keeps its own copy. */
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    /** Characters. */
    record Text(String value) implements Json {
        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    /** A number, exact. */
    record Numeral(BigDecimal value) implements Json {
        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    /** True or false. */
    record Truth(boolean value) implements Json {
        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    /** {@code null}, and what is not there. */
    record Absent() implements Json {
        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    // ---- making one ----

    /** {@code null}. */
    static Json absent() {
        return new Absent();
    }

    /** A text; {@code null} for null. */
    static Json of(@Nullable String value) {
        return value == null ? absent() : new Text(value);
    }

    /** A whole number. */
    static Json of(long value) {
        return new Numeral(BigDecimal.valueOf(value));
    }

    /** A truth. */
    static Json of(boolean value) {
        return new Truth(value);
    }

    /**
     * A number with so many decimals at most.
     *
     * @param value finite
     */
    static Json of(double value, int decimals) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, java.math.RoundingMode.HALF_EVEN)
                .stripTrailingZeros();
        return new Numeral(rounded.scale() < 0 ? rounded.setScale(0) : rounded);
    }

    /** An array. */
    static Json of(Collection<? extends Json> items) {
        return new Items(List.copyOf(items));
    }

    /** An array of texts. */
    static Json ofTexts(Collection<String> texts) {
        return new Items(texts.stream().map(Json::of).toList());
    }

    /** Begins an object. */
    static JsonMembers members() {
        return new JsonMembers();
    }

    // ---- asking it ----

    /** A member; {@code null} when there is none. */
    default Json at(String name) {
        return this instanceof Members(Map<String, Json> members) ? members.getOrDefault(name, absent()) : absent();
    }

    /** The items; none when it is no array. */
    default List<Json> list() {
        return this instanceof Items(List<Json> items) ? items : List.of();
    }

    /** The characters of a text, a number or a truth as it is written; empty for anything else. */
    default String text() {
        return switch (this) {
            case Text(String value) -> value;
            case Numeral numeral -> numeral.toString();
            case Truth truth -> truth.toString();
            case Members _,Items _,Absent _ -> "";
        };
    }

    /** The number; 0 when it is none. */
    default double number() {
        return this instanceof Numeral(BigDecimal value) ? value.doubleValue() : 0;
    }

    /** The number if it is a whole one that an {@code int} can hold. */
    default Optional<Integer> whole() {
        try {
            return this instanceof Numeral(BigDecimal value) ? Optional.of(value.intValueExact()) : Optional.empty();
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** Whether it is {@code true}. */
    default boolean isTrue() {
        return this instanceof Truth(boolean value) && value;
    }

    /** Whether it is {@code null} or not there. */
    default boolean isAbsent() {
        return this instanceof Absent;
    }
}
