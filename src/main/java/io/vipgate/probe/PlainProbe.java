package io.vipgate.probe;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Checks over a connection without TLS, on the probes' loop.
 *
 * <p>Thread-safe.
 */
final class PlainProbe implements Probe {
    private final ProbeConnection connection;
    private final Supplier<Talk> talks;

    /**
     * Makes a probe.
     *
     * @param talks makes what is said and heard in one check
     */
    PlainProbe(ProbeConnection connection, Supplier<Talk> talks) {
        this.connection = connection;
        this.talks = talks;
    }

    @Override
    public Check begin(ProbeLoop loop, ProbeTarget target, long deadlineNanos, Consumer<ProbeResult> whenOver) {
        PlainCheck check = new PlainCheck(loop, connection, target, talks.get(), whenOver);
        check.begin(deadlineNanos);
        return check;
    }
}
