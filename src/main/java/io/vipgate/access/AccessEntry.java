package io.vipgate.access;

import java.util.Optional;

/**
 * One entry of an access list as it is written: a network, one address, or files of them.
 *
 * <p>Immutable.
 *
 * @param prefix the network; empty for files
 * @param files the files' path, which may hold the wildcards {@code *}, {@code ?} and {@code [...]} in its last part; empty for
 *     a network
 */
public record AccessEntry(Optional<Prefix> prefix, String files) {
    private static final String FILE = "file:";

    /**
     * Reads {@code 192.0.2.0/24}, {@code 2001:db8::1} or {@code file:/etc/vipgate/deny/*.txt}.
     *
     * @throws IllegalArgumentException for anything else; its message is the rule, {@code expected: ...}
     */
    public static AccessEntry parse(String text) {
        if (!text.startsWith(FILE)) {
            return new AccessEntry(Optional.of(Prefix.require(text)), "");
        }
        String files = text.substring(FILE.length());
        int name = files.lastIndexOf('/') + 1;
        if (!files.startsWith("/") || name == files.length() || files.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "expected: file: and the whole path, such as file:/etc/vipgate/deny/*.txt");
        }
        if (hasWildcard(files.substring(0, name))) {
            throw new IllegalArgumentException("expected: wildcards in the last part of the path only");
        }
        return new AccessEntry(Optional.empty(), files);
    }

    /** Whether the files' names have a wildcard, so that it is fine when there is none. */
    boolean isPattern() {
        return hasWildcard(files);
    }

    private static boolean hasWildcard(String path) {
        return path.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    }

    /** As it is written. */
    @Override
    public String toString() {
        return prefix.map(Prefix::toString).orElse(FILE + files);
    }
}
