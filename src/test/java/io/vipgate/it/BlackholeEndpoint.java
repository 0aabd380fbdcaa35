package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers no SYN: a listening socket whose accept queue is full, and from which nobody accepts. Confined to the thread of
 * its test.
 */
final class BlackholeEndpoint implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 250;
    private static final int MAX_FILLERS = 16;

    private final ServerSocket server = new ServerSocket();
    private final List<Socket> fillers = new ArrayList<>();

    BlackholeEndpoint() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 1);
        boolean isFull = false;
        while (!isFull) {
            assertThat(fillers).as("connections that were answered").hasSizeLessThan(MAX_FILLERS);
            Socket filler = new Socket();
            try {
                filler.connect(server.getLocalSocketAddress(), PATIENCE_MILLIS);
                fillers.add(filler);
            } catch (SocketTimeoutException e) {
                filler.close();
                isFull = true;
            }
        }
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket filler : fillers) {
            filler.close();
        }
        server.close();
    }
}
