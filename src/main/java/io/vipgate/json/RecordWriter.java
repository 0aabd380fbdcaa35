package io.vipgate.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes records as JSON objects, on one line: a member for each component, by its name and in its order.
 *
 * <p>A component is a string, a boolean, a whole number, a fraction ({@link Decimals}), an {@link Instant} (ISO 8601 in
 * UTC, milliseconds), a record, a list, a map with string keys, an array of fractions, or a {@link Supplier} of any of
 * these, which is asked when its turn comes. {@code null} is written as {@code null} unless {@link OmitNull} says otherwise,
 * and so is a fraction in an array that is no number.
 *
 * <p>Stateless.
 */
public final class RecordWriter {
    /** What is written for one component. */
    private record Component(String name, RecordComponent source, int decimals, boolean omitsNull) {
        static Component of(RecordComponent source) {
            source.getAccessor().setAccessible(true);
            Decimals decimals = source.getAnnotation(Decimals.class);
            return new Component(source.getName(), source, decimals == null ? 0 : decimals.value(),
                    source.isAnnotationPresent(OmitNull.class));
        }

        @Nullable
        Object of(Record value) {
            try {
                return source.getAccessor().invoke(value);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException(value.getClass() + "." + name, e);
            }
        }
    }

    private static final ClassValue<List<Component>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
            return Stream.of(type.getRecordComponents()).map(Component::of).toList();
        }
    };

    private RecordWriter() {}

    /** The record as text. */
    public static String write(Record value) {
        StringBuilder out = new StringBuilder();
        try {
            write(value, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /**
     * Writes the record piece by piece, for those that are long.
     *
     * @throws IOException if {@code out} takes no more
     */
    public static void write(Record value, Appendable out) throws IOException {
        String separator = "{";
        for (Component component : COMPONENTS.get(value.getClass())) {
            Object of = component.of(value);
            if (of == null && component.omitsNull) {
                continue;
            }
            out.append(separator);
            JsonWriter.write(component.name, out);
            out.append(": ");
            write(of, component.decimals, out);
            separator = ", ";
        }
        out.append(separator.equals("{") ? "{}" : "}");
    }

    private static void write(@Nullable Object value, int decimals, Appendable out) throws IOException {
        switch (value) {
            case null -> out.append("null");
            case String text -> JsonWriter.write(text, out);
            case Boolean _,Integer _,Long _ -> out.append(value.toString());
            case Double number -> out.append(Json.of(number, decimals).toString());
            case Instant at -> JsonWriter.write(at.truncatedTo(ChronoUnit.MILLIS).toString(), out);
            case Record nested -> write(nested, out);
            case Supplier<?> later -> write(later.get(), decimals, out);
            case List<?> items -> writeItems(items, decimals, out);
            case Map<?, ?> members -> writeMembers(members, decimals, out);
            case double[] numbers -> writeNumbers(numbers.length, i -> numbers[i], decimals, out);
            case float[] numbers -> writeNumbers(numbers.length, i -> numbers[i], decimals, out);
            default -> throw new IllegalArgumentException(
                    value.getClass() + " (expected: a type that can be written as JSON)");
        }
    }

    private static void writeItems(List<?> items, int decimals, Appendable out) throws IOException {
        String separator = "[";
        for (Object item : items) {
            out.append(separator);
            write(item, decimals, out);
            separator = ", ";
        }
        out.append(items.isEmpty() ? "[]" : "]");
    }

    private static void writeMembers(Map<?, ?> members, int decimals, Appendable out) throws IOException {
        String separator = "{";
        for (Map.Entry<?, ?> member : members.entrySet()) {
            out.append(separator);
            JsonWriter.write((String) member.getKey(), out);
            out.append(": ");
            write(member.getValue(), decimals, out);
            separator = ", ";
        }
        out.append(members.isEmpty() ? "{}" : "}");
    }

    /** Gives the number at a place. */
    private interface Numbers {
        double at(int place);
    }

    /** Half a million of them are to be cheap: no object for each, and no blanks between them. */
    private static void writeNumbers(int count, Numbers numbers, int decimals, Appendable out) throws IOException {
        long unit = 1;
        for (int i = 0; i < decimals; i++) {
            unit *= 10;
        }
        out.append('[');
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                out.append(',');
            }
            writeNumber(numbers.at(i), unit, out);
        }
        out.append(']');
    }

    private static void writeNumber(double number, long unit, Appendable out) throws IOException {
        if (Double.isNaN(number)) {
            out.append("null");
            return;
        }
        long parts = Math.round(number * unit);
        if (parts < 0) {
            out.append('-');
            parts = -parts;
        }
        out.append(Long.toString(parts / unit));
        long rest = parts % unit;
        if (rest != 0) {
            out.append('.');
        }
        for (long place = unit / 10; rest != 0; place /= 10) {
            out.append((char) ('0' + rest / place));
            rest %= place;
        }
    }
}
