package io.vipgate.config;

import java.time.Duration;

/** TCP_USER_TIMEOUT of the two sides: {@code pools.P.userTimeout}; zero for the kernel's own. <b>Immutable.</b> */
public record UserTimeoutConfig(
        @Key(byDefault = "0s", max = "24h", doc = "towards the client") Duration client,
        @Key(byDefault = "60s", max = "24h", doc = "towards the endpoint") Duration endpoint) {}
