package io.vipgate.config;

/** What becomes of the open relays of an endpoint that goes down. */
public enum OnDown {
    /** They go on. */
    KEEP,
    /** They are reset on both sides. */
    CLOSE
}
