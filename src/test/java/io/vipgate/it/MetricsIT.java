package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Clients;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.RefusingEndpoint;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Health;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The numbers that scrapers are told of a gateway that serves: each counts what it says, exactly. */
@SocketTest
final class MetricsIT {
    private static final Duration BOUND = Duration.ofSeconds(15);
    private static final String SERVED = "metrics: { bind: \"127.0.0.1:0\" }";
    private static final String RELAYS = "vipgate_listener_connections_total";
    private static final String OPEN = "vipgate_listener_connections";
    private static final String CLOSED = "vipgate_relay_closed_total";
    private static final String BYTES = "vipgate_relay_bytes_total";
    private static final String FAILURES = "vipgate_endpoint_connect_failures_total";
    private static final String REFUSED = "vipgate_listener_refused_total";

    /** Relays that were opened have ended or are open: in every scrape, whatever goes on meanwhile. */
    private static void assertNoRelayIsMissing(Scrape scrape) {
        assertThat(scrape.sum(RELAYS)).isEqualTo(scrape.sum(CLOSED) + scrape.sum(OPEN));
        assertThat(scrape.sum("vipgate_relay_duration_seconds_count")).isEqualTo(scrape.sum(CLOSED));
        assertThat(scrape.sum("vipgate_endpoint_connect_seconds_count"))
                .isEqualTo(scrape.sum("vipgate_endpoint_connections_total"));
    }

    private static Scrape idle(TestGateway gateway) {
        gateway.awaitIdle(BOUND);
        Scrape scrape = Scrape.of(gateway);
        assertNoRelayIsMissing(scrape);
        assertThat(scrape.sum(OPEN)).isZero();
        assertThat(scrape.sum("vipgate_endpoint_connections")).isZero();
        return scrape;
    }

    private static double closed(Scrape scrape, String endpoint, String reason) {
        return scrape.value(CLOSED, "pool", "nginx", "endpoint", endpoint, "reason", reason);
    }

    private static double bytes(Scrape scrape, String endpoint, String direction) {
        return scrape.value(BYTES, "listener", "web", "pool", "nginx", "endpoint", endpoint, "direction", direction);
    }

    @Test
    void bytesAreExactAndLive() throws Exception {
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).more(SERVED).start()) {
            // given a relay that stays open
            Peer client = gateway.connect();
            Peer backend = endpoint.next();
            client.send("x".repeat(1000));
            assertThat(backend.receiveText(1000)).hasSize(1000);
            backend.send("y".repeat(30));
            assertThat(client.receiveText(30)).hasSize(30);

            // then its bytes count already
            Scrape live = Scrape.of(gateway);
            assertThat(bytes(live, "a", "client_to_backend")).isEqualTo(1000);
            assertThat(bytes(live, "a", "backend_to_client")).isEqualTo(30);
            assertThat(live.value(OPEN, "listener", "web")).isEqualTo(1);
            assertThat(live.value("vipgate_endpoint_connections", "pool", "nginx", "endpoint", "a")).isEqualTo(1);
            assertThat(live.sum(CLOSED)).isZero();
            assertNoRelayIsMissing(live);

            // when it ends by FIN, the client first, and others follow, the endpoint first
            client.fin();
            backend.expectEnd();
            backend.send("z");
            backend.fin();
            assertThat(client.receiveAll()).hasSize(1);
            for (int i = 0; i < 5; i++) {
                try (Peer next = gateway.connect(); Peer its = endpoint.next()) {
                    its.send("12");
                    its.fin();
                    assertThat(next.receiveAll()).hasSize(2);
                    next.send("345");
                    next.fin();
                    assertThat(its.receiveAll()).hasSize(3);
                }
            }

            Scrape ended = idle(gateway);
            assertThat(bytes(ended, "a", "client_to_backend")).isEqualTo(1000 + 5 * 3);
            assertThat(bytes(ended, "a", "backend_to_client")).isEqualTo(30 + 1 + 5 * 2);
            assertThat(closed(ended, "a", "client_fin")).isEqualTo(1);
            assertThat(closed(ended, "a", "endpoint_fin")).isEqualTo(5);
            assertThat(ended.value(RELAYS, "listener", "web")).isEqualTo(6);
            assertThat(ended.value("vipgate_endpoint_connections_total", "pool", "nginx", "endpoint", "a"))
                    .isEqualTo(6);
            assertThat(ended.value("vipgate_endpoint_connect_seconds_bucket", "pool", "nginx", "endpoint", "a", "le",
                    "+Inf")).isEqualTo(6);
            client.close();
            backend.close();
        }
    }

    @Test
    void resetsAndBoundsAreCountedByTheirReason() throws Exception {
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).pool("timeouts: { idle: 200ms }")
                        .more(SERVED).start()) {
            for (int i = 0; i < 3; i++) {
                Peer client = gateway.connect();
                Peer backend = endpoint.next();
                client.reset();
                backend.expectReset();
                backend.close();
            }
            for (int i = 0; i < 2; i++) {
                Peer client = gateway.connect();
                endpoint.next().reset();
                client.expectReset();
                client.close();
            }
            try (Peer client = gateway.connect(); Peer backend = endpoint.next()) {
                client.expectReset();
                backend.expectReset();
            }
            try (Peer client = gateway.connect(); Peer backend = endpoint.next()) {
                assertThat(gateway.server().operator().closeRelays(_ -> true)).isEqualTo(1);
                client.expectReset();
                backend.expectReset();
            }

            Scrape scrape = idle(gateway);
            assertThat(closed(scrape, "a", "client_reset")).isEqualTo(3);
            assertThat(closed(scrape, "a", "endpoint_reset")).isEqualTo(2);
            assertThat(closed(scrape, "a", "idle")).isEqualTo(1);
            assertThat(closed(scrape, "a", "operator")).isEqualTo(1);
            assertThat(scrape.sum(RELAYS)).isEqualTo(7);
        }
    }

    @Test
    void failedConnectsAndRetriesAreCounted() throws Exception {
        try (RefusingEndpoint refusing = new RefusingEndpoint();
                NamingEndpoint good = new NamingEndpoint('g');
                TestGateway gateway = TestGateway.with().endpoint("bad", refusing.address())
                        .endpoint("good", good, "backup: true").more(SERVED).start()) {
            // Suspicion, which sends clients to the backup at once, makes the number one of chance.
            for (int i = 0; i < 10; i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(client.receiveAll()).hasSize(1);
                }
            }

            Scrape scrape = idle(gateway);
            double failed = scrape.value(FAILURES, "pool", "nginx", "endpoint", "bad", "reason", "refused");
            assertThat(failed).isBetween(1.0, 10.0);
            assertThat(scrape.sum(FAILURES)).isEqualTo(failed);
            assertThat(scrape.value("vipgate_pool_retries_total", "pool", "nginx")).isEqualTo(failed);
            assertThat(closed(scrape, "good", "endpoint_fin")).isEqualTo(10);
            assertThat(scrape.sum(CLOSED, "endpoint", "bad")).isZero();
            assertThat(scrape.value("vipgate_pool_no_healthy_total", "pool", "nginx")).isZero();
        }
    }

    @Test
    void clientsWhomNobodyTakesAreCounted() throws Exception {
        try (RefusingEndpoint refusing = new RefusingEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("bad", refusing.address())
                        .probe("{ type: tcp, interval: 20ms }").more(SERVED).start()) {
            Await.until("it is down", BOUND, () -> gateway.state("bad").health() == Health.DOWN);
            Peer.expectRefused(gateway.port());
            Peer.expectRefused(gateway.port());
            assertThat(gateway.server().operator().toAdmin("nginx", "bad", AdminState.MAINT)).isPresent();
            Peer.expectRefused(gateway.port());

            Scrape scrape = idle(gateway);
            assertThat(closed(scrape, "bad", "connect_failed")).isEqualTo(2);
            assertThat(closed(scrape, "", "connect_failed")).isEqualTo(1);
            assertThat(scrape.value(REFUSED, "listener", "web", "reason", "no_endpoint")).isEqualTo(1);
            assertThat(scrape.value("vipgate_pool_no_healthy_total", "pool", "nginx")).isEqualTo(3);
            assertThat(scrape.value("vipgate_endpoint_up", "pool", "nginx", "endpoint", "bad")).isZero();
            assertThat(scrape.value("vipgate_endpoint_transitions_total", "pool", "nginx", "endpoint", "bad", "to",
                    "down")).isEqualTo(1);
            assertThat(scrape.value("vipgate_endpoint_transitions_total", "pool", "nginx", "endpoint", "bad", "to",
                    "up")).isZero();
            assertThat(scrape.value("vipgate_endpoint_admin_state", "pool", "nginx", "endpoint", "bad", "state",
                    "maint")).isEqualTo(1);
            assertThat(scrape.sum("vipgate_endpoint_admin_state")).isEqualTo(1);
            assertThat(scrape.sum("vipgate_probe_total", "result", "fail")).isPositive()
                    .isEqualTo(scrape.sum("vipgate_probe_seconds_count", "result", "fail"));
            assertThat(scrape.sum("vipgate_probe_total", "result", "pass")).isZero();
        }
    }

    @Test
    void clientsBeyondTheMaximumAreRefused() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).listener("maxConnections: 1").more(SERVED)
                        .start()) {
            try (Peer client = gateway.connect()) {
                client.exchange();
                Peer.expectRefused(gateway.port());
                Peer.expectRefused(gateway.port());
            }

            Scrape scrape = idle(gateway);
            assertThat(scrape.value(REFUSED, "listener", "web", "reason", "max_connections")).isEqualTo(2);
            assertThat(scrape.value(RELAYS, "listener", "web")).isEqualTo(1);
        }
    }

    @Test
    void pinsAreCounted() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one)
                        .endpoint("two", two, "backup: true").pool("pinning: { by: source-address, maxEntries: 10 }")
                        .more(SERVED).start()) {
            for (int i = 0; i < 30; i++) {
                assertThat(Clients.ask(gateway, i)).isEqualTo("1");
            }
            gateway.awaitIdle(BOUND);
            assertThat(Clients.ask(gateway, 29)).isEqualTo("1");
            Scrape before = idle(gateway);
            assertThat(before.value("vipgate_pin_misses_total", "pool", "nginx")).isEqualTo(30);
            assertThat(before.value("vipgate_pin_hits_total", "pool", "nginx")).isEqualTo(1);
            double evictions = before.value("vipgate_pin_evictions_total", "pool", "nginx");
            assertThat(before.value("vipgate_pins", "pool", "nginx")).isEqualTo(30 - evictions).isBetween(1.0, 10.0);

            assertThat(gateway.server().operator().toAdmin("nginx", "one", AdminState.MAINT)).isPresent();
            assertThat(Clients.ask(gateway, 29)).isEqualTo("2");

            Scrape after = idle(gateway);
            assertThat(after.value("vipgate_pin_moved_total", "pool", "nginx")).isEqualTo(1);
            assertThat(closed(after, "two", "endpoint_fin")).isEqualTo(1);
        }
    }

    @Test
    void splicedBytesAreCounted() throws Exception {
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoint).more(SERVED).start();
                Tasks tasks = new Tasks();
                Peer client = gateway.connect();
                Peer backend = endpoint.next()) {
            tasks.start(() -> {
                client.send(new byte[8 << 20]);
                client.fin();
            });
            assertThat(backend.receiveAll()).hasSize(8 << 20);
            backend.fin();
            client.expectEnd();
            tasks.join(BOUND);

            Scrape scrape = idle(gateway);
            assertThat(bytes(scrape, "a", "client_to_backend")).isEqualTo(8 << 20);
            assertThat(scrape.value("vipgate_relay_spliced_bytes_total", "direction", "client_to_backend"))
                    .isEqualTo((double) gateway.spliced(true));
        }
    }

    @Test
    void aDrainIsCounted() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).more(SERVED).start();
                Peer client = gateway.connect()) {
            client.exchange();
            assertThat(gateway.gateway().drain(Duration.ZERO)).isEqualTo(1);

            Scrape scrape = idle(gateway);
            assertThat(closed(scrape, "a", "drain")).isEqualTo(1);
        }
    }

    @Test
    void addressesOfOneNameAreOneEndpointAndOneThatGoesTakesNothingAway() throws Exception {
        Map<String, List<InetAddress>> zone = new ConcurrentHashMap<>();
        InetAddress first = InetAddress.ofLiteral("127.0.0.1");
        InetAddress second = InetAddress.ofLiteral("127.0.0.2");
        zone.put("web.test", List.of(first, second));
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("web", "web.test:" + echo.port(), "weight: 3")
                        .pool("balance: round-robin").pool("connect: { attempts: 2 }")
                        .pool("resolve: { interval: 1s }")
                        .names(host -> zone.getOrDefault(host, List.of())).more(SERVED).start()) {
            // Nobody listens on the second address: that is one failed attempt, or more, and its suspicion.
            for (int i = 0; i < 4; i++) {
                try (Peer client = gateway.connect()) {
                    client.exchange();
                }
            }
            Scrape before = idle(gateway);
            double failed = before.sum(FAILURES, "endpoint", "web");
            assertThat(failed).isPositive();
            assertThat(before.value("vipgate_endpoint_connections_total", "pool", "nginx", "endpoint", "web"))
                    .isEqualTo(4);
            assertThat(before.value("vipgate_endpoint_weight", "pool", "nginx", "endpoint", "web")).isEqualTo(3);
            assertThat(before.tellsOf("endpoint", "web[127.0.0.1]")).isFalse();

            zone.put("web.test", List.of(first));
            Await.until("it is looked up again", BOUND,
                    () -> gateway.gateway().pool("nginx").snapshot().members().size() == 1);

            Scrape after = idle(gateway);
            assertThat(after.sum(FAILURES, "endpoint", "web")).isEqualTo(failed);
            assertThat(after.value("vipgate_endpoint_connections_total", "pool", "nginx", "endpoint", "web"))
                    .isEqualTo(4);
        }
    }

    @Test
    void whatAReloadRemovesVanishesAndTheRestGoesOn() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                NamingEndpoint other = new NamingEndpoint('o');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two)
                        .pool("balance: round-robin").and("more", "127.0.0.1:0", other).more(SERVED).start()) {
            for (int i = 0; i < 40; i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(client.receiveAll()).hasSize(1);
                }
            }
            Scrape before = idle(gateway);
            double kept = closed(before, "one", "endpoint_fin");
            assertThat(kept).isPositive();
            assertThat(before.tellsOf("endpoint", "two")).isTrue();
            assertThat(before.tellsOf("pool", "more-pool")).isTrue();
            assertThat(before.tellsOf("listener", "more")).isTrue();

            gateway.apply(TestGateway.with().endpoint("one", one).pool("balance: round-robin").more(SERVED));

            Scrape after = Scrape.of(gateway);
            assertThat(after.tellsOf("endpoint", "two")).isFalse();
            assertThat(after.tellsOf("pool", "more-pool")).isFalse();
            assertThat(after.tellsOf("listener", "more")).isFalse();
            assertThat(closed(after, "one", "endpoint_fin")).isEqualTo(kept);

            // and what comes back begins anew
            gateway.apply(TestGateway.with().endpoint("one", one).endpoint("two", two).pool("balance: round-robin")
                    .more(SERVED));
            Scrape back = Scrape.of(gateway);
            assertThat(back.sum(CLOSED, "endpoint", "two")).isZero();
            assertThat(closed(back, "one", "endpoint_fin")).isEqualTo(kept);
        }
    }

    @Test
    void aScrapeDoesNotWaitForALoopThatIsStuckAndNothingGoesBack() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                TestGateway gateway = TestGateway.with().endpoint("one", one).more(SERVED).start();
                Tasks tasks = new Tasks()) {
            for (int i = 0; i < 10; i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(client.receiveAll()).hasSize(1);
                }
            }
            Scrape before = idle(gateway);
            CountDownLatch stuck = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            tasks.start(() -> gateway.gateway().forEachLoop(_ -> {
                stuck.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            stuck.await();
            try {
                for (int i = 0; i < 8; i++) {
                    long begin = System.nanoTime();
                    Scrape during = Scrape.of(gateway);
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
                    assertThat(during.sum(RELAYS)).isEqualTo(before.sum(RELAYS)).isEqualTo(10);
                    assertThat(during.sum(BYTES)).isEqualTo(before.sum(BYTES));
                }
                Await.until("the lag shows", BOUND,
                        () -> Scrape.of(gateway).value("vipgate_event_loop_lag_seconds", "loop", "0") > 1);
            } finally {
                over.countDown();
            }
            tasks.join(BOUND);
            try (Peer client = gateway.connect()) {
                assertThat(client.receiveAll()).hasSize(1);
            }
            assertThat(idle(gateway).sum(RELAYS)).isEqualTo(11);
        }
    }

    @Test
    void scrapesWhileClientsComeAndGoAndReloadsAreMadeAddUpEachTime() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).more(SERVED)
                        .start();
                Tasks tasks = new Tasks()) {
            AtomicBoolean isOver = new AtomicBoolean();
            AtomicInteger served = new AtomicInteger();
            AtomicInteger scraped = new AtomicInteger();
            for (int i = 0; i < 4; i++) {
                tasks.start(() -> {
                    while (!isOver.get()) {
                        try (Peer client = gateway.connect()) {
                            assertThat(client.receiveAll()).hasSize(1);
                            served.incrementAndGet();
                        }
                    }
                });
            }
            for (int i = 0; i < 3; i++) {
                tasks.start(() -> {
                    Map<Scrape.Series, Double> last = new HashMap<>();
                    while (!isOver.get()) {
                        Scrape scrape = Scrape.of(gateway);
                        assertNoRelayIsMissing(scrape);
                        scrape.samples().forEach((series, value) -> {
                            if (series.name().startsWith("vipgate_") && !series.name().endsWith("_created")
                                    && scrape.types().getOrDefault(series.name(), "histogram")
                                            .matches("counter|histogram")
                                    && !"three".equals(series.labels().get("endpoint"))) {
                                assertThat(value).as("%s", series)
                                        .isGreaterThanOrEqualTo(last.getOrDefault(series, 0.0));
                                last.put(series, value);
                            }
                        });
                        scraped.incrementAndGet();
                    }
                });
            }
            Await.until("clients are served and numbers scraped", BOUND,
                    () -> served.get() > 200 && scraped.get() > 20);
            for (int i = 0; i < 10; i++) {
                // An endpoint that nobody is sent to comes and goes.
                gateway.apply(TestGateway.with().endpoint("one", one).endpoint("two", two)
                        .endpoint("three", "127.0.0.1:9", "weight: 0").more(SERVED));
                gateway.apply(TestGateway.with().endpoint("one", one).endpoint("two", two).more(SERVED));
            }
            isOver.set(true);
            tasks.join(BOUND);

            Scrape last = idle(gateway);
            assertThat(last.sum(RELAYS)).isGreaterThanOrEqualTo(served.get());
            assertThat(last.sum(BYTES, "direction", "backend_to_client")).isEqualTo(last.sum(RELAYS));
        }
    }
}
