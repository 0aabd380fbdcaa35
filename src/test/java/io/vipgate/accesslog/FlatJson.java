package io.vipgate.accesslog;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a JSON object whose values are not nested, by the grammar of RFC 8259 and no other.
 *
 * <p>Stateless.
 */
public final class FlatJson {
    private static final Pattern STRING = Pattern
            .compile("\"((?:[^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4})*)\"");
    private static final Pattern BARE = Pattern.compile("true|false|null|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?");

    private FlatJson() {}

    /**
     * The members in their order: text without its escapes, everything else as it stands.
     *
     * @throws IllegalArgumentException if it is no such object
     */
    public static Map<String, String> parse(String line) {
        Map<String, String> members = new LinkedHashMap<>();
        if (!line.startsWith("{") || !line.endsWith("}")) {
            throw new IllegalArgumentException(line);
        }
        int at = 1;
        while (at < line.length() - 1) {
            Matcher name = match(STRING, line, at);
            if (line.charAt(name.end()) != ':') {
                throw new IllegalArgumentException("no colon at " + name.end() + " of " + line);
            }
            boolean isText = line.charAt(name.end() + 1) == '"';
            Matcher value = match(isText ? STRING : BARE, line, name.end() + 1);
            if (members.put(text(name.group(1)), isText ? text(value.group(1)) : value.group()) != null) {
                throw new IllegalArgumentException("twice the same name in " + line);
            }
            at = value.end();
            if (line.charAt(at) == ',') {
                at++;
            } else if (at != line.length() - 1) {
                throw new IllegalArgumentException("no comma at " + at + " of " + line);
            }
        }
        return members;
    }

    private static Matcher match(Pattern pattern, String line, int from) {
        Matcher matcher = pattern.matcher(line).region(from, line.length());
        if (!matcher.lookingAt()) {
            throw new IllegalArgumentException("at " + from + " of " + line);
        }
        return matcher;
    }

    private static String text(String escaped) {
        return Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)").matcher(escaped).replaceAll(match -> {
            String escape = match.group(1);
            String plain = escape.length() == 5
                    ? String.valueOf((char) Integer.parseInt(escape.substring(1), 16))
                    : escape.replace('n', '\n').replace('t', '\t').replace('r', '\r');
            return Matcher.quoteReplacement(plain);
        });
    }
}
