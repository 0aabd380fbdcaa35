package io.vipgate.config;

/** The read-only HTTP server: {@code metrics}. <b>Immutable.</b> */
public record MetricsConfig(@Key(required = true, doc = "where it listens") BindAddress bind) {}
