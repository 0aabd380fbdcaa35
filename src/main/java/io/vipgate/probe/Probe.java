package io.vipgate.probe;

import java.util.function.Consumer;

/**
 * One kind of active check.
 *
 * <p>Implementations are thread-safe: one object checks every endpoint of a pool.
 */
public interface Probe {
    /** A check under way. Confined to the probes' loop. */
    @FunctionalInterface
    interface Check {
        /** Ends it at once, without a result; does nothing once it has one. */
        void cancel();
    }

    /**
     * Begins a check, on the probes' loop, and does not wait for it. The result comes by the deadline, whatever the endpoint
     * does: connecting, writing and reading together take no longer. No socket, process or thread is left behind.
     *
     * @param target whom to check
     * @param deadlineNanos when it must be over, in the time of {@link System#nanoTime()}
     * @param whenOver told on the loop what came of it, once, perhaps before this returns
     */
    Check begin(ProbeLoop loop, ProbeTarget target, long deadlineNanos, Consumer<ProbeResult> whenOver);
}
