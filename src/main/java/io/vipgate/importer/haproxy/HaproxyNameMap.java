package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.HelloKeys;
import io.vipgate.importer.common.NamePattern;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How HAProxy compares server names with values, in a line or from a file, and a file that says what becomes of each; manual of
 * HAProxy, sections 7.1.3 and 7.3.1, "map".
 *
 * <p>Immutable.
 *
 * @param method how names are compared: {@code str}, {@code end} and so on
 */
record HaproxyNameMap(String method, Map<String, String> values) {
    /** A file of keys and values. */
    static HaproxyNameMap read(String method, String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : lines(text)) {
            String[] words = line.split("\\s+", 2);
            values.putIfAbsent(words[0].toLowerCase(Locale.ROOT), words.length > 1 ? words[1].strip() : "");
        }
        return new HaproxyNameMap(method, values);
    }

    /** The lines of a file that say something. */
    static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
    }

    /** The value for a name; the first that matches. */
    Optional<String> find(String name) {
        if (method.equals("str")) {
            return Optional.ofNullable(values.get(name));
        }
        return values.entrySet().stream().filter(each -> matches(method, name, each.getKey()).orElse(false))
                .map(Map.Entry::getValue).findFirst();
    }

    /** Whether a text matches a value; empty where it can't be told. Both are in small letters. */
    static Optional<Boolean> matches(String method, String text, String value) {
        return switch (method) {
            case "str" -> Optional.of(text.equals(value));
            case "beg" -> Optional.of(text.startsWith(value));
            case "end" -> Optional.of(text.endsWith(value));
            case "sub" -> Optional.of(text.contains(value));
            case "dom" -> Optional.of(isPart(text, value.replaceFirst("^[./]+", "").replaceFirst("[./]+$", "")));
            default -> Optional.empty();
        };
    }

    private static boolean isPart(String text, String value) {
        return !value.isEmpty() && ("." + text + ".").contains("." + value + ".");
    }

    /**
     * Adds the names that a value is for.
     *
     * @param loss gets what names and domains do not say
     */
    static void collect(String method, String value, HelloKeys keys, Consumer<String> loss) {
        switch (method) {
            case "str" -> keys.addName(value);
            case "end" -> {
                if (value.startsWith(".")) {
                    keys.addBelow(value.substring(1));
                } else {
                    keys.addName(value);
                    keys.addBelow(value);
                    loss.accept(value + " without a dot before it is the end of other names too, such as x" + value
                            + ": they are treated as those that name any other server");
                }
            }
            case "dom" -> {
                String domain = value.replaceFirst("^[./]+", "");
                keys.addName(domain);
                keys.addBelow(domain);
                loss.accept(domain + " is looked for before other labels too, as in " + domain
                        + ".example: such names are treated as those that name any other server");
            }
            case "reg" -> {
                NamePattern names = NamePattern.of(value);
                names.exact().forEach(keys::addName);
                names.below().forEach(keys::addBelow);
                if (!names.isWhole()) {
                    loss.accept("vipgate has names and whole domains, *.example.com, but no expressions: "
                            + (names.keys().isEmpty()
                                    ? "it is left out, and its clients are treated as those that name any other server"
                                    : "the nearest to it takes its place, " + String.join(", ", names.keys())));
                }
            }
            case "beg", "sub", "dir", "len" -> loss.accept("vipgate has names and whole domains, *.example.com, but no "
                    + "parts of names: clients that it chose are treated as those that name any other server");
            default -> {
            }
        }
    }
}
