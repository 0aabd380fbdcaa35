package io.vipgate.probe;

import io.vipgate.pool.Endpoint;
import io.vipgate.pool.Health;

/** Told when an endpoint's health changes. Called on the control thread. */
public interface HealthListener {
    /**
     * Its health is another one, and published.
     *
     * @param cause in a few words
     */
    default void onHealth(Endpoint endpoint, Health health, String cause) {}

    /** It was suspect since a connect of live traffic failed, and a probe that began after that has passed. */
    default void onCleared(Endpoint endpoint) {}

    /** It was DOWN, and is about to be UP. */
    void onReturning(Endpoint endpoint);

    /** It is DOWN now, and nobody is sent there any more. */
    void onDown(Endpoint endpoint);
}
