package io.vipgate.pool;

/**
 * An endpoint that a balancer may choose.
 *
 * <p>Immutable.
 *
 * @param endpoint the endpoint
 * @param position where it stands in {@link PoolSnapshot#members()}
 * @param weight its share, 1 to 256
 */
public record Candidate(Endpoint endpoint, int position, int weight) {}
