package io.vipgate.importer.iptables;

import io.vipgate.importer.iptables.ShellWord.Part;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The variables of a script, as far as the script itself sets them.
 *
 * <p>Confined to one import.
 */
final class ShellVariables {
    private static final int MAX_LENGTH = 10_000;
    private static final Pattern PATH_OF = Pattern
            .compile("\\s*(?:which|command\\s+-v|type\\s+-p)\\s+([A-Za-z0-9_./-]+)\\s*(?:2>.*)?");

    private final Map<String, String> values = new HashMap<>();

    void set(String name, String value) {
        values.put(name, value.length() > MAX_LENGTH ? Unresolved.of("$" + name) : value);
    }

    /** From here on nobody can tell what it is. */
    void doubt(String name) {
        values.put(name, Unresolved.of("$" + name));
    }

    String value(Part part) {
        return switch (part.kind()) {
            case TEXT -> part.text();
            case UNKNOWN -> unknown(part.text());
            case VARIABLE -> variable(part);
        };
    }

    private String variable(Part part) {
        String value = values.get(part.text());
        if (value != null && !value.isEmpty()) {
            return value;
        }
        if (!part.byDefault().isEmpty()) {
            return part.byDefault();
        }
        return value != null ? value : Unresolved.of("$" + part.text());
    }

    /** {@code $(which iptables)} is iptables. */
    private static String unknown(String text) {
        String inner = text.startsWith("$(")
                ? text.substring(2, Math.max(2, text.length() - 1))
                : text.replace("`", "");
        Matcher path = PATH_OF.matcher(inner);
        return path.matches() ? path.group(1) : Unresolved.of(text);
    }
}
