package io.vipgate.config;

/**
 * One line per relay: {@code accessLog}. <b>Immutable.</b>
 *
 * @param file {@code stdout} or a path
 * @param sample 0.0..1.0
 */
public record AccessLogConfig(
        @Key(byDefault = "none", doc = "`none`, `text`, `json`") AccessLogFormat format,
        @Key(byDefault = "stdout", doc = "`stdout` or a file's path") String file,
        @Key(byDefault = "1.0", min = "0", max = "1", doc = "the share of relays that are logged") double sample) {}
