package io.vipgate.importer.keepalived;

import java.util.ArrayList;
import java.util.List;

/**
 * The command line of a check, as the argument list of an {@code exec} probe. A shell is asked only where the line needs
 * one.
 *
 * <p>Stateless.
 */
final class MiscCheckCommand {
    /** The host of {@code VIPGATE_ADDRESS}, an IPv4 address and a port, in a shell. */
    private static final String ENDPOINT_HOST = "${VIPGATE_ADDRESS%:*}";
    private static final String SHELL_CHARACTERS = "|&;<>()$`*?[]~\n";
    private static final String PLAIN = "[A-Za-z0-9_@%+=:,./-]+";

    private MiscCheckCommand() {}

    /**
     * The arguments.
     *
     * @param host the address of the endpoint: where it stands as a word, the probed endpoint's takes its place, so that one
     *            command serves a whole pool
     */
    static List<String> of(String line, String host) {
        List<String> words = words(line);
        boolean needsShell = line.chars().anyMatch(c -> SHELL_CHARACTERS.indexOf(c) >= 0);
        if (!words.contains(host) || host.contains(":")) {
            return needsShell ? List.of("/bin/sh", "-c", line) : words;
        }
        if (needsShell) {
            String anyHost = line.replaceAll("(?<![\\w.:-])" + host.replace(".", "\\.") + "(?![\\w.:-])",
                    "\"\\" + ENDPOINT_HOST + "\"");
            return List.of("/bin/sh", "-c", anyHost);
        }
        List<String> quoted = new ArrayList<>();
        for (String word : words) {
            quoted.add(word.equals(host) ? "\"" + ENDPOINT_HOST + "\"" : quote(word));
        }
        return List.of("/bin/sh", "-c", "exec " + String.join(" ", quoted));
    }

    private static String quote(String word) {
        return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Words between blanks, where single and double quotes hold blanks together. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean hasWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                hasWord = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (hasWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    hasWord = false;
                }
            } else {
                word.append(c);
                hasWord = true;
            }
        }
        if (hasWord) {
            words.add(word.toString());
        }
        return words;
    }
}
