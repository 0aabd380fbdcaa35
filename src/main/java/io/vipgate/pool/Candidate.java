package io.vipgate.pool;

/**
 * An endpoint that a balancer may choose.
 *
 * <p>Immutable.
 *
 * @param endpoint the endpoint
 * @param position where it stands in {@link PoolSnapshot#members()}
 * @param weight its part of the new connections under rules that use weights, at least 1
 * @param share its part under rules that do not, at least 1; the same for all, unless some are addresses of one name or
 *        start slowly
 */
public record Candidate(Endpoint endpoint, int position, int weight, int share) {
    /** A candidate that has its name for itself and its whole share. */
    public Candidate(Endpoint endpoint, int position, int weight) {
        this(endpoint, position, weight, 1);
    }
}
