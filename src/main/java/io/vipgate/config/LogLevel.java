package io.vipgate.config;

/** The least severe message that is logged. */
public enum LogLevel {
    /** An operator must act. */
    ERROR,
    /** Degraded. */
    WARN,
    /** Start, stop, reload, state changes. */
    INFO,
    /** One line per relay. */
    DEBUG
}
