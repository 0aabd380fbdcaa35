package io.vipgate.balance;

import io.vipgate.pool.Endpoint;

/**
 * What a balancer may know of the connection it picks for.
 *
 * <p>Confined to the event loop of the relay.
 */
public interface SelectionContext {
    /** Whether the endpoint can take this connection: not tried before, not at its maximum. */
    boolean isUsable(Endpoint endpoint);

    /** 64 random bits, new at each call. */
    long random();

    /** Upper half of the client's address, IPv4 in its IPv4-mapped form. */
    long clientHigh();

    /** Lower half of the client's address. */
    long clientLow();
}
