package io.vipgate.config;

import java.time.Duration;

/**
 * TCP keepalive: {@code pools.P.keepAlive}; the bounds are those of tcp(7). <b>Immutable.</b>
 *
 * @param idle whole seconds
 * @param interval whole seconds
 * @param count 1..127
 */
public record KeepAliveConfig(
        @Key(byDefault = "30s", min = "1s", max = "32767s", doc = "silence before the first probe") Duration idle,
        @Key(byDefault = "5s", min = "1s", max = "32767s", doc = "between probes") Duration interval,
        @Key(byDefault = "3", min = "1", max = "127", doc = "unanswered probes that end the connection") int count) {
    /** How long a vanished peer stays unnoticed. */
    public Duration minimumUserTimeout() {
        // In whole seconds, since Duration multiplies by BigDecimal, which squares numbers for a table when it is first used.
        return Duration.ofSeconds(idle.toSeconds() + interval.toSeconds() * count);
    }
}
