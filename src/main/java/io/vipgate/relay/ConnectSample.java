package io.vipgate.relay;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.Histogram;

/**
 * What one loop, or all of them, have counted of a pool's connects since the start.
 *
 * <p>Immutable, once it is made: a copy of what goes on being counted.
 *
 * @param clients who asked for an endpoint
 * @param times how long it took to connect
 */
public record ConnectSample(long clients, Histogram times) {
    /** What a loop has counted of connects to the endpoints that are in a pool now; to be called on that loop. */
    public static ConnectSample of(LoopPool pool) {
        Histogram times = new Histogram(BucketBounds.ROUND_TRIPS);
        for (LoopEndpoint endpoint : pool.endpoints()) {
            times.add(endpoint.counts().connectTimes());
        }
        return new ConnectSample(pool.counts().clients(), times);
    }

    /** Both together. */
    public ConnectSample plus(ConnectSample other) {
        Histogram sum = new Histogram(times.bounds());
        sum.add(times);
        sum.add(other.times);
        return new ConnectSample(clients + other.clients, sum);
    }
}
