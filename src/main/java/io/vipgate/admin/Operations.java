package io.vipgate.admin;

import io.vipgate.json.Json;

/** What the operator's calls do to the gateway. Thread-safe; may block for as long as a change takes. */
public interface Operations extends Condition {
    /** How everything is. */
    Json status();

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
     * Reads the configuration again.
     *
     * @return what has changed
     * @throws CallException if it was refused, or there is nothing to read
     */
    Json reload() throws CallException;
}
