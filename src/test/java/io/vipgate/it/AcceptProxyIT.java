package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.ListenerCounts;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.RefuseReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients whose address comes in a PROXY protocol header. */
@SocketTest
final class AcceptProxyIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String LINE = "PROXY TCP4 203.0.113.9 203.0.113.1 40001 443\r\n";
    private static final byte[] LOCAL = HexFormat.of().parseHex(SIGNATURE + "20000000");
    private static final String ACCEPT = "acceptProxy: [127.0.0.0/8]";

    private static TestGateway.Builder before(EchoEndpoint endpoint) {
        return TestGateway.with().endpoint("one", endpoint).listener(ACCEPT);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static long refused(TestGateway gateway, RefuseReason reason) {
        return gateway.listenerSum(listener -> listener.refused(reason));
    }

    @Test
    void bytesBehindTheHeaderArriveWholeHoweverItIsCut() throws Exception {
        byte[] header = HexFormat.of().parseHex(
                SIGNATURE + "21110018cb007109cb0071019c4101bb" + "ea0009017670636531323334");
        byte[] payload = Payload.bytes(1, 100_000);
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = before(echo).start()) {
            byte[] all = join(header, payload);
            for (int cut : new int[]{0, 1, 11, 12, 16, 27, 28, 39, 40, 41, 100}) {
                try (Peer client = gateway.connect()) {
                    client.send(all, 0, cut);
                    Await.until("the first piece is there", BOUND,
                            () -> cut == 0 || cut >= header.length || waiting(gateway) == 1);
                    client.send(all, cut, header.length + 1 - Math.min(cut, header.length + 1));
                    int sent = Math.max(cut, header.length + 1);
                    client.send(all, sent, all.length - sent);
                    assertThat(client.receive(payload.length)).as("cut at %d", cut).isEqualTo(payload);
                }
            }
            assertThat(gateway.listenerSum(
                    listener -> listener.headers(ListenerCounts.HeaderKind.V2_PROXY))).isEqualTo(11);
            assertThat(waiting(gateway)).isZero();
        }
    }

    private static long waiting(TestGateway gateway) {
        return gateway.listenerSum(LoopListener::waiting);
    }

    @Test
    void chainOfGatewaysTellsTheEndpointOfTheFirstClientAndTheFirstDestination() throws Exception {
        byte[] expected = HexFormat.of().parseHex(
                SIGNATURE + "21110017cb007109cb0071019c4101bb" + "050002abcd" + "ea0003016162");
        String tlvs = "acceptProxy: { from: [127.0.0.1], tlvs: [unique-id, 0xEA] }";
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway second = TestGateway.with().endpoint("one", echo).listener(tlvs).pool("proxyProtocol: v2")
                        .start();
                TestGateway first = TestGateway.with().endpoint("next", "127.0.0.1:" + second.port()).listener(tlvs)
                        .pool("proxyProtocol: v2").start();
                Peer client = first.connect()) {
            client.send(join(HexFormat.of().parseHex(
                    SIGNATURE + "2111001ccb007109cb0071019c4101bb" + "050002abcd" + "ee000201ff" + "ea0003016162"),
                    Payload.bytes(1, 10)));

            assertThat(client.receive(expected.length + 10)).startsWith(expected).endsWith(Payload.bytes(1, 10));
        }
    }

    @Test
    void chainOfVersionOneTellsTheSame() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway second = before(echo).pool("proxyProtocol: v1").start();
                TestGateway first = TestGateway.with().endpoint("next", "127.0.0.1:" + second.port()).listener(ACCEPT)
                        .pool("proxyProtocol: v1").start();
                Peer client = first.connect()) {
            client.send(LINE + "request");

            assertThat(client.receiveText(LINE.length() + 7)).isEqualTo(LINE + "request");
        }
    }

    @Test
    void conveyedClientsArePinnedAndTheBalancersOwnConnectionsAreNot() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).listener(ACCEPT)
                        .pool("pinning: { by: source-address }").pool("balance: round-robin").start()) {
            for (int client = 1; client <= 20; client++) {
                String line = LINE.replace("203.0.113.9", "203.0.113." + client);
                String name = ask(gateway, line.getBytes(StandardCharsets.US_ASCII));
                assertThat(ask(gateway, line.getBytes(StandardCharsets.US_ASCII))).isEqualTo(name);
            }
            ask(gateway, LOCAL);
            ask(gateway, LOCAL);

            assertThat(gateway.server().operator().pins("nginx").orElseThrow().size()).isEqualTo(20);
        }
    }

    private static String ask(TestGateway gateway, byte[] header) throws Exception {
        try (Peer client = gateway.connect()) {
            client.send(header);
            return client.receiveText(1);
        }
    }

    @Test
    void whatIsNoHeaderNeverReachesAnEndpoint() throws Exception {
        List<byte[]> bad = List.of("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII),
                "PROXY TCP4 1.2.3.4 2.3.4.5 1 2\n".getBytes(StandardCharsets.US_ASCII),
                "PROXY TCP4 01.2.3.4 2.3.4.5 1 2\r\n".getBytes(StandardCharsets.US_ASCII),
                "proxy TCP4".getBytes(StandardCharsets.US_ASCII),
                HexFormat.of().parseHex(SIGNATURE + "3111000c"), HexFormat.of().parseHex(SIGNATURE + "2112"),
                HexFormat.of().parseHex(SIGNATURE + "21110013cb007109cb0071019c4101bb" + "03000400000000"),
                HexFormat.of().parseHex(SIGNATURE + "2111ffff"));
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = before(echo).start()) {
            for (byte[] bytes : bad) {
                try (Peer client = gateway.connect()) {
                    client.send(bytes);
                    client.expectReset();
                }
            }
            assertThat(gateway.connected("one")).isZero();
            assertThat(refused(gateway, RefuseReason.PROXY_INVALID)).isEqualTo(bad.size());
        }
    }

    @Test
    void strangersAreResetOrServedUnderTheirOwnAddress() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway rejecting = TestGateway.with().endpoint("one", echo)
                        .listener("acceptProxy: { from: [192.0.2.0/24] }").start();
                TestGateway direct = TestGateway.with().endpoint("one", echo)
                        .listener("acceptProxy: { from: [192.0.2.0/24], others: direct }").start()) {
            Peer.expectRefused(rejecting.port());
            assertThat(refused(rejecting, RefuseReason.PROXY_UNTRUSTED)).isEqualTo(1);
            try (Peer client = direct.connect()) {
                client.send(LINE);
                assertThat(client.receiveText(LINE.length())).isEqualTo(LINE);
            }
        }
    }

    @Test
    void silentPeersGiveWayToThoseThatSpeak() throws Exception {
        List<Peer> silent = new ArrayList<>();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(echo).listener("maxConnections: 40").start()) {
            for (int i = 0; i < 200; i++) {
                silent.add(gateway.connect());
                if (i % 10 == 0) {
                    try (Peer client = gateway.connect()) {
                        client.send(LINE);
                        client.exchange();
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
    void reloadConcernsThoseWhoComeFromThenOn() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = before(echo).bind("127.0.0.1:0").start()) {
            try (Peer waitingOne = gateway.connect()) {
                waitingOne.send("PROXY ");
                Await.until("it waits", BOUND, () -> waiting(gateway) == 1);
                gateway.apply(TestGateway.with().endpoint("one", echo).bind("127.0.0.1:0"));
                try (Peer plain = gateway.connect()) {
                    plain.exchange();
                }
                waitingOne.send(LINE.substring(6));
                waitingOne.exchange();
            }
        }
    }

    @Test
    void drainWaitsForAClientWhoseHeaderIsDue() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = before(echo).start();
                Peer client = gateway.connect()) {
            client.send("PROXY ");
            Await.until("it waits", BOUND, () -> waiting(gateway) == 1);
            Thread drain = Thread.ofVirtual().start(() -> {
                try {
                    gateway.gateway().drain(Duration.ofSeconds(10));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Await.until("it accepts nobody", BOUND, () -> gateway.gateway().isStopping());
            client.send(LINE.substring(6));
            client.exchange();
            client.socket().close();
            drain.join();
            assertThat(refused(gateway, RefuseReason.PROXY_LEFT)).isZero();
        }
    }
}
