package io.vipgate.probe;

import io.vipgate.pool.Endpoint;

/** Told when an endpoint's health has changed and is published. Called on the control thread. */
public interface HealthListener {
    /** It was DOWN and is UP again. */
    void onReturned(Endpoint endpoint);

    /** It is DOWN. */
    void onDown(Endpoint endpoint);
}
