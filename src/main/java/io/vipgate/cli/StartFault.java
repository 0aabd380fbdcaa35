package io.vipgate.cli;

import io.vipgate.config.GatewayConfig;
import io.vipgate.linux.ThreadRoom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Why a gateway can't run, in one line that says what to raise or to install.
 *
 * <p>Stateless.
 */
final class StartFault {
    /** Event loops and carriers of virtual threads aside: control, readiness, rates, timers, HTTP, logs, signals. */
    private static final int THREADS = 24;

    /** Without its random devices the JDK gathers randomness by itself for ten seconds. */
    private static final Map<String, Integer> DEVICES = new TreeMap<>(
            Map.of("/dev/null", 3, "/dev/random", 8, "/dev/urandom", 9));

    private StartFault() {}

    /** What the system must have; empty when it has it. */
    static Optional<String> ofDevices() {
        return DEVICES.entrySet().stream().filter(device -> !Files.exists(Path.of(device.getKey()))).findFirst()
                .map(device -> device.getKey() + " is missing; a container or chroot must have it (mount a /dev, or: "
                        + "mknod -m 666 " + device.getKey() + " c 1 " + device.getValue() + ")");
    }

    /**
     * Tries whether all threads of a gateway can be started, those included that it starts later: a thread of its probes
     * that can't be started then would leave it without health checks.
     *
     * @return what is lacking; empty when there is room for all
     */
    static Optional<String> ofThreads(GatewayConfig config) {
        int processors = Runtime.getRuntime().availableProcessors();
        int loops = config.runtime().eventLoops() == 0 ? processors : config.runtime().eventLoops();
        int needed = loops + processors + THREADS;
        try {
            int started = ThreadRoom.tryStart(needed);
            return started == needed
                    ? Optional.empty()
                    : Optional.of("only " + started + " of the " + needed
                            + " threads that a gateway needs can be started; raise the limit on processes: "
                            + ThreadRoom.limits());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** One line of what was thrown. */
    static String describe(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof OutOfMemoryError && String.valueOf(root.getMessage()).contains("native thread")) {
            return "a thread can't be started; raise the limit on processes: " + ThreadRoom.limits();
        }
        if (root instanceof UnsatisfiedLinkError) {
            return "a native library can't be loaded: " + firstLine(root)
                    + " (expected: glibc, and a temporary directory "
                    + "that is writable and not mounted noexec, or the library on java.library.path)";
        }
        StackTraceElement[] trace = root.getStackTrace();
        return "a fault of the gateway itself: " + firstLine(root) + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    private static String firstLine(Throwable thrown) {
        return thrown.toString().lines().findFirst().orElse("");
    }
}
