package io.vipgate.config;

/**
 * What only a restart changes: {@code runtime}. <b>Immutable.</b>
 *
 * @param eventLoops 0 for one per CPU
 */
public record RuntimeConfig(
        @Key(byDefault = "0", min = "0", max = "1024", doc = "0: one per CPU") int eventLoops) {}
