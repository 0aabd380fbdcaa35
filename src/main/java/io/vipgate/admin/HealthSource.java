package io.vipgate.admin;

import java.util.List;

/** How the gateway is, as far as outer load balancers and service managers ask. Thread-safe. */
public interface HealthSource {
    /** Whether the process and every event loop live. */
    boolean isAlive();

    /** Whether it has been told to stop: what can't be done any more is no fault then. */
    boolean isStopping();

    /** Why no new clients should be sent here; empty when they may come. */
    List<String> reasonsAgainstClients();
}
