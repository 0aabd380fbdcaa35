package io.vipgate.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * Writes values on one line. What is not ASCII, and lone halves of surrogate pairs, are escaped: the text is the same in
 * every encoding, and no control character reaches a terminal.
 *
 * <p>Stateless.
 */
final class JsonWriter {
    private JsonWriter() {}

    static String write(Json value) {
        StringBuilder out = new StringBuilder();
        try {
            write(value, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void write(Json value, Appendable out) throws IOException {
        switch (value) {
            case JsonNull _ -> out.append("null");
            case JsonBoolean(boolean bool) -> out.append(String.valueOf(bool));
            case JsonNumber(BigDecimal number) -> out.append(number.toString());
            case JsonString(String text) -> write(text, out);
            case JsonArray(List<Json> items) -> {
                String separator = "[";
                for (Json item : items) {
                    out.append(separator);
                    write(item, out);
                    separator = ", ";
                }
                out.append(items.isEmpty() ? "[]" : "]");
            }
            case JsonObject(Map<String, Json> members) -> {
                String separator = "{";
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    out.append(separator);
                    write(member.getKey(), out);
                    out.append(": ");
                    write(member.getValue(), out);
                    separator = ", ";
                }
                out.append(members.isEmpty() ? "{}" : "}");
            }
        }
    }

    /** Writes a string in quotation marks. */
    static void write(String text, Appendable out) throws IOException {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        out.append(c);
                    } else {
                        out.append("\\u").append(String.format("%04x", (int) c));
                    }
                }
            }
        }
        out.append('"');
    }
}
