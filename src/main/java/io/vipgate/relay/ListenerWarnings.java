package io.vipgate.relay;

import io.vipgate.eventloop.EventLoop;
import io.vipgate.linux.ClientAddress;
import io.vipgate.text.IpText;
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
    private final SilentPeers silent = new SilentPeers();

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
        silent.onSilent(loop.now(), high, low, (peer, times) -> LOG.info(
                "listener {}: {} connections from {} sent no PROXY header for {} s; a balancer that sends it with the "
                        + "client's first byte (AWS NLB's default) cannot serve protocols in which the server speaks first",
                name, times, IpText.of(ClientAddress.toInetAddress(peer.high(), peer.low())),
                TimeUnit.NANOSECONDS.toSeconds(timeoutNanos)));
    }

    void onUnwatched(EventLoop loop, String why) {
        unwatched.onEvent(loop,
                times -> LOG.warn("listener {}: a socket can't be watched: {} ({} times in {} s)", name, why,
                        times, RepeatedWarning.EVERY_SECONDS));
    }
}
