package io.vipgate.linux;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of the kernel (sysctl(8)).
 *
 * <p>Immutable.
 */
public final class Sysctl {
    private static final int MAX_BYTES = 4096;

    private Sysctl() {}

    /**
     * Reads a setting.
     *
     * @param name such as {@code net.core.somaxconn}
     * @return its text without white space around it; empty when there is no such setting or it may not be read
     */
    public static Optional<String> read(String name) {
        Path file = Path.of("/proc/sys", name.replace('.', '/'));
        // In one read: the kernel answers a second one with the end of the file, so what reads a byte first gets a byte.
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.US_ASCII).trim());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
