package io.vipgate.config;

import java.time.Duration;

/**
 * How long each side may owe acknowledgements: {@code pools.P.userTimeout}; zero for the kernel's own timeout. Not the
 * kernel's TCP_USER_TIMEOUT, which ends connections to slow readers. <b>Immutable.</b>
 */
public record UserTimeoutConfig(
        @Key(byDefault = "0s", max = "24h", doc = "towards the client") Duration client,
        @Key(byDefault = "60s", max = "24h", doc = "towards the endpoint") Duration endpoint) {}
