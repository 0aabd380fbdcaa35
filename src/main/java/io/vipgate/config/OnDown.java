package io.vipgate.config;

/** What becomes of the open relays of an endpoint that goes down. */
public enum OnDown {
    /** They go on. */
    KEEP,
    /** They end within {@code downDrain}: idle ones by FIN, the rest by RST at the end. */
    DRAIN,
    /** They are reset on both sides. */
    CLOSE
}
