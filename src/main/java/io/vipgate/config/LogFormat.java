package io.vipgate.config;

/** The form of a log line. */
public enum LogFormat {
    /** For people. */
    TEXT,
    /** One object per line. */
    JSON
}
