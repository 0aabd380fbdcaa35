package io.vipgate.admin;

import io.vipgate.json.Json;
import java.net.InetAddress;

/** What the operator's calls do to the gateway. Thread-safe; may block for as long as a change takes. */
public interface Operations extends HealthSource {
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
     * @throws RequestException if there is no such pool or endpoint
     */
    Json toState(String pool, String endpoint, String state) throws RequestException;

    /**
     * Sets an endpoint's weight.
     *
     * @return how the endpoint is afterwards
     * @throws RequestException if there is no such pool or endpoint, or the weight is out of range
     */
    Json toWeight(String pool, String endpoint, int weight) throws RequestException;

    /**
     * A page of the open relays.
     *
     * @param after id of the last relay of the page before; empty for the first page
     * @param most relays on the page
     * @throws RequestException if there is no such endpoint, or {@code after} is no id
     */
    Json relays(RelayFilter filter, String after, int most) throws RequestException;

    /**
     * One open relay.
     *
     * @throws RequestException if there is none with this id
     */
    Json relay(String id) throws RequestException;

    /**
     * Ends an open relay.
     *
     * @throws RequestException if there is none with this id
     */
    Json closeRelay(String id) throws RequestException;

    /**
     * Ends open relays.
     *
     * @throws RequestException if there is no such endpoint
     */
    Json closeRelays(RelayFilter filter) throws RequestException;

    /**
     * A page of a pool's pins.
     *
     * @throws RequestException if there is no such pool
     */
    Json pins(String pool, long offset, int most) throws RequestException;

    /**
     * A client's pin.
     *
     * @throws RequestException if there is no such pool, or the client is not pinned
     */
    Json pin(String pool, InetAddress client) throws RequestException;

    /**
     * Forgets a client's pin.
     *
     * @throws RequestException if there is no such pool, or the client is not pinned
     */
    Json forget(String pool, InetAddress client) throws RequestException;

    /**
     * Forgets all pins of a pool.
     *
     * @throws RequestException if there is no such pool
     */
    Json forgetAll(String pool) throws RequestException;

    /**
     * Which endpoint a client would get, and why.
     *
     * @throws RequestException if there is no such listener
     */
    Json explain(String listener, InetAddress client) throws RequestException;

    /**
     * Reads the configuration again.
     *
     * @return what has changed
     * @throws RequestException if it was refused, or there is nothing to read
     */
    Json reload() throws RequestException;
}
