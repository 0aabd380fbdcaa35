package io.vipgate.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Colours, where they are wanted: on a terminal, unless NO_COLOR is set (no-color.org).
 *
 * <p>Immutable.
 *
 * @param isColoured whether escape sequences are written
 */
record AnsiStyle(boolean isColoured) {
    /** As standard output takes it. */
    static AnsiStyle ofStandardOutput() {
        String noColor = System.getenv("NO_COLOR");
        return new AnsiStyle(
                (noColor == null || noColor.isEmpty()) && isTerminal(1) && !"dumb".equals(System.getenv("TERM")));
    }

    /** Whether a descriptor of this process is a terminal; {@link System#console()} can't tell them apart. */
    static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    String red(String text) {
        return in("31", text);
    }

    String green(String text) {
        return in("32", text);
    }

    String yellow(String text) {
        return in("33", text);
    }

    String bold(String text) {
        return in("1", text);
    }

    String dim(String text) {
        return in("2", text);
    }

    private String in(String code, String text) {
        return isColoured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    /** A state, an outcome or a verdict in the colour that suits it. */
    String verdict(String text) {
        return switch (text) {
            case "up", "ready", "pass" -> green(text);
            case "down", "fail", "timeout" -> red(text);
            case "drain", "maint", "unknown", "inconclusive" -> yellow(text);
            default -> text;
        };
    }
}
