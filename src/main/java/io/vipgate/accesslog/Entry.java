package io.vipgate.accesslog;

import io.vipgate.relay.Conveyed;
import io.vipgate.relay.HelloInfo;
import org.jspecify.annotations.Nullable;

/**
 * What a line is made of. Used again and again, so that a relay's end allocates nothing.
 *
 * <p>Confined to its event loop until it is published in an {@link EntryQueue}, then to the writer until it is released.
 */
final class Entry {
    /** The plan that held when the relay ended. */
    @Nullable
    AccessLogPlan plan;
    /** Milliseconds since 1970-01-01 UTC. */
    long timeMillis;
    String listener = "";
    long clientHigh;
    long clientLow;
    int clientPort;
    /** What came with the client; null when it came by itself. */
    @Nullable
    Conveyed conveyed;
    /** What its ClientHello said; null where none was read. */
    @Nullable
    HelloInfo hello;
    String pool = "";
    /** Null when none was tried. */
    @Nullable
    String endpoint;
    /** -1 when it was never connected. */
    long connectNanos;
    long durationNanos;
    long bytesToBackend;
    long bytesToClient;
    int attempts;
    boolean isPinned;
    /** {@code won} or {@code lost}; null when no second connect was begun beside the first. */
    @Nullable
    String hedge;
    String close = "";

    /** Begins an entry, as that of a client that has not got anywhere. */
    void begin(AccessLogPlan newPlan, String newListener, String newPool, String newClose) {
        plan = newPlan;
        timeMillis = System.currentTimeMillis();
        listener = newListener;
        pool = newPool;
        close = newClose;
        endpoint = null;
        connectNanos = -1;
        durationNanos = 0;
        bytesToBackend = 0;
        bytesToClient = 0;
        attempts = 0;
        isPinned = false;
        hedge = null;
        conveyed = null;
        hello = null;
    }

    /**
     * Says whose entry it is.
     *
     * @param high upper half of the address, IPv4 in its IPv4-mapped form
     */
    void client(long high, long low, int port) {
        clientHigh = high;
        clientLow = low;
        clientPort = port;
    }
}
