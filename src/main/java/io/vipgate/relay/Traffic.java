package io.vipgate.relay;

/**
 * Bytes that relays of one listener have delivered to and from one endpoint.
 *
 * <p>Confined to its event loop; a copy belongs to whoever has it.
 */
public final class Traffic {
    private long toBackend;
    private long toClient;

    void onDelivered(boolean isToBackend, int bytes) {
        if (isToBackend) {
            toBackend += bytes;
        } else {
            toClient += bytes;
        }
    }

    void add(Traffic other) {
        toBackend += other.toBackend;
        toClient += other.toClient;
    }

    /** Bytes delivered to the endpoint. */
    public long toBackend() {
        return toBackend;
    }

    /** Bytes delivered to clients. */
    public long toClient() {
        return toClient;
    }
}
