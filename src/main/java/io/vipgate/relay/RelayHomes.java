package io.vipgate.relay;

import io.vipgate.balance.BalancerFactory;
import io.vipgate.balance.SelectionContext;
import io.vipgate.balance.TieredBalancer;
import io.vipgate.balance.Turns;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pinning.Pin;
import io.vipgate.pinning.PinKey;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.PoolSnapshot;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which relays of a pool are elsewhere than where their clients belong, and what must be done before one of them is closed, so
 * that its client does not come back to where it was.
 *
 * <p>Confined to one event loop.
 */
public interface RelayHomes {
    /**
     * Where the client of a relay belongs.
     *
     * @param at where it is
     * @return null when it may stay, or when it would not be taken there now
     */
    @Nullable
    Endpoint homeOf(Relay relay, Endpoint at);

    /** It is about to be closed. */
    default void onLeaving(Relay relay, Endpoint at) {}

    /** Anybody will do: there are too many relays, and it does not matter whose they are. */
    static RelayHomes none() {
        return (_, at) -> at;
    }

    /**
     * Where clients were before a failure moved their pins. Those who were pinned first to an endpoint that has no share, such
     * as a backup, belong to any other one.
     *
     * @param open endpoints that take clients home
     * @param isWithoutShare who is not to keep clients
     */
    static RelayHomes ofPins(PinTable table, Set<Endpoint> open, Predicate<Endpoint> isWithoutShare) {
        return new OfPins(table, open, isWithoutShare, new PinKey());
    }

    /**
     * Where the rule leads clients as long as nobody is full.
     *
     * @param factory a rule that leads a client to the same endpoint again
     * @param transparent which endpoints a client can reach; null for all
     * @param open endpoints that take clients home
     */
    static RelayHomes ofRule(PoolSnapshot snapshot, BalancerFactory factory, @Nullable TransparentSource transparent,
            Set<Endpoint> open) {
        return new OfRule(snapshot, new TieredBalancer(snapshot, factory, new Turns()), transparent, open);
    }

    /** See {@link #ofPins}. */
    record OfPins(PinTable table, Set<Endpoint> open, Predicate<Endpoint> isWithoutShare, PinKey key)
            implements
                RelayHomes {
        @Override
        public @Nullable Endpoint homeOf(Relay relay, Endpoint at) {
            Pin pin = relay.attempts.pin();
            if (pin == null || open.isEmpty()) {
                return null;
            }
            Pin present = table.find(key, relay.clientHigh, relay.clientLow);
            Endpoint home = pin.home();
            if (home != null && pin == present) {
                return !home.equals(at) && open.contains(home) ? home : null;
            }
            // Its pin may have been forgotten with another relay of the client, who must not be led back here by a new one.
            boolean isLedHere = present != null && pin != present && present.endpoint().equals(at);
            return isWithoutShare.test(at) && !isLedHere ? at : null;
        }

        @Override
        public void onLeaving(Relay relay, Endpoint at) {
            Pin pin = relay.attempts.pin();
            if (pin != null && table.isPresent(key, relay.clientHigh, relay.clientLow, pin)
                    && (pin.home() != null || pin.endpoint().equals(at))) {
                table.sendHome(key, relay.clientHigh, relay.clientLow, pin, pin.endpoint());
            }
        }
    }

    /** See {@link #ofRule}. */
    final class OfRule implements RelayHomes, SelectionContext {
        private final PoolSnapshot snapshot;
        private final TieredBalancer balancer;
        private final @Nullable TransparentSource transparent;
        private final Set<Endpoint> open;
        private long high;
        private long low;
        private Predicate<Endpoint> isMeant = _ -> true;

        private OfRule(PoolSnapshot snapshot, TieredBalancer balancer, @Nullable TransparentSource transparent,
                Set<Endpoint> open) {
            this.snapshot = snapshot;
            this.balancer = balancer;
            this.transparent = transparent;
            this.open = open;
        }

        @Override
        public @Nullable Endpoint homeOf(Relay relay, Endpoint at) {
            high = relay.clientHigh;
            low = relay.clientLow;
            Endpoint home = transparent == null
                    ? first(_ -> true)
                    : reachable(transparent, relay.now(), ClientAddress.isIpv4(high, low));
            return home != null && !home.equals(at) && open.contains(home) ? home : null;
        }

        /** As {@link LoopPool#open} looks for one. */
        private @Nullable Endpoint reachable(TransparentSource source, long now, boolean isIpv4) {
            Endpoint ofFamily = first(each -> TransparentSource.isOfFamily(each, isIpv4)
                    && !(source.isRequired() && source.returnPaths().isLost(each, now)));
            if (ofFamily != null && (source.isRequired() || isPrime(ofFamily))) {
                return ofFamily;
            }
            return first(each -> !source.isRequired() || TransparentSource.isOfFamily(each, isIpv4));
        }

        private boolean isPrime(Endpoint endpoint) {
            return snapshot.members().stream()
                    .anyMatch(member -> member.endpoint().equals(endpoint) && member.state().isPrime());
        }

        private @Nullable Endpoint first(Predicate<Endpoint> meant) {
            isMeant = meant;
            var candidate = balancer.select(this);
            return candidate == null ? null : candidate.endpoint();
        }

        @Override
        public boolean isUsable(Endpoint endpoint) {
            return isMeant.test(endpoint);
        }

        @Override
        public long random() {
            return 0;
        }

        @Override
        public long clientHigh() {
            return high;
        }

        @Override
        public long clientLow() {
            return low;
        }
    }
}
