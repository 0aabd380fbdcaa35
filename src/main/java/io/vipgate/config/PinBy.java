package io.vipgate.config;

/** What ties a client to its endpoint. */
public enum PinBy {
    /** Nothing. */
    NONE,
    /** The client address, or its network by the prefixes. */
    SOURCE_ADDRESS
}
