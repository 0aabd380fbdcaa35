package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log is told of clients that a listener can't take, once for all loops and addresses.
 *
 * <p>Thread-safe.
 */
public final class ListenerWarnings {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerWarnings.class);
    static final String ADVICE = "; raise the limit on open files";

    private final String name;
    private final RepeatedWarning noRoom = new RepeatedWarning();
    private final RepeatedWarning paused = new RepeatedWarning();
    private final RepeatedWarning unwatched = new RepeatedWarning();
    private final PeerFaults silent = new PeerFaults();
    private final PeerFaults withoutHeader = new PeerFaults();
    private final PeerFaults untrusted = new PeerFaults();

    /** Makes those of a listener. */
    public ListenerWarnings(String name) {
        this.name = name;
    }

    void onNoRoom(EventLoop loop) {
        noRoom.onEvent(loop, times -> LOG.warn(
                "listener {}: a client was refused, there is no room for another connection{} ({} times in {} s)", name,
                ADVICE, times, RepeatedWarning.EVERY_SECONDS));
    }

    void onPaused(EventLoop loop, String why) {
        paused.onEvent(loop,
                times -> LOG.warn("listener {}: accept paused for 100 ms, {} ({} times in {} s)", name, why,
                        times, RepeatedWarning.EVERY_SECONDS));
    }

    /** A peer that must send a PROXY header has sent nothing, or not all of it, in time. */
    void onSilent(EventLoop loop, long high, long low, long timeoutNanos) {
        silent.on(loop.now(), high, low, who -> LOG.info(
                "listener {}: {} sent no PROXY header for {} s; a balancer that sends it with the client's first byte "
                        + "(AWS NLB's default) cannot serve protocols in which the server speaks first",
                name, who, TimeUnit.NANOSECONDS.toSeconds(timeoutNanos)));
    }

    /** A peer that must send a PROXY header has sent something else. */
    void onNoHeader(EventLoop loop, long high, long low, String fault) {
        LOG.debug("listener {}: no PROXY header: {}", name, fault);
        withoutHeader.on(loop.now(), high, low, who -> LOG.info(
                "listener {}: {} did not begin with a PROXY header, and were reset: {}", name, who, fault));
    }

    /** Somebody has come whom no PROXY header is taken from, where others are rejected. */
    void onUntrusted(EventLoop loop, long high, long low) {
        untrusted.on(loop.now(), high, low, who -> LOG.info(
                "listener {}: {} were reset, since acceptProxy.from does not name their address", name, who));
    }

    void onUnwatched(EventLoop loop, String why) {
        unwatched.onEvent(loop,
                times -> LOG.warn("listener {}: a socket can't be watched: {} ({} times in {} s)", name, why,
                        times, RepeatedWarning.EVERY_SECONDS));
    }
}
