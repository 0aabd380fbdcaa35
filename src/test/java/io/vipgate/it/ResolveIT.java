package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.control.HostLookup;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Endpoints that are given by name. */
@SocketTest
final class ResolveIT {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String OFTEN = "resolve: { interval: 1s }";

    /** A name server whose answers can be changed. */
    private final Map<String, List<String>> zone = new ConcurrentHashMap<>();
    private final HostLookup names = host -> {
        List<String> found = zone.get(host);
        if (found == null) {
            throw new UnknownHostException(host);
        }
        List<InetAddress> addresses = new ArrayList<>();
        for (String address : found) {
            addresses.add(InetAddress.getByName(address));
        }
        return addresses;
    };

    private static List<String> labels(TestGateway gateway) {
        return gateway.gateway().pool("nginx").snapshot().members().stream()
                .map(member -> member.endpoint().label()).toList();
    }

    private static int shareOf(TestGateway gateway, String label) {
        return gateway.gateway().pool("nginx").snapshot().tiers().getFirst().stream()
                .filter(candidate -> candidate.endpoint().label().equals(label)).findFirst().orElseThrow().weight();
    }

    private static String ask(TestGateway gateway) throws IOException {
        try (Peer client = gateway.connect()) {
            return new String(client.receiveAll(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void everyAddressOfANameIsAnEndpointAndTheyShareItsWeight() throws Exception {
        zone.put("web.test", List.of("127.0.0.2", "127.0.0.1"));
        try (NamingEndpoint web = new NamingEndpoint('w');
                TestGateway gateway = TestGateway.with().endpoint("web", "web.test:" + web.port())
                        .endpoint("other", "127.0.0.1:" + web.port()).pool("source: 127.0.0.1").names(names).start()) {
            assertThat(labels(gateway)).containsExactly("web[127.0.0.1]", "web[127.0.0.2]", "other");
            assertThat(shareOf(gateway, "web[127.0.0.1]") + shareOf(gateway, "web[127.0.0.2]"))
                    .isEqualTo(shareOf(gateway, "other"));
            assertThat(gateway.server().operator().toAdmin("nginx", "web", AdminState.DRAIN)).isPresent();
            assertThat(gateway.gateway().pool("nginx").snapshot().tiers().getFirst()).hasSize(1);
        }
    }

    @Test
    void addressesComeAndGoAndTheLastGoodAnswerStaysWhenNobodyAnswers() throws Exception {
        zone.put("web.test", List.of("127.0.0.1"));
        try (NamingEndpoint web = new NamingEndpoint('w');
                TestGateway gateway = TestGateway.with().endpoint("web", "web.test:" + web.port()).pool(OFTEN)
                        .names(names).start()) {
            assertThat(ask(gateway)).isEqualTo("w");
            assertThat(gateway.server().operator().toAdmin("nginx", "web", AdminState.DRAIN)).isPresent();
            assertThat(gateway.server().operator().toAdmin("nginx", "web", AdminState.READY)).isPresent();

            zone.put("web.test", List.of("127.0.0.1", "127.0.0.9"));
            Await.until("there are two", BOUND, () -> labels(gateway).size() == 2);
            zone.remove("web.test");
            zone.put("web.test", List.of("127.0.0.1"));
            Await.until("there is one", BOUND, () -> labels(gateway).equals(List.of("web[127.0.0.1]")));

            zone.remove("web.test");
            for (int i = 0; i < 20; i++) {
                assertThat(ask(gateway)).isEqualTo("w");
                Pause.of(Duration.ofMillis(100), "two look-ups that nobody answers");
            }
            assertThat(labels(gateway)).containsExactly("web[127.0.0.1]");
        }
    }

    @Test
    void anAnswerThatComesLateCountsAsSoonAsItIsThere() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (NamingEndpoint web = new NamingEndpoint('w');
                Tasks tasks = new Tasks()) {
            HostLookup slow = host -> {
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return List.of(InetAddress.getLoopbackAddress());
            };
            try (TestGateway gateway = TestGateway.with().endpoint("web", "web.test:" + web.port()).names(slow)
                    .start()) {
                assertThat(labels(gateway)).as("the start has waited long enough").isEmpty();
                tasks.start(answer::countDown);

                Await.until("it is there", BOUND, () -> !labels(gateway).isEmpty());
                assertThat(ask(gateway)).isEqualTo("w");
            } finally {
                answer.countDown();
            }
        }
    }

    @Test
    void anAnswerThatComesLateAfterAReloadCountsAsSoonAsItIsThere() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (NamingEndpoint web = new NamingEndpoint('w')) {
            HostLookup slow = host -> {
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return List.of(InetAddress.getLoopbackAddress());
            };
            try (TestGateway gateway = TestGateway.with().endpoint("a", web).names(slow).start()) {
                gateway.apply(TestGateway.with().endpoint("a", web).endpoint("web", "web.test:" + web.port())
                        .pool("resolve: { interval: 1h }"));
                assertThat(labels(gateway)).containsExactly("a");

                answer.countDown();

                Await.until("it is there", BOUND, () -> labels(gateway).size() == 2);
            } finally {
                answer.countDown();
            }
        }
    }

    @Test
    void aNameThatCanNotBeLookedUpAtTheStartIsUsedAsSoonAsItCan() throws Exception {
        try (NamingEndpoint web = new NamingEndpoint('w');
                TestGateway gateway = TestGateway.with().endpoint("web", "web.test:" + web.port()).pool(OFTEN)
                        .names(names).start()) {
            assertThat(labels(gateway)).isEmpty();
            Peer.expectRefused(gateway.port());

            zone.put("web.test", List.of("127.0.0.1"));
            Await.until("it is there", BOUND, () -> !labels(gateway).isEmpty());

            assertThat(ask(gateway)).isEqualTo("w");
        }
    }

    @Test
    void aNameThatAReloadBringsBackIsLookedUpAtOnce() throws Exception {
        zone.put("web.test", List.of("127.0.0.1"));
        try (NamingEndpoint web = new NamingEndpoint('w')) {
            try (TestGateway gateway = TestGateway.with().endpoint("a", web)
                    .endpoint("web", "web.test:" + web.port()).pool("resolve: { interval: 1h }").names(names)
                    .start()) {
                assertThat(labels(gateway)).containsExactly("a", "web[127.0.0.1]");
                gateway.apply(TestGateway.with().endpoint("a", web));
                zone.put("web.test", List.of("127.0.0.2"));

                gateway.apply(TestGateway.with().endpoint("a", web).endpoint("web", "web.test:" + web.port())
                        .pool("resolve: { interval: 1h }"));

                assertThat(labels(gateway)).containsExactly("a", "web[127.0.0.2]");
            }
        }
    }
}
