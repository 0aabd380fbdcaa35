package io.vipgate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a file of another program.
 *
 * <p>Stateless.
 */
final class RulesFile {
    private static final int MAX_BYTES = 4 << 20;

    private RulesFile() {}

    /**
     * The text of a file, or of standard input for {@code -}; empty when it can't be read, which is then said.
     *
     * @param command which says it
     */
    static Optional<String> read(String file, String command, PrintWriter err) {
        byte[] bytes;
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            err.println(command + ": " + file + ": can't be read: " + e);
            return Optional.empty();
        }
        if (bytes.length > MAX_BYTES) {
            err.println(command + ": " + file + ": longer than 4 MiB");
            return Optional.empty();
        }
        return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }
}
