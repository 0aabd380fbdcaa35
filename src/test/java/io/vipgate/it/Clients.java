package io.vipgate.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Clients with addresses of their own, out of 127.0.0.0/8. Stateless. */
final class Clients {
    private static final int PATIENCE_MILLIS = 20_000;

    private Clients() {}

    /** The address of a client by its number, 0 to 65,024. */
    static InetAddress address(int number) throws IOException {
        return InetAddress.getByAddress(new byte[]{127, 7, (byte) (number / 255), (byte) (1 + number % 255)});
    }

    static Peer connect(TestGateway gateway, int number) throws IOException {
        Socket socket = new Socket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(address(number), 0));
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()), PATIENCE_MILLIS);
        return new Peer(socket);
    }

    /** What an endpoint that answers with its letter says to the client. */
    static String ask(TestGateway gateway, int number) throws IOException {
        try (Peer client = connect(gateway, number)) {
            return new String(client.receiveAll(), StandardCharsets.US_ASCII);
        }
    }
}
