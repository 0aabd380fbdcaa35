package io.vipgate.importer.iptables;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word of a script, before variables are replaced.
 *
 * <p>Immutable.
 */
record ShellWord(List<Part> parts) {
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)\\+?=(.*)", Pattern.DOTALL);

    ShellWord {
        parts = List.copyOf(parts);
    }

    /** How a part is meant. */
    enum Kind {
        /** As it is. */
        TEXT,
        /** The value of a variable. */
        VARIABLE,
        /** What only running the script would tell. */
        UNKNOWN
    }

    /**
     * A piece of a word.
     *
     * @param text the text, or the variable's name, or what stands in the script
     * @param isQuoted in quotes: blanks do not split it
     * @param byDefault for a variable that may have none; empty: it has no default
     */
    record Part(Kind kind, String text, boolean isQuoted, String byDefault) {}

    boolean isPlain(String word) {
        return parts.size() == 1 && parts.getFirst().kind == Kind.TEXT && !parts.getFirst().isQuoted
                && parts.getFirst().text.equals(word);
    }

    /** The words that it becomes: none, when it is an unquoted variable that is empty. */
    List<String> expand(ShellVariables variables) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean isOpen = false;
        for (Part part : parts) {
            String value = variables.value(part);
            if (part.kind == Kind.TEXT || part.isQuoted) {
                word.append(value);
                isOpen = true;
                continue;
            }
            String[] fields = value.split("\\s+", -1);
            for (int i = 0; i < fields.length; i++) {
                if (i > 0 && isOpen) {
                    words.add(word.toString());
                    word.setLength(0);
                    isOpen = false;
                }
                if (!fields[i].isEmpty()) {
                    word.append(fields[i]);
                    isOpen = true;
                }
            }
        }
        if (isOpen) {
            words.add(word.toString());
        }
        return words;
    }

    /** The one text that it becomes, as in an assignment. */
    String joined(ShellVariables variables) {
        StringBuilder joined = new StringBuilder();
        parts.forEach(part -> joined.append(variables.value(part)));
        return joined.toString();
    }

    /** The name that it assigns to; empty when it is no assignment. */
    String assignedName() {
        Matcher matcher = assignment();
        return matcher.matches() ? matcher.group(1) : "";
    }

    private Matcher assignment() {
        boolean isCandidate = !parts.isEmpty() && parts.getFirst().kind == Kind.TEXT && !parts.getFirst().isQuoted;
        return ASSIGNMENT.matcher(isCandidate ? parts.getFirst().text : "");
    }

    /** What is assigned. */
    ShellWord assignedValue() {
        Matcher matcher = assignment();
        List<Part> rest = new ArrayList<>(parts.subList(1, parts.size()));
        if (matcher.matches()) {
            rest.addFirst(new Part(Kind.TEXT, matcher.group(2), false, ""));
        }
        return new ShellWord(rest);
    }
}
