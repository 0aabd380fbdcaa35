package io.vipgate.config;

import java.util.function.Function;

/**
 * How values of one type are read from text and written back. <b>Immutable.</b>
 *
 * @param reader from text
 * @param writer to text that the reader accepts
 */
record ScalarType<T>(Class<T> javaType, Reader<T> reader, Function<T, String> writer) {
    /** Reads one value. */
    interface Reader<T> {
        T read(String text) throws BadValueException;
    }

    T read(String text) throws BadValueException {
        return reader.read(text);
    }

    String write(Object value) {
        return writer.apply(javaType.cast(value));
    }

    /**
     * The same type with a least and a greatest value, either of which may be empty. Only for types that have an
     * order.
     */
    ScalarType<T> within(String min, String max) {
        if (min.isEmpty() && max.isEmpty()) {
            return this;
        }
        return new ScalarType<>(javaType, text -> {
            T value = reader.read(text);
            boolean tooSmall = !min.isEmpty() && compare(value, reader.read(min)) < 0;
            boolean tooGreat = !max.isEmpty() && compare(value, reader.read(max)) > 0;
            if (tooSmall || tooGreat) {
                throw BadValueException.expected(rangeOf(min, max));
            }
            return value;
        }, writer);
    }

    static String rangeOf(String min, String max) {
        if (min.isEmpty()) {
            return max.isEmpty() ? "" : "at most " + max;
        }
        return max.isEmpty() ? "at least " + min : min + " to " + max;
    }

    @SuppressWarnings("unchecked")
    private static <T> int compare(T a, T b) {
        return ((Comparable<T>) a).compareTo(b);
    }
}
