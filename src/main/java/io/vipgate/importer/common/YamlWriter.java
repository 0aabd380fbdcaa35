package io.vipgate.importer.common;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes sections, lists and values as YAML: short ones on one line, what could be misread in quotes.
 *
 * <p>Confined to one import.
 */
final class YamlWriter {
    private static final int WIDTH = 110;
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_VALUES = 20_000;
    private static final int MAX_VALUE_LENGTH = 16 * 1024;
    private static final int BLOCK_DEPTH = 2;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9_./-]*");

    private final StringBuilder out = new StringBuilder();
    private int values;
    private int maxLength;

    private YamlWriter() {}

    /** The text; empty when it would be more than vipgate reads. */
    static String write(Map<String, ?> sections) {
        YamlWriter text = new YamlWriter();
        text.block(sections, 0);
        String written = text.out.toString();
        text.count(sections);
        return text.values > MAX_VALUES || text.maxLength > MAX_VALUE_LENGTH
                || written.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES ? "" : written;
    }

    private void count(Object value) {
        values++;
        switch (value) {
            case Map<?, ?> section -> section.values().forEach(this::count);
            case List<?> list -> list.forEach(this::count);
            default -> maxLength = Math.max(maxLength, value.toString().length());
        }
    }

    private void block(Map<?, ?> section, int depth) {
        section.forEach((key, value) -> {
            out.append("  ".repeat(depth)).append(scalar(key.toString())).append(':');
            boolean isSingle = !(value instanceof Map || value instanceof List);
            if (isSingle || (depth >= BLOCK_DEPTH - 1 && fits(depth, key.toString(), value))) {
                out.append(' ').append(line(value)).append('\n');
            } else if (value instanceof List<?> list) {
                out.append('\n');
                list.forEach(
                        item -> out.append("  ".repeat(depth + 1)).append("- ").append(line(item)).append('\n'));
            } else if (value instanceof Map<?, ?> inner) {
                out.append('\n');
                block(inner, depth + 1);
            }
        });
    }

    private static boolean fits(int depth, String key, Object value) {
        return !hasSections(value) && 2 * depth + key.length() + line(value).length() <= WIDTH;
    }

    /** Sections by name, and sections with such in them, are easier to read one below the other. */
    private static boolean hasSections(Object value) {
        return value instanceof Map<?, ?> section
                && (section.values().stream().allMatch(Map.class::isInstance) || section.containsKey("endpoints"));
    }

    private static String line(Object value) {
        return switch (value) {
            case Map<?, ?> section -> {
                List<String> parts = new ArrayList<>();
                section.forEach((key, inner) -> parts.add(scalar(key.toString()) + ": " + line(inner)));
                yield "{ " + String.join(", ", parts) + " }";
            }
            case List<?> list -> list.stream().map(YamlWriter::line).collect(Collectors.joining(", ", "[", "]"));
            default -> scalar(value.toString());
        };
    }

    private static String scalar(String text) {
        if (PLAIN.matcher(text).matches() && !text.toLowerCase(Locale.ROOT).equals("null")) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.replace("${", "$${").codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (isPlain(c)) {
                quoted.append((char) c);
            } else {
                int written = Character.getType(c) == Character.SURROGATE ? 0xFFFD : c;
                quoted.append(String.format(written < 0x10000 ? "\\u%04X" : "\\U%08X", written));
            }
        });
        return quoted.append('"').toString();
    }

    private static boolean isPlain(int c) {
        return (c >= ' ' && c <= '~') || (c > 0xA0 && c < Character.MIN_SUPPLEMENTARY_CODE_POINT
                && Character.isLetterOrDigit(c));
    }
}
