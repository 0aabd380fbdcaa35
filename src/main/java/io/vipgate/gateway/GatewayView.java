package io.vipgate.gateway;

import io.vipgate.config.GatewayConfig;
import io.vipgate.neighbour.CoLocation;
import io.vipgate.pool.Pool;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Optional;

/** What reports may ask of a running gateway. All of it may be called from any thread, and none of it waits. */
public interface GatewayView {
    /** The configuration that is in force. */
    GatewayConfig config();

    /** Whether it has been told to stop. */
    boolean isStopping();

    /** Whether every event loop has ticked within this time. */
    boolean isAlive(Duration within);

    /** A pool by its name; empty when there is none. */
    Optional<Pool> findPool(String name);

    /**
     * Which endpoints of a pool one machine answers for, as it was a few seconds ago at most.
     *
     * @throws NoSuchElementException if there is no such pool
     */
    CoLocation coLocation(String pool);

    /** Event loops. */
    int eventLoops();

    /** Relays that hold a place in the descriptor budget. */
    int openRelays();

    /** Relays that the process has descriptors for. */
    int maxRelays();
}
