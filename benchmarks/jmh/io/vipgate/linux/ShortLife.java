package io.vipgate.linux;

/**
 * A client's and an endpoint's part in one short connection: request, answer with FIN behind it, the client's FIN. Makes
 * no call that blocks, and allocates nothing.
 *
 * <p>Confined to one thread at a time.
 */
public final class ShortLife {
    private static final int REQUEST_BYTES = 100;
    private static final int ANSWER_BYTES = 1000;
    private static final int NONE = -1;

    private final Peers peers;
    private int client;
    private int endpoint;
    private int toSend;
    private int requested;
    private int answered;
    private boolean isClientOver;
    private boolean isEndpointOver;

    /** Prepares the first one. */
    public ShortLife(Peers peers) {
        this.peers = peers;
        begin();
    }

    /** Prepares another one, after the last is over. */
    public void begin() {
        client = NONE;
        endpoint = NONE;
        toSend = REQUEST_BYTES;
        requested = 0;
        answered = 0;
        isClientOver = false;
        isEndpointOver = false;
    }

    /**
     * Does what can be done now.
     *
     * @param remote where the client connects to
     * @return true when both sides have read the other's FIN and are closed
     */
    public boolean advance(NativeSocketAddress remote) {
        if (client == NONE) {
            client = peers.connect(remote);
        }
        if (toSend > 0) {
            toSend -= Math.max(0, peers.send(client, toSend));
        }
        if (endpoint == NONE) {
            endpoint = Math.max(NONE, peers.accept());
        }
        if (endpoint != NONE && !isEndpointOver) {
            serve();
        }
        if (!isClientOver) {
            read();
        }
        return isClientOver && isEndpointOver;
    }

    private void serve() {
        int received = peers.receive(endpoint);
        if (received > 0) {
            requested += received;
            if (requested == REQUEST_BYTES && peers.sendLast(endpoint, ANSWER_BYTES) != ANSWER_BYTES) {
                throw new IllegalStateException("no room for an answer");
            }
        } else if (received == 0) {
            peers.close(endpoint);
            isEndpointOver = true;
        }
    }

    private void read() {
        int received = peers.receive(client);
        if (received > 0) {
            answered += received;
        } else if (received == 0) {
            if (answered != ANSWER_BYTES) {
                throw new IllegalStateException(answered + " bytes of an answer");
            }
            peers.close(client);
            isClientOver = true;
        }
    }
}
