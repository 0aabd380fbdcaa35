package io.vipgate.probe;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The commands that this process has started for its probes, so that none of them, nor what they have started, outlives
 * it. Their marks begin alike, which tells them from everybody else's.
 *
 * <p>Ends with the JVM by itself; {@link Runtime#halt} alone must be preceded by {@link #endAll}. Who is killed without
 * a word (SIGKILL, the kernel's out-of-memory killer) ends nobody: that is left to the service manager.
 *
 * <p>Thread-safe.
 */
public final class ProbeCommands {
    private static final String OWN = UUID.randomUUID() + "/";
    private static final AtomicLong STARTED = new AtomicLong();
    private static volatile boolean isOver;

    private ProbeCommands() {}

    /** A mark for one more command. */
    static String nextMark() {
        long number = STARTED.getAndIncrement();
        if (number == 0) {
            Runtime.getRuntime().addShutdownHook(
                    Thread.ofPlatform().name("vipgate-commands-end").unstarted(ProbeCommands::endAll));
        }
        return OWN + number;
    }

    /** Whether none may be started any more. */
    static boolean isOver() {
        return isOver;
    }

    /** Kills all of them with their descendants, as the process is about to end; none is started from now on. */
    public static void endAll() {
        isOver = true;
        if (STARTED.get() > 0) {
            ProcessTree.ofAll(OWN).kill();
        }
    }
}
