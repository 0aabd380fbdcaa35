package io.vipgate.accesslog;

import io.vipgate.linux.ClientAddress;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.Conveyed;
import io.vipgate.relay.HelloInfo;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;
import io.vipgate.relay.RelayInfo;
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
    public void onClosed(RelayInfo relay, CloseReason reason) {
        AccessLogPlan present = plan.get();
        if (present == null) {
            return;
        }
        String close = CloseCode.of(relay, reason);
        int attempts = relay.attempts();
        if (isOrdinary(close, attempts) && present.sample() < 1 && random.nextDouble() >= present.sample()) {
            return;
        }
        Entry entry = claim(present, relay.listener(), close);
        if (entry == null) {
            return;
        }
        LoopEndpoint endpoint = relay.endpoint();
        entry.client(relay.clientHigh(), relay.clientLow(), relay.clientPort());
        entry.conveyed = relay.conveyed();
        entry.hello = relay.hello();
        entry.endpoint = endpoint == null ? null : endpoint.endpoint().label();
        entry.connectNanos = relay.connectNanos();
        entry.durationNanos = relay.age();
        entry.bytesToBackend = relay.bytesToBackend();
        entry.bytesToClient = relay.bytesToClient();
        entry.attempts = attempts;
        entry.isPinned = relay.isPinned();
        if (relay.wasHedged()) {
            entry.hedge = relay.hasHedgeWon() ? "won" : "lost";
        }
        queue.publish();
    }

    /** Only these may be left out of a sample: HAProxy's {@code option dontlog-normal} draws the same line. */
    static boolean isOrdinary(String close, int attempts) {
        return close.equals(CloseCode.CLEAN) && attempts <= 1;
    }

    @Override
    public void onClientRefused(LoopListener listener, ClientAddress client, @Nullable Conveyed conveyed,
            @Nullable HelloInfo hello, RefuseReason reason, long ageNanos) {
        AccessLogPlan present = plan.get();
        Entry entry = present == null ? null : claim(present, listener, CloseCode.of(reason));
        if (entry != null) {
            entry.client(client.high(), client.low(), client.port());
            entry.conveyed = conveyed;
            entry.hello = hello;
            entry.durationNanos = ageNanos;
            queue.publish();
        }
    }

    /** An entry of a client that has not got anywhere; null when the queue is full, which is counted. */
    private @Nullable Entry claim(AccessLogPlan present, LoopListener listener, String close) {
        Entry entry = queue.claim();
        if (entry != null) {
            entry.begin(present, listener.name(), listener.pool().name(), close);
        }
        return entry;
    }
}
