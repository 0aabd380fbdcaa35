package io.vipgate.config;

import java.time.Duration;

/** What SIGTERM does: {@code shutdown}. <b>Immutable.</b> */
public record ShutdownConfig(
        @Key(byDefault = "0s", doc = "keep accepting for so long while `/readyz` already says 503") Duration grace,
        @Key(byDefault = "30s", doc = "then let relays finish for so long, and reset the rest") Duration drain) {}
