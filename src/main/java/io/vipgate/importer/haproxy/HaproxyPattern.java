package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Statement;
import java.util.Optional;
import java.util.Set;

/**
 * What an {@code expect} rule of a check looks for.
 *
 * <p>Immutable.
 *
 * @param isNegated whether it must not be there
 * @param match {@code string}, {@code rstring}, {@code binary}, {@code status} and so on
 */
record HaproxyPattern(Statement rule, boolean isNegated, String match, String text) {
    private static final Set<String> PAIRS = Set.of("min-recv", "comment", "ok-status", "error-status", "tout-status",
            "on-success", "on-error", "status-code");
    private static final String SPECIAL = ".[](){}*+?|\\^$";

    static HaproxyPattern of(Statement rule) {
        int i = 2;
        while (PAIRS.contains(rule.word(i))) {
            i += 2;
        }
        boolean isNegated = rule.word(i).startsWith("!");
        String match = isNegated ? rule.word(i).substring(1) : rule.word(i);
        if (isNegated && match.isEmpty()) {
            i++;
            match = rule.word(i);
        }
        return new HaproxyPattern(rule, isNegated, match, rule.word(i + 1));
    }

    /** Whether a word before the pattern has this value. */
    boolean has(String pair, String value) {
        int at = rule.words().indexOf(pair);
        return at > 1 && rule.word(at + 1).equals(value);
    }

    /** The bytes that must be there, as characters up to 255; empty where plain bytes do not say it. */
    Optional<String> plain() {
        if (isNegated || text.isEmpty()) {
            return Optional.empty();
        }
        return switch (match) {
            case "string" -> Optional.of(text);
            case "string-lf" -> withoutFormat(text);
            case "rstring" -> literal(text);
            case "binary", "rbinary" -> bytes(text);
            case "binary-lf" -> withoutFormat(text).flatMap(HaproxyPattern::bytes);
            default -> Optional.empty();
        };
    }

    /** The bytes of a pattern that may stand at the beginning or the end alone; empty where there are none. */
    Optional<String> anchored() {
        if (isNegated || !match.equals("rstring")) {
            return Optional.empty();
        }
        String inner = text.startsWith("^") ? text.substring(1) : text;
        if (inner.endsWith("$") && !inner.endsWith("\\$")) {
            inner = inner.substring(0, inner.length() - 1);
        }
        return literal(inner);
    }

    /** The text that a regular expression without operators matches. */
    static Optional<String> literal(String regex) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\' && i + 1 < regex.length() && !Character.isLetterOrDigit(regex.charAt(i + 1))) {
                i++;
                out.append(regex.charAt(i));
            } else if (SPECIAL.indexOf(c) >= 0) {
                return Optional.empty();
            } else {
                out.append(c);
            }
        }
        return out.isEmpty() ? Optional.empty() : Optional.of(out.toString());
    }

    /** A log format that computes nothing. */
    static Optional<String> withoutFormat(String text) {
        String plain = text.replace("%%", "");
        return plain.contains("%") || text.isEmpty() ? Optional.empty() : Optional.of(text.replace("%%", "%"));
    }

    /** Hexadecimal digits as characters up to 255; empty if they are none. */
    static Optional<String> bytes(String hex) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < hex.length(); i += 2) {
            int high = Character.digit(hex.charAt(i), 16);
            int low = i + 1 < hex.length() ? Character.digit(hex.charAt(i + 1), 16) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            out.append((char) (high << 4 | low));
        }
        return out.isEmpty() ? Optional.empty() : Optional.of(out.toString());
    }

    /** What it looks for, as the file has it. */
    @Override
    public String toString() {
        return (isNegated ? "! " : "") + match + " " + text;
    }
}
