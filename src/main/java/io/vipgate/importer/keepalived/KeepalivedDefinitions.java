package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expands {@code $NAME} and <code>${NAME}</code>; keepalived.conf(5), "Substitutable parameters".
 *
 * <p>Confined to one import.
 */
final class KeepalivedDefinitions {
    private static final Pattern USE = Pattern
            .compile("\\$(?:\\{([A-Za-z0-9_]+)}|([A-Za-z0-9_]+)(?=\\s|$))");
    /** Values may have names in them, and those again. */
    private static final int MAX_DEPTH = 20;
    private static final int MAX_LENGTH = 64 * 1024;
    private static final int MAX_TOTAL = 16 << 20;

    private final Map<String, String> values = new HashMap<>();
    private final Notes notes;
    private int total;

    KeepalivedDefinitions(Notes notes) {
        this.notes = notes;
    }

    /** Keeps the value, without a comment behind it. */
    void define(int line, String name, String value) {
        int end = 0;
        while (end < value.length() && "#!".indexOf(value.charAt(end)) < 0) {
            end++;
        }
        String bare = value.substring(0, end).strip();
        if (bare.contains("$(") || bare.contains("~SEQ") || bare.contains("~LST")) {
            notes.add(line, "$" + name + ": a definition with a loop is not expanded");
            return;
        }
        values.put(name, bare);
    }

    /** The line with what is defined by now in place of the names; what is not defined stays as it is. */
    String expand(int line, String text) throws SyntaxException {
        String expanded = text;
        for (int depth = 0; depth < MAX_DEPTH && expanded.indexOf('$') >= 0; depth++) {
            String before = expanded;
            expanded = expandOnce(line, before);
            if (expanded.equals(before)) {
                break;
            }
        }
        return expanded;
    }

    private String expandOnce(int line, String text) throws SyntaxException {
        StringBuilder out = new StringBuilder();
        Matcher use = USE.matcher(text);
        int from = 0;
        while (use.find()) {
            String value = values.get(use.group(1) == null ? use.group(2) : use.group(1));
            out.append(text, from, use.start()).append(value == null ? use.group() : value);
            from = use.end();
            if (out.length() > MAX_LENGTH) {
                throw new SyntaxException(line,
                        "longer than " + MAX_LENGTH + " characters once its definitions are expanded");
            }
        }
        total += out.length();
        if (total > MAX_TOTAL) {
            throw new SyntaxException(line,
                    "the definitions up to here expand to more than " + (MAX_TOTAL >> 20) + " MiB");
        }
        return out.append(text, from, text.length()).toString();
    }
}
