package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vipgate.it.fixture.Admin;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Strangers at the two HTTP addresses, and whom they must not keep out. */
@SocketTest
final class AdminAttackIT {
    private static final String WEIGHT = "/api/v1/pools/nginx/endpoints/one/weight";
    private static final int CALLS = 25;
    private static final int STRANGERS = 40;

    /** What a stranger sends, and then nothing more. */
    enum Stranger {
        IDLE(""), KEPT_ALIVE("""
                GET /api/v1 HTTP/1.1
                Host: localhost

                """), DRIPPING("GET /healthz HTT"), STREAM("""
                GET /api/v1/stream HTTP/1.1
                Host: localhost

                """), BODY_WITH_WRONG_TOKEN("""
                PUT /api/v1/pools/nginx/endpoints/one/weight HTTP/1.1
                Host: localhost
                Authorization: Bearer wrong
                Content-Type: application/json
                Content-Length: 30

                {"""), BODY("""
                GET /api/v1/status HTTP/1.1
                Host: localhost
                Content-Type: application/json
                Content-Length: 30

                {"""), FOREIGN_HOST("""
                GET / HTTP/1.1
                Host: evil.example

                """), READS_NOTHING("""
                GET /page/uplot/uPlot.iife.min.js HTTP/1.1
                Host: localhost

                """);

        private final String text;

        Stranger(String text) {
            this.text = text.replace("\n", "\r\n");
        }

        Peer at(int port) throws IOException {
            Peer peer = Peer.connect("127.0.0.1", port, 4096);
            try {
                peer.send(text);
            } catch (IOException e) {
                // It was ended for another one already.
            }
            return peer;
        }
    }

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private TestGateway.Builder with(TestEndpoint one) {
        return TestGateway.with().endpoint("one", one).probe("{ type: none }")
                .more(Admin.section(directory.resolve("token"))).more("metrics: { bind: \"127.0.0.1:0\" }");
    }

    private static void close(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    private static int ready(int port) throws IOException {
        return HttpAnswer.to(port, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status();
    }

    @ParameterizedTest
    @EnumSource
    void strangersNeverKeepTheOperatorOut(Stranger stranger) throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, directory.resolve("token"));
            List<Peer> strangers = new ArrayList<>();
            try {
                for (int i = 0; i < STRANGERS; i++) {
                    strangers.add(stranger.at(admin.port()));
                }
                for (int i = 0; i < CALLS; i++) {
                    assertThat(admin.call("PUT", WEIGHT, "{\"weight\": " + (i + 1) + "}").status()).isEqualTo(200);
                    assertThat(ready(admin.port())).isEqualTo(200);
                    strangers.add(stranger.at(admin.port()));
                }
                assertThat(gateway.state("one").weight()).isEqualTo(CALLS);
            } finally {
                close(strangers);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IDLE", "DRIPPING", "READS_NOTHING"})
    void strangersNeverTakeReadinessFromTheOuterBalancer(Stranger stranger) throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            int port = gateway.server().checkPort().orElseThrow();
            List<Peer> strangers = new ArrayList<>();
            try {
                for (int i = 0; i < 2 * STRANGERS; i++) {
                    strangers.add(stranger.at(port));
                }
                for (int i = 0; i < CALLS; i++) {
                    assertThat(ready(port)).isEqualTo(200);
                    strangers.add(stranger.at(port));
                }
            } finally {
                close(strangers);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IDLE", "DRIPPING"})
    void aRequestHasASecondForItsHead(Stranger stranger) throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).start();
                Peer late = stranger.at(gateway.server().adminServer().orElseThrow().port())) {
            long begin = System.nanoTime();
            for (int i = 0; i < 100 && !isEnded(late); i++) {
                late.send("x");
                Thread.sleep(50);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(700),
                    Duration.ofSeconds(4));
        }
    }

    private static boolean isEnded(Peer peer) throws IOException {
        peer.socket().setSoTimeout(1);
        try {
            return peer.read(new byte[1], 1) < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aSecondRequestHasASecondFromItsFirstByteOn() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).start();
                Peer kept = Stranger.IDLE.at(gateway.server().adminServer().orElseThrow().port())) {
            kept.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(kept.receiveText(12)).isEqualTo("HTTP/1.1 200");
            Thread.sleep(1_500);
            kept.send("GET /healthz HTTP/1.1\r\nHo");
            long begin = System.nanoTime();
            assertThat(new String(kept.receiveAll(), StandardCharsets.UTF_8))
                    .doesNotContain("HTTP/1.1");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(700),
                    Duration.ofSeconds(4));
        }
    }

    @Test
    void aBodyThatDripsIsCutOff() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, directory.resolve("token"));
            try (Peer slow = Stranger.BODY.at(admin.port())) {
                assertThat(HttpAnswer.read(slow).status()).isEqualTo(408);
            }
        }
    }

    @Test
    void streamsOfTheOperatorLeaveRoomForItsCalls() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, directory.resolve("token"));
            List<Peer> streams = new ArrayList<>();
            try {
                for (int i = 0; i < 12; i++) {
                    Peer stream = Peer.connect(admin.port());
                    streams.add(stream);
                    stream.send("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                            + Files.readString(directory.resolve("token")).strip() + "\r\n\r\n");
                    assertThat(stream.receive(12)).isNotEmpty();
                }
                for (int i = 0; i < CALLS; i++) {
                    assertThat(admin.call("PUT", WEIGHT, "{\"weight\": " + (i + 1) + "}").status()).isEqualTo(200);
                }
            } finally {
                close(streams);
            }
        }
    }

    @Test
    void oneSourceLeavesRoomForOthers() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            int port = gateway.server().adminServer().orElseThrow().port();
            List<Peer> strangers = new ArrayList<>();
            try (Socket other = new Socket()) {
                other.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0));
                other.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
                // More than there are places, and the other one is the idlest of all.
                for (int i = 0; i < 100; i++) {
                    strangers.add(Stranger.IDLE.at(port));
                }
                Peer quiet = new Peer(other);
                quiet.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                assertThat(HttpAnswer.read(quiet).status()).isEqualTo(200);
            } finally {
                close(strangers);
            }
        }
    }

    @Test
    void anAnswerThatNobodyReadsEnds() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            int port = gateway.server().adminServer().orElseThrow().port();
            try (Peer deaf = Peer.connect("127.0.0.1", port, 4096)) {
                deaf.send("GET /page/uplot/uPlot.iife.min.js HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(200));
                Await.until("the connection is broken", Duration.ofSeconds(30), () -> {
                    try {
                        deaf.send("\r\n");
                        return false;
                    } catch (IOException e) {
                        return true;
                    }
                });
            }
        }
    }

    // ---- requests that two servers could read differently ----

    @Test
    void ambiguousRequestsAreRefused() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            int port = gateway.server().adminServer().orElseThrow().port();
            for (String lengths : List.of("Content-Length: 5\r\nTransfer-Encoding: chunked",
                    "Content-Length: 5\r\nContent-Length: 6", "Content-Length: +5", "Content-Length: 0x5",
                    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding : chunked",
                    "Content-Length: 99999999999999999999", "X Y: z", "NoColon")) {
                HttpAnswer answer = HttpAnswer.to(port, "PUT " + WEIGHT + " HTTP/1.1\r\nHost: localhost\r\n" + lengths
                        + "\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(answer.status()).as(lengths).isIn(400, 501);
                assertThat(answer.body()).as(lengths).doesNotContain("HTTP/1.1 200");
            }
        }
    }

    @Test
    void headsHaveBounds() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            int port = gateway.server().adminServer().orElseThrow().port();
            String end = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
            assertThat(HttpAnswer.to(port, "GET /healthz" + end + "X: " + "y".repeat(15_000) + "\r\n\r\n").status())
                    .isEqualTo(200);
            assertThat(HttpAnswer.to(port, "GET /healthz" + end + "X: " + "y".repeat(17_000) + "\r\n\r\n").status())
                    .isEqualTo(431);
            assertThat(HttpAnswer.to(port, "GET /healthz" + end + "X: y\r\n".repeat(70) + "\r\n").status())
                    .isEqualTo(431);
            assertThat(HttpAnswer.to(port, "GET /" + "y".repeat(9_000) + end + "\r\n").status()).isEqualTo(414);
        }
    }

    @Test
    void aBodyIsAskedForWhenItIsWanted() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, directory.resolve("token"));
            String head = "PUT " + WEIGHT + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 13\r\n";
            assertThat(HttpAnswer.to(admin.port(), head + "\r\n").status()).as("without the token").isEqualTo(401);
            try (Peer polite = Peer.connect(admin.port())) {
                polite.send(head + "Authorization: Bearer "
                        + Files.readString(directory.resolve("token")).strip() + "\r\n\r\n");
                assertThat(polite.receiveText(25)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
                polite.send("{\"weight\": 9}");
                assertThat(HttpAnswer.read(polite).status()).isEqualTo(200);
            }
            assertThat(gateway.state("one").weight()).isEqualTo(9);
        }
    }

    @Test
    void requestsThatFollowEachOtherAreAnsweredInOrder() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            int port = gateway.server().adminServer().orElseThrow().port();
            String answers = HttpAnswer.to(port, """
                    HEAD /api/v1 HTTP/1.1
                    Host: localhost

                    GET /healthz HTTP/1.1
                    Host: localhost

                    GET /nowhere HTTP/1.1
                    Host: localhost

                    GET /readyz HTTP/1.1
                    Host: localhost
                    Connection: close

                    """.replace("\n", "\r\n")).body();
            assertThat(answers).startsWith("HTTP/1.1 200").containsSubsequence("{\"alive\": true}", "HTTP/1.1 404",
                    "{\"ready\": true");
        }
    }

    @Test
    void whatIsWrittenInACallForgesNoLineOfTheLog() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("io.vipgate.admin");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Path token = directory.resolve("token");
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).more(Admin.section(token)).start()) {
            Admin admin = new Admin(gateway, token);
            String forged = "%0aERROR+forged%1b%5b31m";
            assertThat(admin.call("POST", "/api/v1/reload?confirm=2m" + forged, "").status()).isEqualTo(422);
            assertThat(admin.call("POST", "/api/v1/reload?unless=" + forged, "").status()).isEqualTo(422);
            assertThat(admin.call("DELETE", "/api/v1/relays?listener=" + forged, "").status()).isBetween(200, 404);
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).hasSizeGreaterThanOrEqualTo(2)
                .noneMatch(line -> line.contains("\n") || line.contains("\u001b"));
    }
}
