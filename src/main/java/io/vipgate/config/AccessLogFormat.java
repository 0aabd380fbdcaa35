package io.vipgate.config;

/** The form of an access log line. */
public enum AccessLogFormat {
    /** No access log. */
    NONE,
    /** For people. */
    TEXT,
    /** One object per line. */
    JSON
}
