package io.vipgate.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON strictly: RFC 8259 and nothing besides, one value and nothing behind it, no name twice in one object. Depth
 * and numbers are bounded, so that a text costs no more than its length.
 *
 * <p>Confined to one text.
 */
public final class JsonParser {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_DIGITS = 40;
    private static final int MAX_EXPONENT_DIGITS = 3;

    private final String text;
    private int position;

    private JsonParser(String text) {
        this.text = text;
    }

    /**
     * Reads a text.
     *
     * @throws JsonException if it is anything but one JSON value
     */
    public static Json parse(String text) throws JsonException {
        JsonParser parser = new JsonParser(text);
        parser.skipBlanks();
        Json value = parser.value(0);
        parser.skipBlanks();
        if (parser.position < text.length()) {
            throw parser.expected("the end");
        }
        return value;
    }

    private Json value(int depth) throws JsonException {
        if (depth > MAX_DEPTH) {
            throw expected("no more than " + MAX_DEPTH + " levels");
        }
        return switch (peek()) {
            case '{' -> members(depth);
            case '[' -> items(depth);
            case '"' -> new JsonString(string());
            case 't' -> word("true", Json.of(true));
            case 'f' -> word("false", Json.of(false));
            case 'n' -> word("null", Json.ofNull());
            default -> number();
        };
    }

    private Json members(int depth) throws JsonException {
        Map<String, Json> members = new LinkedHashMap<>();
        take('{');
        skipBlanks();
        if (peek() != '}') {
            boolean isMore = true;
            while (isMore) {
                skipBlanks();
                int begin = position;
                String name = string();
                skipBlanks();
                take(':');
                skipBlanks();
                if (members.put(name, value(depth + 1)) != null) {
                    throw new JsonException(begin, "each name once");
                }
                isMore = isMore('}');
            }
        }
        take('}');
        return new JsonObject(members);
    }

    private Json items(int depth) throws JsonException {
        List<Json> items = new ArrayList<>();
        take('[');
        skipBlanks();
        if (peek() != ']') {
            boolean isMore = true;
            while (isMore) {
                skipBlanks();
                items.add(value(depth + 1));
                isMore = isMore(']');
            }
        }
        take(']');
        return new JsonArray(items);
    }

    /** Takes a comma; false before the end. */
    private boolean isMore(char end) throws JsonException {
        skipBlanks();
        if (peek() == end) {
            return false;
        }
        if (peek() != ',') {
            throw expected("',' or '" + end + "'");
        }
        position++;
        return true;
    }

    private Json word(String word, Json value) throws JsonException {
        if (!text.startsWith(word, position)) {
            throw expected("a value");
        }
        position += word.length();
        return value;
    }

    private Json number() throws JsonException {
        int begin = position;
        if (peek() == '-') {
            position++;
        }
        if (peek() == '0') {
            position++;
        } else {
            digits(MAX_DIGITS);
        }
        if (peek() == '.') {
            position++;
            digits(MAX_DIGITS);
        }
        if (peek() == 'e' || peek() == 'E') {
            position++;
            if (peek() == '+' || peek() == '-') {
                position++;
            }
            digits(MAX_EXPONENT_DIGITS);
        }
        return new JsonNumber(new BigDecimal(text.substring(begin, position)));
    }

    private void digits(int most) throws JsonException {
        int begin = position;
        while (peek() >= '0' && peek() <= '9') {
            position++;
        }
        if (position == begin) {
            throw expected("a value");
        }
        if (position - begin > most) {
            throw new JsonException(begin, "at most " + most + " digits");
        }
    }

    private String string() throws JsonException {
        take('"');
        StringBuilder out = new StringBuilder();
        while (peek() != '"') {
            char c = peek();
            if (position >= text.length() || c < ' ') {
                throw expected("'\"'");
            }
            position++;
            out.append(c == '\\' ? escaped() : c);
        }
        position++;
        return out.toString();
    }

    private char escaped() throws JsonException {
        char c = peek();
        position++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> {
                position--;
                throw expected("an escape");
            }
        };
    }

    private char hex() throws JsonException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw expected("four hexadecimal digits");
            }
            value = value << 4 | digit;
            position++;
        }
        return (char) value;
    }

    private void skipBlanks() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            position++;
        }
    }

    private void take(char c) throws JsonException {
        if (peek() != c) {
            throw expected("'" + c + "'");
        }
        position++;
    }

    /** The next character; NUL at the end, which no rule takes. */
    private char peek() {
        return position < text.length() ? text.charAt(position) : '\0';
    }

    private JsonException expected(String what) {
        return new JsonException(position, what);
    }
}
