package io.vipgate.probe;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;

/**
 * A conversation that waits, on a virtual thread: what is said and heard over a socket. Whoever made the socket closes it.
 *
 * <p>Confined to the thread of its check.
 */
final class SocketConversation implements Conversation {
    private interface Farewell {
        void run() throws IOException;
    }

    private static final int DROPPED_AT_ONCE = 4 << 10;

    private final Socket socket;
    private final ProbeTarget target;
    private final ProbeOrigin origin;
    private byte[] preamble;
    private Phase phase = Phase.CONNECT;
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private Farewell farewell = () -> {};

    /**
     * Made before it is connected.
     *
     * @param socket not yet connected
     * @param origin where it is to come from
     * @param preamble what comes before the first bytes said, not kept
     */
    SocketConversation(Socket socket, ProbeTarget target, ProbeOrigin origin, byte[] preamble) {
        this.socket = socket;
        this.target = target;
        this.origin = origin;
        this.preamble = preamble.clone();
    }

    Phase phase() {
        return phase;
    }

    @Override
    public ProbeTarget target() {
        return target;
    }

    void connect() throws IOException {
        InetSocketAddress address = target.address();
        origin.bind(socket, address.getAddress());
        socket.connect(address);
        phase = Phase.ANSWER;
        // A connect to a dead port of this machine, from the range that local ports are taken from, can meet itself.
        if (address.equals(socket.getLocalSocketAddress())) {
            throw new BadAnswerException("connected to itself: nobody listens there");
        }
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        farewell = socket::shutdownOutput;
    }

    /** Puts TLS between the connection and what is said from now on. */
    void secure(TlsClient tls) throws IOException {
        phase = Phase.HANDSHAKE;
        say(new byte[0]);
        SSLSocket secured = tls.handshake(socket, target);
        in = new BufferedInputStream(secured.getInputStream());
        out = secured.getOutputStream();
        phase = Phase.ANSWER;
        farewell = secured::shutdownOutput;
    }

    @Override
    public void takeLeave() {
        try {
            farewell.run();
            InputStream rest = socket.getInputStream();
            byte[] dropped = new byte[DROPPED_AT_ONCE];
            long left = MAX_LEAVE_NANOS;
            for (long end = System.nanoTime() + left; left > 0; left = end - System.nanoTime()) {
                socket.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(left) + 1);
                if (rest.read(dropped) < 0) {
                    return;
                }
            }
        } catch (IOException _) {
            // What was to be learned is learned.
        }
    }

    @Override
    public void say(byte[] bytes) throws IOException {
        byte[] all = new byte[preamble.length + bytes.length];
        System.arraycopy(preamble, 0, all, 0, preamble.length);
        System.arraycopy(bytes, 0, all, preamble.length, bytes.length);
        preamble = new byte[0];
        if (all.length > 0) {
            out.write(all);
            out.flush();
        }
    }

    @Override
    public InputStream heard() {
        return in;
    }

    /** It is never repeated anyway. */
    @Override
    public void settle() {}
}
