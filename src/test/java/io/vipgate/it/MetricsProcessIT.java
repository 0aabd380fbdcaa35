package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scrapers are told by a gateway that is a process of its own. */
@SocketTest
final class MetricsProcessIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final String RELOADS = "vipgate_config_reloads_total";
    private static final String RELOADED_AT = "vipgate_config_last_reload_success_timestamp_seconds";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private Path write(int port, int metrics, TestEndpoint endpoint, String more) throws IOException {
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners:
                  web: { bind: "127.0.0.1:%d", pool: nginx, maxConnections: 10000 }
                pools:
                  nginx:
                    probe: { type: none }
                    endpoints: { a: "%s" }
                metrics: { bind: "127.0.0.1:%d" }
                %s
                """.formatted(port, endpoint.address(), metrics, more));
    }

    @Test
    void aGatewayWhoseDescriptorsAreUsedUpIsScrapedAllTheSame() throws Exception {
        int port = FreePort.take();
        int metrics = FreePort.take();
        ConcurrentLinkedQueue<Peer> load = new ConcurrentLinkedQueue<>();
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess _ = VipgateProcess.startWithFiles(260, directory, "run", "-c",
                        write(port, metrics, echo, "").toString()).awaitStart()) {
            Tasks.repeat(300, 16, () -> {
                try {
                    load.add(Peer.connect(port));
                } catch (SocketException e) {
                    assertThat(e).hasMessageContaining("reset");
                }
            });
            Await.until("it has no room", BOUND, () -> Scrape.of(metrics)
                    .value("vipgate_listener_refused_total", "listener", "web", "reason", "no_room") > 0);

            for (int i = 0; i < 20; i++) {
                Scrape scrape = Scrape.of(metrics);
                assertThat(scrape.value("vipgate_listener_connections", "listener", "web")).isGreaterThan(10);
                assertThat(scrape.sum("vipgate_listener_connections_total")).isEqualTo(
                        scrape.sum("vipgate_relay_closed_total") + scrape.sum("vipgate_listener_connections"));
            }
        } finally {
            for (Peer client : load) {
                client.close();
            }
        }
    }

    @Test
    void reloadsAreCountedByTheirResult() throws Exception {
        int port = FreePort.take();
        int metrics = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess gateway = VipgateProcess
                        .start(directory, "run", "-c", write(port, metrics, echo, "").toString()).awaitStart()) {
            double started = Scrape.of(metrics).value(RELOADED_AT);
            assertThat(started).isBetween(System.currentTimeMillis() / 1e3 - 60, System.currentTimeMillis() / 1e3);

            Path _ = write(port, metrics, echo, "nonsense: 1");
            gateway.hangUp();
            Await.until("it is rejected", BOUND, () -> Scrape.of(metrics).value(RELOADS, "result", "rejected") == 1);
            assertThat(Scrape.of(metrics).value(RELOADED_AT)).isEqualTo(started);
            Path _ = write(port, metrics, echo, "log: { level: warn }");
            gateway.hangUp();
            Await.until("it is applied", BOUND, () -> Scrape.of(metrics).value(RELOADS, "result", "ok") == 1);
            assertThat(Scrape.of(metrics).value(RELOADED_AT)).isGreaterThan(started);
        }
    }
}
