package io.vipgate.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Send queues of connections over IPv4 or to IPv4-mapped addresses, as {@code /proc/net/tcp} shows them (proc(5)).
 *
 * <p>Stateless.
 */
final class KernelQueues {
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int QUEUES = 4;

    private KernelQueues() {}

    /** Bytes that are sent or waiting to be, and not acknowledged. 0 when there is no such connection. */
    static long unacknowledged(int localPort, int remotePort) {
        String local = String.format(Locale.ROOT, ":%04X", localPort);
        String remote = String.format(Locale.ROOT, ":%04X", remotePort);
        long sum = 0;
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            try {
                for (String line : Files.readAllLines(Path.of(table))) {
                    String[] fields = line.trim().split("\\s+", -1);
                    if (fields.length > QUEUES && fields[LOCAL].endsWith(local) && fields[REMOTE].endsWith(remote)) {
                        sum += Long.parseLong(fields[QUEUES].substring(0, fields[QUEUES].indexOf(':')), 16);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return sum;
    }
}
