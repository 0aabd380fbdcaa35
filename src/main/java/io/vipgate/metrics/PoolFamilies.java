package io.vipgate.metrics;

import io.vipgate.neighbour.CoLocation;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.PoolCounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The series of pools.
 *
 * <p>Confined to the thread that collects.
 */
final class PoolFamilies {
    private final Family.Times durations = new Family.Times("vipgate_relay_duration_seconds",
            "How long relays lasted, from being accepted to their end.", "pool");
    private final Family.Counter retries = new Family.Counter("vipgate_pool_retries",
            "Attempts to connect that followed a failed one.", "pool");
    private final Family.Counter noHealthy = new Family.Counter("vipgate_pool_no_healthy",
            "Clients for whom no endpoint that is not DOWN was left: tried on one that is DOWN, or refused.",
            "pool");
    private final Family.Gauge pins = new Family.Gauge("vipgate_pins", "Pinned clients.", "pool");
    private final Family.Counter pinHits = new Family.Counter("vipgate_pin_hits",
            "Connections that went where their client was pinned.", "pool");
    private final Family.Counter pinMisses = new Family.Counter("vipgate_pin_misses",
            "Connections whose client was not pinned before.", "pool");
    private final Family.Counter pinEvictions = new Family.Counter("vipgate_pin_evictions",
            "Pins that had to go because the table was full.", "pool");
    private final Family.Counter pinMoves = new Family.Counter("vipgate_pin_moved",
            "Pins that were moved to another endpoint after theirs had failed their client.", "pool");
    private final Family.Gauge coLocated = new Family.Gauge("vipgate_endpoint_pair_co_located",
            "Whether one machine answers for both endpoints; no series while that is not known.", "pool", "endpoint",
            "other");

    void add(PoolStats pool, PoolCounts counts) {
        String name = pool.name();
        durations.add(counts.durations(), name);
        retries.add(counts.retries(), name);
        noHealthy.add(counts.noHealthy(), name);
        pool.pins().ifPresent(table -> {
            pins.add(table.present(), name);
            pinHits.add(counts.pinHits(), name);
            pinMisses.add(counts.pinMisses(), name);
            pinEvictions.add(table.evictions(), name);
            pinMoves.add(table.moves(), name);
        });
        addPairs(pool);
    }

    /** Endpoints are pairs by name: one shared machine among the addresses of two names makes them co-located. */
    private void addPairs(PoolStats pool) {
        record Names(String first, String second) {}

        Set<String> known = pool.endpoints().stream().map(EndpointStats::name).collect(Collectors.toSet());
        Map<Names, Boolean> pairs = new LinkedHashMap<>();
        for (CoLocation.Pair pair : pool.coLocation().pairs()) {
            Names names = new Names(pair.first().name(), pair.second().name());
            if (pair.state() != CoLocation.State.UNKNOWN && !names.first().equals(names.second())
                    && known.contains(names.first()) && known.contains(names.second())) {
                pairs.merge(names, pair.state() == CoLocation.State.CO_LOCATED, Boolean::logicalOr);
            }
        }
        pairs.forEach((names, isShared) -> coLocated.add(isShared, pool.name(), names.first(), names.second()));
    }

    /** Relays for which no endpoint could be selected are told under an empty endpoint. */
    static void addUnplaced(Family.Counter closed, String pool, PoolCounts counts) {
        for (CloseReason reason : CloseReason.values()) {
            long count = counts.closedUnplaced().of(reason);
            if (count > 0) {
                closed.add(count, pool, "", reason.label());
            }
        }
    }

    List<Family> families() {
        return List.of(durations, retries, noHealthy, pins, pinHits, pinMisses, pinEvictions, pinMoves, coLocated);
    }
}
