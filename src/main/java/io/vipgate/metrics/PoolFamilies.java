package io.vipgate.metrics;

import io.vipgate.neighbour.CoLocation;
import io.vipgate.relay.ClientAddressFallback;
import io.vipgate.relay.HedgeResult;
import io.vipgate.relay.PoolCounts;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The series of pools.
 *
 * <p>Confined to the thread that writes.
 */
final class PoolFamilies {
    private final List<Told> pools;

    private record Told(PoolStats pool, PoolCounts counts) {
        String name() {
            return pool.name();
        }
    }

    /** Adds one pool. */
    private interface One {
        void add(Series series, Told pool);
    }

    PoolFamilies(GatewayStats numbers) {
        pools = numbers.pools().stream().sorted(Comparator.comparing(PoolStats::name))
                .map(pool -> new Told(pool, numbers.loops().pools().getOrDefault(pool.name(), new PoolCounts())))
                .toList();
    }

    private Family.Numbers each(One one) {
        return series -> {
            for (Told pool : pools) {
                one.add(series, pool);
                series.spill();
            }
        };
    }

    private static Family pinCounter(String name, String help, Family.Numbers numbers) {
        return Family.counter(name, help, numbers, "pool");
    }

    List<Family> families() {
        return List.of(
                Family.histogram("vipgate_relay_duration_seconds",
                        "How long relays lasted, from being accepted to their end.",
                        each((series, pool) -> series.add(pool.counts().durations(), pool.name())), "pool"),
                Family.counter("vipgate_pool_retries", "Attempts to connect that followed a failed one.",
                        each((series, pool) -> series.add(pool.counts().retries(), pool.name())), "pool"),
                Family.counter("vipgate_pool_retries_refused",
                        "Attempts that would have followed a failed one, had retryBudget not been used up.",
                        each((series, pool) -> series.add(pool.counts().retriesRefused(), pool.name())), "pool"),
                Family.counter("vipgate_pool_hedges",
                        "Second connects beside ones that were slow, by what became of them; no_budget and no_socket were "
                                + "not begun.",
                        each(PoolFamilies::addHedges), "pool", "result"),
                Family.gauge("vipgate_pool_hedge_delay_seconds",
                        "How long a connect may take now before another one is begun beside it.",
                        each((series, pool) -> pool.pool().hedgeDelay()
                                .ifPresent(seconds -> series.add(seconds, pool.name()))),
                        "pool"),
                Family.counter("vipgate_pool_no_healthy",
                        "Clients for whom no endpoint that is not DOWN was left: tried on one that is DOWN, or refused.",
                        each((series, pool) -> series.add(pool.counts().noHealthy(), pool.name())), "pool"),
                Family.gauge("vipgate_pool_skew_ratio",
                        "Greatest ratio of the open relays that an endpoint of the pool has to those that it should have by "
                                + "its weight; 1 when all have that.",
                        each((series, pool) -> series.add(pool.pool().skew(), pool.name())), "pool"),
                Family.gauge("vipgate_pins", "Pinned clients.",
                        each((series, pool) -> pool.pool().pins()
                                .ifPresent(table -> series.add(table.present(), pool.name()))),
                        "pool"),
                pinCounter("vipgate_pin_hits", "Connections that went where their client was pinned.",
                        each((series, pool) -> pool.pool().pins()
                                .ifPresent(_ -> series.add(pool.counts().pinHits(), pool.name())))),
                pinCounter("vipgate_pin_misses", "Connections whose client was not pinned before.",
                        each((series, pool) -> pool.pool().pins()
                                .ifPresent(_ -> series.add(pool.counts().pinMisses(), pool.name())))),
                pinCounter("vipgate_pin_evictions", "Pins that had to go because the table was full.",
                        each((series, pool) -> pool.pool().pins()
                                .ifPresent(table -> series.add(table.evictions(), pool.name())))),
                pinCounter("vipgate_pin_moved",
                        "Pins that were moved to another endpoint after theirs had failed their client.",
                        each((series, pool) -> pool.pool().pins()
                                .ifPresent(table -> series.add(table.moves(), pool.name())))),
                Family.counter("vipgate_pool_client_address_fallbacks",
                        "Attempts to connect that could not be made from the client's address: made from the gateway's "
                                + "with clientAddress: prefer, refused with require.",
                        each(PoolFamilies::addFallbacks), "pool", "reason"),
                Family.gauge("vipgate_endpoint_no_return",
                        "Whether an endpoint answers probes, and not connections from clients' addresses.",
                        each(PoolFamilies::addLost), "endpoint", "pool"),
                Family.gauge("vipgate_endpoint_pair_co_located",
                        "Whether one machine answers for both endpoints; no series while that is not known.",
                        each(PoolFamilies::addPairs), "endpoint", "other", "pool"));
    }

    private static void addFallbacks(Series series, Told told) {
        if (told.pool().withoutReturn().isPresent()) {
            for (ClientAddressFallback reason : ClientAddressFallback.values()) {
                series.add(told.counts().fallbacks().of(reason), told.name(), reason.label());
            }
        }
    }

    private static void addHedges(Series series, Told told) {
        if (told.pool().hedgeDelay().isPresent() || told.counts().hedges().sum() > 0) {
            for (HedgeResult result : HedgeResult.values()) {
                series.add(told.counts().hedges().of(result), told.name(), result.label());
            }
        }
    }

    private static void addLost(Series series, Told told) {
        told.pool().withoutReturn().ifPresent(lost -> told.pool().endpoints()
                .forEach(endpoint -> series.add(lost.contains(endpoint.name()), endpoint.name(), told.name())));
    }

    /** Endpoints are pairs by name: one shared machine among the addresses of two names makes them co-located. */
    private static void addPairs(Series series, Told told) {
        record Names(String first, String second) {}

        PoolStats pool = told.pool();
        List<CoLocation.Pair> found = pool.coLocation().pairs();
        if (found.isEmpty()) {
            return;
        }
        Set<String> known = pool.endpoints().stream().map(EndpointStats::name).collect(Collectors.toSet());
        Map<Names, Boolean> pairs = new LinkedHashMap<>();
        for (CoLocation.Pair pair : found) {
            Names names = new Names(pair.first().name(), pair.second().name());
            if (pair.state() != CoLocation.State.UNKNOWN && !names.first().equals(names.second())
                    && known.contains(names.first()) && known.contains(names.second())) {
                pairs.merge(names, pair.state() == CoLocation.State.CO_LOCATED, Boolean::logicalOr);
            }
        }
        pairs.forEach((names, isShared) -> series.add(isShared, names.first(), names.second(), pool.name()));
    }
}
