package io.vipgate.neighbour;

import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds which machines answer for the endpoints of each pool, and logs when one machine has come to serve
 * several endpoints that clients are sent to. Changes nothing else.
 *
 * <p>Thread-safe: one thread looks, anybody reads.
 */
public final class CoLocationWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CoLocationWatch.class);
    /** Time from one look to the next. */
    public static final Duration EVERY = Duration.ofSeconds(5);

    /** Addresses that are looked at; the pools beyond are not. Two calls of the kernel each. */
    private static final int MAX_ADDRESSES = 4096;
    private static final Neighbour NOT_ASKED = new Neighbour.Unresolved(Neighbour.Reason.NOT_ASKED);
    private static final Neighbour UNREADABLE = new Neighbour.Unresolved(Neighbour.Reason.UNREADABLE);

    private final Supplier<List<Pool>> pools;
    private final NeighbourSource source;
    private final InstantSource clock;
    private final Map<String, CoLocation> found = new ConcurrentHashMap<>();
    private final Map<String, CoLocationLog> logs = new HashMap<>();
    private boolean isFailing;

    CoLocationWatch(Supplier<List<Pool>> pools, NeighbourSource source, InstantSource clock) {
        this.pools = pools;
        this.source = source;
        this.clock = clock;
    }

    /**
     * Makes a watch over this machine's own neighbours.
     *
     * @param pools the pools that there are now; asked at each look
     */
    public CoLocationWatch(Supplier<List<Pool>> pools) {
        this(pools, new NeighbourTable()::lookUp, InstantSource.system());
    }

    /** What the last look has found of a pool; {@link CoLocation#NOTHING} before the first one. */
    public CoLocation of(String pool) {
        return found.getOrDefault(pool, CoLocation.NOTHING);
    }

    /** Looks once. To be done by one thread, each {@link #EVERY}. */
    public void look() {
        Map<String, PoolSnapshot> present = new LinkedHashMap<>();
        pools.get().forEach(pool -> present.put(pool.name(), pool.snapshot()));
        Map<String, Neighbour> answers = ask(present);
        Instant now = clock.instant();
        present.forEach((name, snapshot) -> {
            List<Endpoint> endpoints = snapshot.members().stream().map(PoolSnapshot.Member::endpoint).toList();
            CoLocation next = of(name).next(endpoints, address -> answers.getOrDefault(address, NOT_ASKED), now);
            found.put(name, next);
            report(name, next, snapshot);
            if (LOG.isDebugEnabled()) {
                next.findings().stream().filter(finding -> finding.since().equals(now))
                        .forEach(finding -> LOG.debug("pool {}: neighbour of {}: {}", name, finding.endpoint().label(),
                                finding.answer()));
            }
        });
        found.keySet().retainAll(present.keySet());
        logs.keySet().retainAll(present.keySet());
    }

    /** One question for each address, whatever pools it is in; none for a pool whose endpoints have one address. */
    private Map<String, Neighbour> ask(Map<String, PoolSnapshot> present) {
        Map<String, InetAddress> wanted = new LinkedHashMap<>();
        for (PoolSnapshot snapshot : present.values()) {
            Map<String, InetAddress> addresses = snapshot.members().stream().map(PoolSnapshot.Member::endpoint)
                    .collect(Collectors.toMap(CoLocation::key, endpoint -> endpoint.address().getAddress(),
                            (one, _) -> one, LinkedHashMap::new));
            if (addresses.size() > 1 && wanted.size() + addresses.size() <= MAX_ADDRESSES) {
                wanted.putAll(addresses);
            }
        }
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<String, Neighbour> answers = new HashMap<>();
        try {
            List<Neighbour> all = source.lookUp(List.copyOf(wanted.values()));
            int position = 0;
            for (String address : wanted.keySet()) {
                answers.put(address, all.get(position++));
            }
            isFailing = false;
        } catch (IOException e) {
            if (!isFailing) {
                LOG.info("the neighbour table can't be read, so it is not known whether endpoints share a machine: {}",
                        e.getMessage());
            }
            isFailing = true;
            wanted.keySet().forEach(address -> answers.put(address, UNREADABLE));
        }
        return answers;
    }

    private void report(String name, CoLocation next, PoolSnapshot snapshot) {
        Set<Endpoint> canBeChosen = new HashSet<>();
        for (PoolSnapshot.Member member : snapshot.members()) {
            EndpointState state = member.state();
            if (state.isEligible() && state.health() != Health.DOWN) {
                canBeChosen.add(member.endpoint());
            }
        }
        CoLocationLog log = logs.computeIfAbsent(name, CoLocationLog::new);
        for (CoLocationLog.Notice notice : log.noticesFor(next, canBeChosen::contains)) {
            if (notice.isShared()) {
                LOG.warn("{}", notice.text());
            } else {
                LOG.info("{}", notice.text());
            }
        }
    }
}
