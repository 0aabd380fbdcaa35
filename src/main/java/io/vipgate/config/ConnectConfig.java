package io.vipgate.config;

import java.time.Duration;
import java.util.Optional;

/**
 * Connecting to an endpoint: {@code pools.P.connect}. <b>Immutable.</b>
 *
 * @param attempts 1..16; empty for the lesser of 3 and the number of endpoints
 * @param hedgeBudget a share of the clients, above 0 and up to 1
 * @param retryBudget the same of retries; 1 for no bound
 */
public record ConnectConfig(
        @Key(byDefault = "1500ms", min = "1ms", max = "5m", doc = "of one attempt") Duration timeout,
        @Key(min = "1", max = "16", shown = "min(3, endpoints)", doc = "each attempt takes "
                + "another endpoint, hedges included; while all are down the last one goes to a backup, the second one at the "
                + "least") Optional<Integer> attempts,
        @Key(byDefault = "0s", doc = "[a second endpoint is tried too](hedged-connects.md) when the first has not answered for "
                + "so long, below `timeout`; `auto`: 4 x the 99th percentile of the pool's connect times, 10ms to 250ms; 0s: "
                + "never") HedgeDelay hedge,
        @Key(byDefault = "10 %", min = "1 %", max = "100 %", percent = true, doc = "most hedges in 10 s, of the clients of "
                + "the last 10 s; 3 at the least; 100 %: no bound") double hedgeBudget,
        @Key(byDefault = "100 %", min = "1 %", max = "100 %", percent = true, doc = "most retries in 10 s, likewise; beyond "
                + "it a failed attempt is the last, which spares the endpoints that are left; 100 %: no bound") double retryBudget) {
    /** Whether retries are bounded. */
    public boolean boundsRetries() {
        return retryBudget < 1;
    }
}
