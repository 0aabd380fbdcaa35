package io.vipgate.probe;

import java.io.IOException;
import java.io.InputStream;

/**
 * One connection of a probe to an endpoint, as its {@link Talk} sees it.
 *
 * <p>Confined to the thread of its check.
 */
interface Conversation {
    /** How far it has come. */
    enum Phase {
        /** No connection yet. */
        CONNECT,
        /** Connected, not yet secured. */
        HANDSHAKE,
        /** What the probe is for. */
        ANSWER
    }

    /** How long a leave that was taken waits for the endpoint. */
    long MAX_LEAVE_NANOS = 100_000_000;

    /** Whom it is with. */
    ProbeTarget target();

    /** Sends these bytes in one write, the PROXY header before the first ones; without bytes the header alone. */
    void say(byte[] bytes) throws IOException;

    /** What the endpoint says. Buffered. */
    InputStream heard() throws IOException;

    /** What was said and heard so far is not repeated. */
    void settle();

    /**
     * Says that nothing more will come, and gives the endpoint a moment to close the connection. Servers that keep a
     * session would note a reset in their log; and in TLS 1.3, where the client is done before the server, one at once
     * would make the handshake fail.
     */
    void takeLeave();
}
