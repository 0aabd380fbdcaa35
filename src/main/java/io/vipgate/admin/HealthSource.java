package io.vipgate.admin;

import java.util.List;

/** How the gateway is, as far as outer load balancers and service managers ask. Thread-safe. */
public interface HealthSource {
    /** Whether the process and every event loop live. */
    boolean isAlive();

    /** Why no new clients should be sent here; empty when they may come. */
    List<String> reasonsAgainstClients();
}
