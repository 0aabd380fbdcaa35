package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Admin;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sources that take all the admin server has to give, and a third one. */
@SocketTest
final class AdminSharesIT {
    private static final int OF_EACH = 24;
    private static final int CALLS = 15;
    private static final String END = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final List<Peer> greedy = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (Peer peer : greedy) {
            peer.close();
        }
    }

    private TestGateway start(EchoEndpoint echo) throws Exception {
        return TestGateway.with().endpoint("one", echo).probe("{ type: none }")
                .more(Admin.section(directory.resolve("token"))).start();
    }

    private static int port(TestGateway gateway) {
        return gateway.server().adminServer().orElseThrow().port();
    }

    private static Peer from(String source, int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        return new Peer(socket);
    }

    /** From both sources by turns, so many of each. */
    private void takeAll(int port, int ofEach, String text) throws IOException {
        for (int i = 0; i < 2 * ofEach; i++) {
            Peer peer = from("127.0.0." + (2 + i % 2), port);
            greedy.add(peer);
            try {
                peer.send(text);
            } catch (IOException e) {
                // It was ended for another one already.
            }
        }
    }

    private static void assertAnswered(int port, String path) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            assertThat(HttpAnswer.to(port, "GET " + path + END + "\r\n").status()).as(path).isEqualTo(200);
        }
    }

    @Test
    void slowBodiesLeaveOthersTheirAnswers() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = start(echo)) {
            takeAll(port(gateway), OF_EACH, "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 30\r\n\r\n{");
            assertAnswered(port(gateway), "/api/v1");
        }
    }

    @Test
    void slowReadersLeaveTheScraperItsPage() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = start(echo)) {
            takeAll(port(gateway), OF_EACH,
                    "GET /page/uplot/uPlot.iife.min.js HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100));
            assertAnswered(port(gateway), "/metrics");
        }
    }

    @Test
    void whoHoldsOnePlaceKeepsItWhileOthersComeAndGo() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = start(echo)) {
            String token = Files.readString(directory.resolve("token")).strip();
            for (int i = 0; i < CALLS; i++) {
                try (Peer operator = from("127.0.0.1", port(gateway))) {
                    takeAll(port(gateway), 2 * OF_EACH, "");
                    operator.send("GET /api/v1/relays" + END + "Authorization: Bearer " + token + "\r\n\r\n");
                    assertThat(HttpAnswer.read(operator).status()).isEqualTo(200);
                }
                closeAll();
                greedy.clear();
            }
        }
    }
}
