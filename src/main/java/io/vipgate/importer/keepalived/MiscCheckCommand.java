package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.Syntax;
import io.vipgate.importer.common.Tokenizer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The command line of a check, as the argument list of an {@code exec} probe. A shell is asked only where the line needs
 * one.
 *
 * <p>Stateless.
 */
final class MiscCheckCommand {
    /** The host of {@code VIPGATE_ADDRESS}, an IPv4 address and a port, in a shell. */
    private static final String ENDPOINT_HOST = "${VIPGATE_ADDRESS%:*}";
    /** The same without the brackets of an IPv6 address, for a shell to begin with. */
    private static final String BARE_HOST = "host=${VIPGATE_ADDRESS%:*}; host=${host#[}; host=${host%]}; ";
    private static final Syntax SYNTAX = new ShellSyntax();
    private static final String SHELL_CHARACTERS = "|&;<>()$`*?[]~\n";
    private static final String PLAIN = "[A-Za-z0-9_@%+=:,./-]+";

    private MiscCheckCommand() {}

    /**
     * The arguments.
     *
     * @param host the address of the endpoint: where it stands as a word, the probed endpoint's takes its place, so that one
     *            command serves a whole pool
     * @param isDynamic whether every exit status but 1 passes, as with {@code misc_dynamic}
     */
    static List<String> of(String line, String host, boolean isDynamic) {
        List<String> words = Tokenizer.words(line, SYNTAX);
        if (words.isEmpty() || words.getFirst().isBlank()) {
            return List.of();
        }
        boolean needsShell = line.chars().anyMatch(c -> SHELL_CHARACTERS.indexOf(c) >= 0);
        boolean namesHost = words.contains(host);
        if (!needsShell && !namesHost && !isDynamic) {
            return words;
        }
        boolean isIpv6 = host.contains(":");
        String anyHost = isIpv6 ? "\"$host\"" : "\"" + ENDPOINT_HOST + "\"";
        String command;
        if (needsShell) {
            command = namesHost
                    ? line.replaceAll("(?<![\\w.:-])" + Pattern.quote(host) + "(?![\\w.:-])",
                            Matcher.quoteReplacement(anyHost))
                    : line;
        } else {
            command = words.stream().map(word -> word.equals(host) ? anyHost : quote(word))
                    .collect(Collectors.joining(" ", isDynamic ? "" : "exec ", ""));
        }
        return List.of("/bin/sh", "-c", (isIpv6 && namesHost ? BARE_HOST : "")
                + (isDynamic ? "(" + command + "); [ $? -ne 1 ]" : command));
    }

    private static String quote(String word) {
        return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
