package io.vipgate.accesslog;

import io.vipgate.linux.ClientAddress;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayObserver;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Notes the ends of one event loop's relays for the access log. Costs one read while nothing is logged, and neither a
 * system call nor memory otherwise.
 *
 * <p>Confined to its event loop.
 */
public final class LoopAccessLog implements RelayObserver {
    private final Supplier<@Nullable AccessLogPlan> plan;
    private final EntryQueue queue;
    private final SplittableRandom random;

    LoopAccessLog(Supplier<@Nullable AccessLogPlan> plan, EntryQueue queue, SplittableRandom random) {
        this.plan = plan;
        this.queue = queue;
        this.random = random;
    }

    @Override
    public void onClosed(Relay relay, CloseReason reason) {
        AccessLogPlan present = plan.get();
        if (present == null) {
            return;
        }
        String close = CloseCode.of(relay, reason);
        int attempts = relay.attempts();
        if (isOrdinary(close, attempts) && present.sample() < 1 && random.nextDouble() >= present.sample()) {
            return;
        }
        Entry entry = queue.claim();
        if (entry == null) {
            return;
        }
        LoopEndpoint endpoint = relay.endpoint();
        entry.plan = present;
        entry.timeMillis = System.currentTimeMillis();
        entry.listener = relay.listener().name();
        entry.clientHigh = relay.clientHigh();
        entry.clientLow = relay.clientLow();
        entry.clientPort = relay.clientPort();
        entry.pool = relay.pool().name();
        entry.endpoint = endpoint == null ? null : endpoint.endpoint().label();
        entry.connectNanos = relay.connectNanos();
        entry.durationNanos = relay.age();
        entry.bytesToBackend = relay.bytesToBackend();
        entry.bytesToClient = relay.bytesToClient();
        entry.attempts = attempts;
        entry.isPinned = relay.isPinned();
        entry.close = close;
        queue.publish();
    }

    /** Only these may be left out of a sample: HAProxy's {@code option dontlog-normal} draws the same line. */
    static boolean isOrdinary(String close, int attempts) {
        return close.equals(CloseCode.CLEAN) && attempts <= 1;
    }

    @Override
    public void onTurnedAway(LoopListener listener, ClientAddress client, RefuseReason reason) {
        AccessLogPlan present = plan.get();
        Entry entry = present == null ? null : queue.claim();
        if (entry == null) {
            return;
        }
        entry.plan = present;
        entry.timeMillis = System.currentTimeMillis();
        entry.listener = listener.name();
        entry.clientHigh = client.high();
        entry.clientLow = client.low();
        entry.clientPort = client.port();
        entry.pool = listener.pool().name();
        entry.endpoint = null;
        entry.connectNanos = -1;
        entry.durationNanos = 0;
        entry.bytesToBackend = 0;
        entry.bytesToClient = 0;
        entry.attempts = 0;
        entry.isPinned = false;
        entry.close = CloseCode.of(reason);
        queue.publish();
    }
}
