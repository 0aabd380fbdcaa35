package io.vipgate.probe;

import io.vipgate.pool.Endpoint;

/** Told when an endpoint's health changes. Called on the control thread. */
public interface HealthListener {
    /** It was DOWN, and is about to be UP. */
    void onReturning(Endpoint endpoint);

    /** It is DOWN now, and nobody is sent there any more. */
    void onDown(Endpoint endpoint);
}
