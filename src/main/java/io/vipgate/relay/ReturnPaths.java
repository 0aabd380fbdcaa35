package io.vipgate.relay;

import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which endpoints of a pool answer probes, but not connections from clients' addresses: what they send to those does not come
 * back to this machine.
 *
 * <pre>
 *             two timeouts in a row *, each contradicted by a
 *             probe that began after it and passed
 *  (unknown) ──────────────────────────────────────────────────► lost, for 60 s ◄──────┐
 *      ▲                                                              │                │ it times out
 *      └── an answer of any kind; the endpoint is DOWN ◄── one connection tries it ────┘
 * </pre>
 *
 * <p>* Of two clients; of one alone, five. A client on the endpoint's own machine, by another of its addresses, never gets an
 * answer, since that machine drops packets that come in under an address of its own; others shall not suffer for it. Connects
 * that time out together, as when a link is cut for a moment, are one timeout: the next one must have begun after the probe.
 *
 * <p>Nothing is kept of an endpoint that answers, so that a pool whose endpoints do costs a look at an empty map.
 *
 * <p>Thread-safe: the loops tell of connects, the control thread of probes.
 */
public final class ReturnPaths {
    /** How long an endpoint is taken to be lost before one connection tries it again. */
    public static final long LOST_NANOS = 60_000_000_000L;
    /** Timeouts in a row that probes must contradict. */
    private static final int ENOUGH = 2;
    /** The same, where all of them were one client's. */
    private static final int ENOUGH_OF_ONE = 5;
    private static final Logger LOG = LoggerFactory.getLogger(ReturnPaths.class);

    private final Pool pool;
    private final Consumer<String> events;
    private final Map<Endpoint, Path> paths = new ConcurrentHashMap<>();

    /**
     * The way back from one endpoint that has failed.
     *
     * @param isPending whether a connect has timed out since the last probe
     * @param contradicted timeouts that probes have contradicted
     * @param hasSeveral whether they were those of more than one client
     * @param since when a probe did that last
     * @param until while it is lost: when it is tried again
     * @param high of the last client's address, with {@code low}
     */
    private record Path(boolean isPending, int contradicted, boolean hasSeveral, long since, boolean isLost, long until,
            long high, long low) {
        static Path first(long high, long low) {
            return new Path(true, 0, false, 0, false, 0, high, low);
        }

        Path timedOut(long begun, long newHigh, long newLow) {
            return contradicted > 0 && begun - since < 0
                    ? this
                    : new Path(true, contradicted, hasSeveral || newHigh != high || newLow != low, since, isLost, until,
                            newHigh, newLow);
        }

        Path contradicted(long now) {
            return new Path(false, contradicted + 1, hasSeveral, now, isLost, until, high, low);
        }

        Path lostUntil(long end) {
            return new Path(isPending, contradicted, hasSeveral, since, true, end, high, low);
        }

        boolean isEnough() {
            return contradicted >= (hasSeveral ? ENOUGH : ENOUGH_OF_ONE);
        }
    }

    /**
     * Makes one that knows of nothing.
     *
     * @param pool whose endpoints they are
     * @param events told of every change, in a line
     */
    public ReturnPaths(Pool pool, Consumer<String> events) {
        this.pool = pool;
        this.events = events;
    }

    /** Whether connections from clients' addresses to an endpoint are not to be tried for now. Changes nothing. */
    public boolean isLost(Endpoint endpoint, long now) {
        Path path = paths.get(endpoint);
        return path != null && path.isLost() && now - path.until() < 0;
    }

    /**
     * Whether a connection from a client's address is to be tried. Of an endpoint that is lost and due, by the first who asks.
     */
    boolean mayTry(Endpoint endpoint, long now) {
        Path path = paths.get(endpoint);
        if (path == null || !path.isLost()) {
            return true;
        }
        return now - path.until() >= 0 && paths.replace(endpoint, path, path.lostUntil(now + LOST_NANOS));
    }

    /**
     * A connect from a client's address failed.
     *
     * @param begun when it began
     */
    void onFailed(Endpoint endpoint, ConnectFailure failure, long begun, long clientHigh, long clientLow) {
        switch (failure) {
            case TIMEOUT -> {
                retainPresent(endpoint);
                paths.merge(endpoint, Path.first(clientHigh, clientLow),
                        (path, _) -> path.timedOut(begun, clientHigh, clientLow));
            }
            // That is an answer, and it came.
            case REFUSED, RESET -> onReached(endpoint);
            case UNREACHABLE, LOCAL -> {
            }
        }
    }

    /** A connect from a client's address was answered. */
    void onReached(Endpoint endpoint) {
        if (paths.isEmpty()) {
            return;
        }
        Path gone = paths.remove(endpoint);
        if (gone != null && gone.isLost()) {
            String text = "pool " + pool.name() + ": " + endpoint.label()
                    + " answers connections from clients' addresses again";
            LOG.info("{}", text);
            events.accept(text);
        }
    }

    /**
     * A probe that began after the last failure of a connect has passed. On the control thread.
     *
     * @param isRequired whether connections must come from clients' addresses
     * @param why asked for what this machine itself lacks to take its replies, if anything
     */
    public void onProbePassed(Endpoint endpoint, boolean isRequired, long now,
            Function<Endpoint, Optional<String>> why) {
        Path path = paths.get(endpoint);
        if (path == null || path.isLost() || !path.isPending()) {
            return;
        }
        Path next = path.contradicted(now);
        if (!paths.replace(endpoint, path, next.isEnough() ? next.lostUntil(now + LOST_NANOS) : next)
                || !next.isEnough()) {
            return;
        }
        String text = "pool " + pool.name() + ": " + endpoint.label()
                + " answers probes, but not connections from clients' addresses: "
                + why.apply(endpoint).orElse(
                        "its replies do not come back through this gateway (route on " + endpoint.name() + "?)");
        LOG.warn("{}; {}", text, isRequired
                ? "other endpoints are preferred, and one connection tries it every 60 s"
                : "the gateway's own address is used, and one connection tries the client's every 60 s");
        events.accept(text);
    }

    /** What was known of an endpoint holds no more: it is down, which says why it did not answer. */
    public void forget(Endpoint endpoint) {
        paths.remove(endpoint);
    }

    /** How long from now until an endpoint that is lost is tried again, 0 when that is due; empty when it is not lost. */
    public Optional<Long> nanosUntilTried(Endpoint endpoint, long now) {
        Path path = paths.get(endpoint);
        return path == null || !path.isLost() ? Optional.empty() : Optional.of(Math.max(0, path.until() - now));
    }

    /** Forgets endpoints that have left the pool, as addresses of a name do. */
    private void retainPresent(Endpoint failing) {
        if (!paths.isEmpty() && !paths.containsKey(failing)) {
            Set<Endpoint> present = new HashSet<>();
            pool.snapshot().members().stream().map(PoolSnapshot.Member::endpoint).forEach(present::add);
            paths.keySet().retainAll(present);
        }
    }
}
