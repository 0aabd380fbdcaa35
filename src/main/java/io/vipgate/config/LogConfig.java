package io.vipgate.config;

/** The gateway's own log: {@code log}. <b>Immutable.</b> */
public record LogConfig(
        @Key(byDefault = "info", doc = "`error`, `warn`, `info`, `debug`") LogLevel level,
        @Key(byDefault = "text", doc = "`text`, `json`") LogFormat format) {}
