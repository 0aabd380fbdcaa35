package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.clienthello.HelloBuilder;
import io.vipgate.clienthello.HelloResult;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.RefusingEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Clients that are led by their ClientHello, which is looked at and never taken out of the socket. */
@SocketTest
final class HelloIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final byte[] HELLO = new HelloBuilder().keyShare(1216).serverName("shop.example.com").build();
    private static final byte[] OTHER = new HelloBuilder().serverName("other.example").build();
    private static final byte[] ALERT = HexFormat.of().parseHex("15030300020270");
    private static final String LINE = "PROXY TCP4 203.0.113.9 203.0.113.1 40001 443\r\n";

    /** The listener's own pool is {@code nginx}; the name leads to {@code shop}. */
    private static TestGateway.Builder before(String shop, String more) {
        return TestGateway.with().bind("127.0.0.1:0").endpoint("one", "127.0.0.1:1").endpoint("two", "127.0.0.1:1")
                .listener("tls: { names: { shop.example.com: shop }" + more + " }").pools(shop);
    }

    private static String shop(String endpoints, String... more) {
        return "  shop: { probe: { type: none }, endpoints: { " + endpoints + " }" + String.join("", more) + " }\n";
    }

    private static String shop(EchoEndpoint echo) {
        return shop("only: \"" + echo.address() + "\"");
    }

    private static long waiting(TestGateway gateway) {
        return gateway.listenerSum(LoopListener::waiting);
    }

    private static long refused(TestGateway gateway, RefuseReason reason) {
        return gateway.listenerSum(listener -> listener.refused(reason));
    }

    private static long hellos(TestGateway gateway, HelloResult result) {
        return gateway.listenerSum(listener -> listener.counts().hellos().of(result));
    }

    private static void awaitWaiting(TestGateway gateway, int count) {
        Await.until(count + " wait", BOUND, () -> waiting(gateway) == count);
    }

    private static void serve(Peer client, byte[] hello) throws Exception {
        client.send(hello);
        assertThat(client.receive(hello.length)).isEqualTo(hello);
        client.fin();
        client.expectEnd();
    }

    @Test
    void refusedConnectIsRetriedElsewhereWithTheWholeHello() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                RefusingEndpoint dead = new RefusingEndpoint();
                TestGateway gateway = before(shop("dead: \"" + dead.address() + "\", live: \"" + echo.address() + "\"",
                        ", balance: round-robin"), "").start()) {
            for (int i = 0; i < 10; i++) {
                try (Peer client = gateway.connect()) {
                    serve(client, HELLO);
                }
            }
            assertThat(hellos(gateway, HelloResult.NAME)).isEqualTo(10);
            long[] retries = {0};
            gateway.gateway().forEachLoop("shop", pool -> retries[0] += pool.retries());
            assertThat(retries[0]).isPositive();
        }
    }

    @Test
    void everyByteFromTheFirstOnArrivesBothWaysAndStreamsAreSpliced() throws Exception {
        long bytes = 32L << 20;
        try (HandedEndpoint endpoint = new HandedEndpoint();
                TestGateway gateway = before(shop("only: \"" + endpoint.address() + "\""), "").start();
                Tasks tasks = new Tasks();
                Peer client = gateway.connect()) {
            client.send(HELLO);
            Future<String> sent = tasks.startFor(() -> {
                Payload payload = new Payload(1);
                payload.send(client, bytes, 256 << 10);
                client.fin();
                return payload.hash();
            });
            Peer server = endpoint.next();
            Future<String> answered = tasks.startFor(() -> {
                Payload payload = new Payload(2);
                payload.send(server, bytes, 256 << 10);
                return payload.hash();
            });
            Future<String> answer = tasks.startFor(() -> {
                Payload payload = new Payload(2);
                assertThat(payload.receive(client, bytes)).isEqualTo(bytes);
                return payload.hash();
            });
            assertThat(server.receive(HELLO.length)).isEqualTo(HELLO);
            Payload payload = new Payload(1);
            assertThat(payload.receive(server, bytes)).isEqualTo(bytes);
            server.expectEnd();
            tasks.join(BOUND);
            server.fin();
            client.expectEnd();

            assertThat(payload.hash()).isEqualTo(sent.get());
            assertThat(answer.get()).isEqualTo(answered.get());
            assertThat(gateway.spliced(true)).isPositive();
            assertThat(gateway.spliced(false)).isPositive();
            server.close();
        }
    }

    @Test
    void helloThatComesWithALargeRequestAndItsFinIsPassedOnWhole() throws Exception {
        byte[] request = Payload.bytes(1, 300_000);
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(shop(echo), "").start();
                Peer client = gateway.connect()) {
            client.send(HelloBuilder.join(HELLO, request));
            client.fin();

            assertThat(client.receiveAll()).isEqualTo(HelloBuilder.join(HELLO, request));
        }
    }

    @Test
    void halfHelloEndsWithItsClientsEndAndReachesNobody() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = before(shop(echo), "").start()) {
            for (int cut : new int[]{0, 1, 5, 9, 600, HELLO.length - 1}) {
                try (Peer client = gateway.connect()) {
                    client.send(HELLO, 0, cut);
                    awaitWaiting(gateway, 1);
                    client.fin();
                    if (cut == 0) {
                        client.expectEnd();
                    } else {
                        client.expectReset();
                    }
                }
                try (Peer client = gateway.connect()) {
                    client.send(HELLO, 0, cut);
                    awaitWaiting(gateway, 1);
                    client.reset();
                    awaitWaiting(gateway, 0);
                }
            }
            assertThat(refused(gateway, RefuseReason.HELLO_LEFT)).isEqualTo(12);
            assertThat(gateway.relays()).isZero();
        }
    }

    @Test
    void halfHelloIsResetAtTheTimeout() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(shop(echo), ", timeout: 300ms").start();
                Peer silent = gateway.connect();
                Peer half = gateway.connect()) {
            half.send(HELLO, 0, 100);

            silent.expectReset();
            half.expectReset();
            assertThat(refused(gateway, RefuseReason.HELLO_TIMEOUT)).isEqualTo(2);
            assertThat(waiting(gateway)).isZero();
        }
    }

    @Test
    void silentClientsGiveWayToThoseThatSayAName() throws Exception {
        List<Peer> silent = new ArrayList<>();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(shop(echo), "").listener("maxConnections: 40").start()) {
            for (int i = 0; i < 200; i++) {
                Peer client = gateway.connect();
                silent.add(client);
                client.send(HELLO, 0, i % 2 * 50);
                if (i % 10 == 0) {
                    try (Peer good = gateway.connect()) {
                        serve(good, HELLO);
                    }
                }
            }
            Await.until("at most three quarters of the places wait", BOUND, () -> waiting(gateway) <= 30);
            assertThat(refused(gateway, RefuseReason.MAX_CONNECTIONS)).isZero();
            assertThat(refused(gateway, RefuseReason.PREREAD_FULL)).isGreaterThanOrEqualTo(160);
        } finally {
            for (Peer each : silent) {
                each.close();
            }
        }
    }

    @Test
    void headerAndHelloAreReadHoweverTheyAreCut() throws Exception {
        byte[] both = HelloBuilder.join(LINE.getBytes(StandardCharsets.US_ASCII), HELLO);
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(shop(echo), "").listener("acceptProxy: [127.0.0.0/8]").start()) {
            List<Integer> cuts = new ArrayList<>(List.of(0));
            for (int cut = 1; cut < LINE.length() + 60; cut++) {
                cuts.add(cut);
            }
            for (int cut = LINE.length() + 60; cut < both.length; cut += 97) {
                cuts.add(cut);
            }
            for (int cut : cuts) {
                try (Peer client = gateway.connect()) {
                    client.send(both, 0, cut);
                    awaitWaiting(gateway, 1);
                    client.send(both, cut, both.length - cut);
                    assertThat(client.receive(HELLO.length)).as("cut at %d", cut).isEqualTo(HELLO);
                }
            }
            try (Peer client = gateway.connect()) {
                client.send(both);
                assertThat(client.receive(HELLO.length)).isEqualTo(HELLO);
            }
            assertThat(hellos(gateway, HelloResult.NAME)).isEqualTo(cuts.size() + 1L);
        }
    }

    @Test
    void clientThatWaitsWithAHelloHoldsAPlaceOfItsSourceAndGivesItBack() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(shop(echo), ", unknownName: reject")
                        .listener("perSource: { maxConnections: 2 }").start()) {
            for (int round = 0; round < 3; round++) {
                try (Peer one = gateway.connect(); Peer two = gateway.connect()) {
                    one.send(HELLO, 0, 10);
                    awaitWaiting(gateway, 2);
                    Peer.expectRefused(gateway.port());
                    two.send(OTHER);
                    assertThat(two.receive(ALERT.length)).isEqualTo(ALERT);
                    two.expectEnd();
                    // Its place is free again, and is kept by the relay of the next one.
                    try (Peer three = gateway.connect()) {
                        three.send(HELLO);
                        assertThat(three.receive(HELLO.length)).isEqualTo(HELLO);
                        Peer.expectRefused(gateway.port());
                    }
                    gateway.awaitRelays(0, BOUND);
                    one.reset();
                    awaitWaiting(gateway, 0);
                }
            }
            assertThat(refused(gateway, RefuseReason.SOURCE_CONNECTIONS)).isEqualTo(6);
        }
    }

    @Test
    void clientOnItsWayIsLedByTheRulesOfAReload() throws Exception {
        try (EchoEndpoint first = new EchoEndpoint();
                HandedEndpoint second = new HandedEndpoint();
                TestGateway gateway = before(shop(first), "").start();
                Peer plain = gateway.connect()) {
            plain.send(HELLO, 0, 100);
            try (Peer client = gateway.connect()) {
                client.send(HELLO, 0, 100);
                awaitWaiting(gateway, 2);
                gateway.apply(before(shop("only: \"" + second.address() + "\""), ""));
                client.send(HELLO, 100, HELLO.length - 100);
                try (Peer server = second.next()) {
                    assertThat(server.receive(HELLO.length)).isEqualTo(HELLO);
                }
            }
            gateway.awaitRelays(0, BOUND);

            gateway.apply(TestGateway.with().bind("127.0.0.1:0").endpoint("one", first).endpoint("two", first));
            plain.send(HELLO, 100, HELLO.length - 100);
            assertThat(plain.receive(HELLO.length)).isEqualTo(HELLO);
        }
    }

    @Test
    void drainWaitsForHellosThatAreUnderWay() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(shop(echo), "").start();
                Tasks tasks = new Tasks();
                Peer client = gateway.connect()) {
            client.send(HELLO, 0, 100);
            awaitWaiting(gateway, 1);
            tasks.start(() -> gateway.gateway().drain(Duration.ofSeconds(10)));
            Await.until("it accepts nobody", BOUND, () -> gateway.gateway().isStopping());
            serve(client, Arrays.copyOfRange(HELLO, 100, HELLO.length), HELLO);
            tasks.join(BOUND);
            assertThat(refused(gateway, RefuseReason.HELLO_LEFT)).isZero();
        }
    }

    @Test
    void stopEndsThoseWhoseHelloIsUnderWay() throws Exception {
        List<Peer> clients = new ArrayList<>();
        try (EchoEndpoint echo = new EchoEndpoint()) {
            try (TestGateway gateway = before(shop(echo), "").start()) {
                for (int i = 0; i < 10; i++) {
                    clients.add(gateway.connect());
                    clients.getLast().send(HELLO, 0, 10 + 10 * i);
                }
                awaitWaiting(gateway, 10);
            }
            for (Peer client : clients) {
                client.expectReset();
            }
        } finally {
            for (Peer client : clients) {
                client.close();
            }
        }
    }

    /** Sends the rest of a hello; all of it comes back. */
    private static void serve(Peer client, byte[] rest, byte[] hello) throws Exception {
        client.send(rest);
        assertThat(client.receive(hello.length)).isEqualTo(hello);
        client.fin();
        client.expectEnd();
    }
}
