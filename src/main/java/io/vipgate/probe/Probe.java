package io.vipgate.probe;

/**
 * One kind of active check.
 *
 * <p>Implementations are thread-safe: one object checks every endpoint of a pool.
 */
@FunctionalInterface
public interface Probe {
    /**
     * Runs one check on the calling (virtual) thread. Returns by the deadline, whatever the endpoint does: connecting,
     * writing and reading together take no longer. Leaves no socket, process or thread behind.
     *
     * @param target whom to check
     * @param deadlineNanos when it must be over, in the time of {@link System#nanoTime()}
     * @return what came of it; never throws because of the endpoint
     * @throws InterruptedException if the thread is interrupted, as at the gateway's end
     */
    ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException;
}
