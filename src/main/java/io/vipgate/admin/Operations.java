package io.vipgate.admin;

import io.vipgate.json.Json;
import java.net.InetAddress;

/** What the operator's calls do to the gateway. Thread-safe; may block for as long as a change takes. */
public interface Operations extends Condition {
    /** How everything is. */
    Json status();

    /**
     * What endpoints and listeners have done in the last ten minutes.
     *
     * @param since only what was sampled after this moment, in milliseconds of Unix time
     */
    Samples history(long since);

    /**
     * Sets what the operator wants of an endpoint.
     *
     * @param state {@code ready}, {@code drain} or {@code maint}
     * @return how the endpoint is afterwards
     * @throws CallException if there is no such pool or endpoint
     */
    Json toState(String pool, String endpoint, String state) throws CallException;

    /**
     * Sets an endpoint's weight.
     *
     * @return how the endpoint is afterwards
     * @throws CallException if there is no such pool or endpoint, or the weight is out of range
     */
    Json toWeight(String pool, String endpoint, int weight) throws CallException;

    /**
     * A page of the open relays.
     *
     * @param after id of the last relay of the page before; empty for the first page
     * @param most relays on the page
     * @throws CallException if there is no such endpoint, or {@code after} is no id
     */
    Json relays(RelayFilter filter, String after, int most) throws CallException;

    /**
     * One open relay.
     *
     * @throws CallException if there is none with this id
     */
    Json relay(String id) throws CallException;

    /**
     * Ends an open relay.
     *
     * @throws CallException if there is none with this id
     */
    Json closeRelay(String id) throws CallException;

    /**
     * Ends open relays.
     *
     * @throws CallException if there is no such endpoint
     */
    Json closeRelays(RelayFilter filter) throws CallException;

    /**
     * A page of a pool's pins.
     *
     * @throws CallException if there is no such pool
     */
    Json pins(String pool, long offset, int most) throws CallException;

    /**
     * A client's pin.
     *
     * @throws CallException if there is no such pool, or the client is not pinned
     */
    Json pin(String pool, InetAddress client) throws CallException;

    /**
     * Forgets a client's pin.
     *
     * @throws CallException if there is no such pool, or the client is not pinned
     */
    Json forget(String pool, InetAddress client) throws CallException;

    /**
     * Forgets all pins of a pool.
     *
     * @throws CallException if there is no such pool
     */
    Json forgetAll(String pool) throws CallException;

    /**
     * Which endpoint a client would get, and why.
     *
     * @throws CallException if there is no such listener
     */
    Json explain(String listener, InetAddress client) throws CallException;

    /**
     * Reads the configuration again.
     *
     * @return what has changed
     * @throws CallException if it was refused, or there is nothing to read
     */
    Json reload() throws CallException;
}
