package io.vipgate.config;

import java.util.List;

/** What readiness looks at: {@code readiness}. <b>Immutable.</b> */
public record ReadinessConfig(
        @Key(doc = "`/readyz` is 503 when one of these pools has had no endpoint up for 3 s") List<String> pools) {
    /** Keeps its own copies. */
    public ReadinessConfig {
        pools = List.copyOf(pools);
    }
}
