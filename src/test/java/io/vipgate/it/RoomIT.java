package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has how much of the process's file descriptors: the gateway itself, and each of its listeners. */
@SocketTest
final class RoomIT {
    private static final Duration BOUND = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** Clients that come and say nothing. */
    private static final class Flood implements AutoCloseable {
        private final ConcurrentLinkedQueue<Peer> present = new ConcurrentLinkedQueue<>();
        private final AtomicInteger refused = new AtomicInteger();

        void come(int port) throws IOException {
            try {
                present.add(Peer.connect(port));
            } catch (SocketException e) {
                refused.incrementAndGet();
            }
        }

        @Override
        public void close() throws IOException {
            for (Peer peer : present) {
                peer.close();
            }
        }
    }

    private String write(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "gateway", ".yaml"), yaml).toString();
    }

    @Test
    void oneListenersFloodLeavesTheOthersTheirRoom() throws Exception {
        int flooded = FreePort.take();
        int other = FreePort.take();
        int metrics = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint(); Flood flood = new Flood()) {
            String file = write("""
                    listeners:
                      flooded: { bind: "127.0.0.1:%d", pool: p }
                      other: { bind: "127.0.0.1:%d", pool: p }
                    pools: { p: { probe: { type: none }, endpoints: { a: "%s" } } }
                    metrics: { bind: "127.0.0.1:%d" }
                    runtime: { eventLoops: 4 }
                    """.formatted(flooded, other, echo.address(), metrics));
            try (VipgateProcess gateway = VipgateProcess.startWithFiles(600, directory, "run", "-c", file)
                    .awaitStart()) {
                // when
                Tasks.repeat(700, 16, () -> flood.come(flooded));

                // then everybody without a place is told so by a reset, and the other listener has its quarter
                Await.until("the flood is refused", BOUND, () -> refused(metrics, "flooded") > 300);
                int room = 0;
                try (Flood served = new Flood()) {
                    for (int i = 0; i < 40; i++) {
                        Peer client = Peer.connect(other);
                        served.present.add(client);
                        client.exchange();
                        room++;
                    }
                    assertThat(room).isEqualTo(40);
                }
                assertThat(refused(metrics, "other")).isZero();
                Await.until("the log has told of all", BOUND,
                        () -> told(gateway.errors(), "flooded") == (int) refused(metrics, "flooded"));
            }
        }
    }

    /** The sum of what the log says of clients that a listener had no room for. */
    private static int told(String errors, String listener) {
        return Pattern.compile("listener " + listener + ": a client was refused, .* \\((\\d+) times in 1 s\\)")
                .matcher(errors).results().mapToInt(match -> Integer.parseInt(match.group(1))).sum();
    }

    private static double refused(int metrics, String listener) {
        return Scrape.of(metrics).value("vipgate_listener_refused_total", "listener", listener, "reason", "no_room");
    }

    @Test
    void twentyAddressesOnSixteenLoopsLeaveRoomForHealthAndProbes() throws Exception {
        StringBuilder binds = new StringBuilder();
        int first = FreePort.take();
        binds.append("127.0.0.1:").append(first);
        for (int i = 1; i < 20; i++) {
            binds.append(", 127.0.0.1:").append(FreePort.take());
        }
        int metrics = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint(); Flood flood = new Flood()) {
            String file = write("""
                    listeners: { web: { bind: [%s], pool: p } }
                    pools:
                      p:
                        probe: { type: tcp, interval: 100ms, fastInterval: 50ms }
                        endpoints: { a: "%s" }
                    metrics: { bind: "127.0.0.1:%d" }
                    runtime: { eventLoops: 16 }
                    """.formatted(binds, echo.address(), metrics));
            try (VipgateProcess gateway = VipgateProcess.startWithFiles(1_000, directory, "run", "-c", file)
                    .awaitStart()) {
                Await.until("the endpoint is up", BOUND, () -> gateway.errors().contains("a is UP"));

                // when far more clients come than there are descriptors for
                Tasks.repeat(700, 16, () -> flood.come(first));

                // then health is answered, and the probes go on
                for (int i = 0; i < 20; i++) {
                    assertThat(HttpAnswer
                            .to(metrics, "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .status()).isEqualTo(200);
                    double passed = passedProbes(metrics);
                    Await.until("another probe passes", BOUND, () -> passedProbes(metrics) > passed);
                }
                assertThat(gateway.errors()).doesNotContain("too many open files").doesNotContain("is DOWN");
            }
        }
    }

    private static double passedProbes(int metrics) {
        return Scrape.of(metrics).value("vipgate_probe_total", "pool", "p", "endpoint", "a", "result", "pass");
    }

    @Test
    void tooFewDescriptorsEndTheStartWithOneLineThatSaysWhatNeedsThem() throws Exception {
        String file = write("""
                listeners: { web: { bind: ["127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"], pool: p } }
                pools: { p: { endpoints: { a: "127.0.0.1:9" } } }
                runtime: { eventLoops: 32 }
                """);
        try (VipgateProcess gateway = VipgateProcess.startWithFiles(300, directory, "run", "-c", file)) {
            assertThat(gateway.awaitExit(BOUND)).isEqualTo(1);
            assertThat(gateway.errors().lines()).singleElement().asString()
                    .endsWith("the limit of 300 open files is too "
                            + "small: 96 for listening sockets, 132 for event loops, 0 for admin and metrics, 1 for probes, 64 for "
                            + "the rest and 32 for connections are needed; raise it (ulimit -n, or LimitNOFILE= in the systemd "
                            + "unit)");
        }
    }
}
