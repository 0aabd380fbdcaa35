package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What outer load balancers are told. */
@SocketTest
final class ReadinessIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final String SERVED = "metrics: { bind: \"127.0.0.1:0\" }";

    private static HttpResponse<String> get(TestGateway gateway, String path) throws Exception {
        return request(gateway, HttpRequest.newBuilder(uri(gateway, path)).build());
    }

    private static URI uri(TestGateway gateway, String path) {
        return URI.create("http://127.0.0.1:" + gateway.server().checkPort().orElseThrow() + path);
    }

    private static HttpResponse<String> request(TestGateway gateway, HttpRequest request) throws Exception {
        assertThat(gateway.server().checkPort()).isPresent();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void aGatewayThatServesIsAliveAndReady() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).more(SERVED).start()) {
            assertThat(get(gateway, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(gateway, "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(gateway, "/readyz").body()).isEqualTo("{\"ready\": true, \"reasons\": []}\n");
            assertThat(get(gateway, "/").statusCode()).isEqualTo(404);
            assertThat(request(gateway, HttpRequest.newBuilder(uri(gateway, "/readyz"))
                    .POST(HttpRequest.BodyPublishers.ofString("x")).build()).statusCode()).isEqualTo(405);

            gateway.gateway().announceStop();
            assertThat(get(gateway, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(gateway, "/readyz").body()).contains("shutting down");
            assertThat(get(gateway, "/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aPoolThatIsDarkForAWhileMakesItUnready() throws Exception {
        try (SwitchedEndpoint one = new SwitchedEndpoint('1');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address())
                        .probe("{ type: tcp, interval: 50ms, fastInterval: 20ms }").more(SERVED)
                        .more("readiness: { pools: [nginx] }").start()) {
            Await.until("it is up", BOUND, () -> gateway.state("one").health() == Health.UP);
            one.stop();
            Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
            assertThat(get(gateway, "/readyz").statusCode()).as("not at once").isEqualTo(200);
            Await.until("it is not ready", BOUND, () -> status(gateway) == 503);
            assertThat(get(gateway, "/readyz").body()).contains("pool nginx has had no endpoint up");

            one.start();
            Await.until("it is ready", BOUND, () -> status(gateway) == 200);
        }
    }

    private static int status(TestGateway gateway) {
        try {
            return get(gateway, "/readyz").statusCode();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A front that asks every gateway every 50 ms, and sends each client to one that has said it is ready. */
    @Test
    void clientsOfAHealthCheckedFrontNoticeNothingWhenAGatewayStopsWithGrace() throws Exception {
        try (NamingEndpoint endpoint = new NamingEndpoint('e');
                TestGateway stays = TestGateway.with().endpoint("a", endpoint).more(SERVED).start();
                TestGateway stops = TestGateway.with().endpoint("a", endpoint).more(SERVED).start();
                Tasks tasks = new Tasks()) {
            List<TestGateway> gateways = List.of(stays, stops);
            List<AtomicBoolean> isReady = List.of(new AtomicBoolean(true), new AtomicBoolean(true));
            AtomicBoolean isOver = new AtomicBoolean();
            AtomicInteger served = new AtomicInteger();
            tasks.start(() -> {
                while (!isOver.get()) {
                    for (int i = 0; i < 2; i++) {
                        isReady.get(i).set(status(gateways.get(i)) == 200);
                    }
                    Pause.of(Duration.ofMillis(50), "as health checks do");
                }
            });
            for (int i = 0; i < 4; i++) {
                int number = i;
                tasks.start(() -> {
                    for (int k = number; !isOver.get(); k++) {
                        TestGateway chosen = gateways.get(isReady.get(k % 2).get() ? k % 2 : (k + 1) % 2);
                        try (Peer client = chosen.connect()) {
                            assertThat(client.receiveAll()).as("client %d", k).hasSize(1);
                            served.incrementAndGet();
                        }
                    }
                });
            }
            Await.until("clients are served", BOUND, () -> served.get() > 200);

            // when one is told to stop, as by SIGTERM with shutdown.grace
            stops.gateway().announceStop();
            Await.until("the front knows", BOUND, () -> !isReady.get(1).get());
            Pause.of(Duration.ofMillis(300), "the rest of the grace, for clients that were just being sent here");
            assertThat(stops.gateway().drain(Duration.ofSeconds(5))).isNotNegative();
            int before = served.get();
            Await.until("the other serves on", BOUND, () -> served.get() > before + 200);

            isOver.set(true);
            tasks.join(BOUND);
        }
    }
}
