package io.vipgate.loops;

import io.vipgate.accesslog.LoopAccessLog;
import io.vipgate.linux.ClientAddress;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.Conveyed;
import io.vipgate.relay.HelloInfo;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;
import io.vipgate.relay.RelayInfo;
import io.vipgate.relay.RelayLog;
import io.vipgate.relay.RelayObserver;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes what happens to one event loop's relays on: to the logs, and failed connects to the monitor of their pool. A fault
 * of this machine never counts against an endpoint.
 *
 * <p>Confined to its event loop.
 */
public final class RelayEvents implements RelayObserver {
    private static final Logger LOG = LoggerFactory.getLogger(RelayEvents.class);
    private static final long WARN_EVERY_NANOS = 10_000_000_000L;

    private final LiveConnects live;
    private final RelayLog log = new RelayLog();
    private final LoopAccessLog accessLog;
    private final LongAdder localFaults = new LongAdder();
    private final AtomicLong warnedAt = new AtomicLong(System.nanoTime() - WARN_EVERY_NANOS);

    /**
     * Makes an observer.
     *
     * @param live told of what speaks against an endpoint
     * @param accessLog the loop's own
     */
    public RelayEvents(LiveConnects live, LoopAccessLog accessLog) {
        this.live = live;
        this.accessLog = accessLog;
    }

    @Override
    public void onConnectFailed(RelayInfo relay, ConnectFailure failure) {
        if (failure == ConnectFailure.LOCAL) {
            warnOfLocalFault(relay);
        } else {
            live.onFailed(relay);
        }
    }

    @Override
    public void onOvertaken(RelayInfo relay, LoopEndpoint loser) {
        live.onOvertaken(relay, loser);
    }

    private void warnOfLocalFault(RelayInfo relay) {
        localFaults.increment();
        long now = System.nanoTime();
        long last = warnedAt.get();
        if (now - last >= WARN_EVERY_NANOS && warnedAt.compareAndSet(last, now)) {
            LOG.warn(
                    "pool {}: {} connects since the last such line failed on this machine itself: a source address that is "
                            + "not its own, or no local port, descriptor or memory left",
                    relay.pool().name(),
                    localFaults.sumThenReset());
        }
    }

    @Override
    public void onClosed(RelayInfo relay, CloseReason reason) {
        log.onClosed(relay, reason);
        accessLog.onClosed(relay, reason);
    }

    @Override
    public void onClientRefused(LoopListener listener, ClientAddress client, @Nullable Conveyed conveyed,
            @Nullable HelloInfo hello, RefuseReason reason, long ageNanos) {
        accessLog.onClientRefused(listener, client, conveyed, hello, reason, ageNanos);
    }
}
