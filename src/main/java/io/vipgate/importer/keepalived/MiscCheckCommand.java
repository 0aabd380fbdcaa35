package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.Syntax;
import io.vipgate.importer.common.Tokenizer;
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
    private static final Syntax SYNTAX = new ShellSyntax();
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
        List<String> words = Tokenizer.words(line, SYNTAX);
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
}
