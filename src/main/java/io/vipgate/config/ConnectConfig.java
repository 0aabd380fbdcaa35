package io.vipgate.config;

import java.time.Duration;
import java.util.Optional;

/**
 * Connecting to an endpoint: {@code pools.P.connect}. <b>Immutable.</b>
 *
 * @param attempts 1..16; empty for the lesser of 3 and the number of endpoints
 */
public record ConnectConfig(
        @Key(byDefault = "1500ms", min = "1ms", max = "5m", doc = "of one attempt") Duration timeout,
        @Key(min = "1", max = "16", shown = "min(3, endpoints)", doc = "each attempt takes "
                + "another endpoint; while all are down the last one goes to a backup, the second one at the least") Optional<Integer> attempts) {}
