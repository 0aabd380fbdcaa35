package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.access.Prefix;
import io.vipgate.access.PrefixTable;
import io.vipgate.balance.RoundRobin;
import io.vipgate.clienthello.HelloBuilder;
import io.vipgate.clienthello.HelloRoutes;
import io.vipgate.linux.Errno;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.TlvTypes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients whose ClientHello decides which pool they get. */
class HelloStepTest {
    private static final byte[] ALERT = {21, 3, 3, 0, 2, 2, 112};
    private static final byte[] SHOP = new HelloBuilder().keyShare(1_200).serverName("shop.example.com").build();

    private final AtomicInteger waiting = new AtomicInteger();
    private final RelayFixture fixture = new RelayFixture(RelayFixture.settings(), 8);
    private final FakeKernel kernel = fixture.kernel;

    private static LoopPool pool(String name, String... addresses) {
        List<PoolSnapshot.Member> members = Arrays.stream(addresses)
                .map(address -> new PoolSnapshot.Member(
                        new Endpoint(address, new InetSocketAddress(InetAddress.ofLiteral(address), 443), 0),
                        EndpointState.initial(1, false)))
                .toList();
        return new LoopPool(new Pool(name, new PoolSnapshot(members, true)),
                new PoolPlan(RelayFixture.settings(), RoundRobin::new, null), new SplittableRandom(1),
                new LocalPorts(32_768, 60_999));
    }

    private void route(boolean isRejecting) {
        fixture.listener.accept(null, waiting);
        fixture.listener.route(new TlsRouting(
                new HelloRoutes<>(
                        Map.of("shop.example.com", pool("shop", "192.0.2.30", "192.0.2.31"), "*.apps.example.com",
                                pool("apps", "192.0.2.40")),
                        Map.of("acme-tls/1", pool("acme", "192.0.2.50"))),
                isRejecting, isRejecting,
                isRejecting,
                5 * SECOND, 16 << 10));
    }

    private String poolOf(byte[] sent) {
        FakeSocket client = kernel.client();
        client.peerSends(sent);
        kernel.settle();
        return fixture.opened.isEmpty() ? "none" : fixture.opened.getLast().pool().name();
    }

    private FakeSocket connect() {
        FakeSocket endpoint = kernel.dialled.getLast();
        endpoint.accept();
        kernel.settle();
        return endpoint;
    }

    @ParameterizedTest
    @CsvSource({"shop.example.com, shop", "SHOP.example.com, shop", "a.apps.example.com, apps",
        "apps.example.com, nginx",
        "other.example, nginx"})
    void nameLeadsToAPoolAndTheEndpointGetsTheWholeHello(String name, String pool) {
        route(false);
        byte[] hello = new HelloBuilder().serverName(name).build();
        assertThat(poolOf(hello)).isEqualTo(pool);

        assertThat(connect().arrived()).isEqualTo(hello);
    }

    @Test
    void protocolDecidesBeforeTheName() {
        route(false);

        assertThat(poolOf(
                new HelloBuilder().serverName("shop.example.com").protocols(List.of("h2", "acme-tls/1")).build()))
                .isEqualTo("acme");
    }

    @Test
    void withoutANameOrTlsTheListenersOwnPoolServes() {
        route(false);

        assertThat(poolOf(new HelloBuilder().build())).isEqualTo("nginx");
        assertThat(poolOf(bytes("SSH-2.0-OpenSSH\r\n"))).isEqualTo("nginx");
        assertThat(connect().arrived()).isEqualTo(bytes("SSH-2.0-OpenSSH\r\n"));
    }

    @Test
    void helloInPiecesIsWaitedForWithFewLooks() {
        route(true);
        FakeSocket client = kernel.client();
        byte[] split = HelloBuilder.records(new HelloBuilder().keyShare(1_200).serverName("shop.example.com").message(),
                5, 700);
        for (int at = 0; at < split.length; at += 100) {
            kernel.settle();
            client.peerSends(Arrays.copyOfRange(split, at, Math.min(split.length, at + 100)));
        }
        kernel.settle();

        assertThat(fixture.opened.getLast().pool().name()).isEqualTo("shop");
        assertThat(client.calls.stream().filter("peek"::equals)).hasSizeLessThan(6);
        assertThat(client.lowWater).isEqualTo(1);
        assertThat(connect().arrived()).isEqualTo(split);
        assertThat(waiting).hasValue(0);
    }

    @Test
    void failedConnectIsRetriedWithTheWholeHello() {
        route(false);
        poolOf(SHOP);
        kernel.dialled.getLast().fail(Errno.ECONNREFUSED);
        kernel.settle();

        assertThat(kernel.dialled).hasSize(2);
        assertThat(connect().arrived()).isEqualTo(SHOP);
    }

    @Test
    void whoNamesAnUnknownServerIsToldSoAndClosed() {
        route(true);
        FakeSocket client = kernel.client();
        client.peerSends(new HelloBuilder().serverName("other.example").build());
        kernel.settle();

        assertThat(client.arrived()).isEqualTo(ALERT);
        assertThat(client.isClosed).isTrue();
        assertThat(client.isReset).isFalse();
        FakeSocket nameless = kernel.client();
        nameless.peerSends(new HelloBuilder().build());
        kernel.settle();
        assertThat(nameless.arrived()).isEqualTo(ALERT);
        FakeSocket other = kernel.client();
        other.peerSends(bytes("GET / HTTP/1.1\r\n"));
        kernel.settle();
        assertThat(other.isReset).isTrue();
        assertThat(fixture.refused).containsExactly(RefuseReason.UNKNOWN_SERVER_NAME, RefuseReason.NO_SERVER_NAME,
                RefuseReason.NOT_TLS);
        fixture.assertNothingLeft();
    }

    @Test
    void fragmentsDoNotReachTheDefaultAroundARejection() {
        route(true);
        byte[] message = new HelloBuilder().serverName("other.example").message();
        for (int split = 1; split < message.length; split += 7) {
            FakeSocket client = kernel.client();
            client.peerSends(HelloBuilder.records(message, split));
            kernel.settle();
            assertThat(client.arrived()).isEqualTo(ALERT);
        }
        assertThat(fixture.opened).isEmpty();
    }

    @Test
    void silentAndHalfHellosEndAtTheTimeout() {
        route(false);
        FakeSocket silent = kernel.client();
        FakeSocket half = kernel.client();
        half.peerSends(Arrays.copyOf(SHOP, 300));
        FakeSocket gone = kernel.client();
        kernel.settle();
        assertThat(waiting).hasValue(3);
        gone.peerFin();
        kernel.pass(6 * SECOND);

        assertThat(silent.isReset).isTrue();
        assertThat(half.isReset).isTrue();
        assertThat(fixture.refused).containsExactly(RefuseReason.HELLO_LEFT, RefuseReason.HELLO_TIMEOUT,
                RefuseReason.HELLO_TIMEOUT);
        fixture.assertNothingLeft();
    }

    @Test
    void helloBehindAHeaderIsReadAndOnlyTheHeaderIsTakenOff() {
        route(false);
        fixture.listener.accept(new ProxyAcceptance(
                new PrefixTable(List.of(Prefix.parse("198.51.100.0/24").orElseThrow())), true,
                Set.of(ProxyHeader.Version.V1), 5 * SECOND, TlvTypes.NONE), waiting);
        FakeSocket balancer = kernel.client();
        balancer.peerSends(bytes("PROXY TCP4 203.0.113.9 203.0.113.1 40001 443\r\n"));
        kernel.pass(SECOND);
        balancer.peerSends(Arrays.copyOf(SHOP, 500));
        kernel.pass(SECOND);
        balancer.peerSends(Arrays.copyOfRange(SHOP, 500, SHOP.length));
        kernel.settle();

        assertThat(fixture.opened.getLast().pool().name()).isEqualTo("shop");
        assertThat(connect().arrived()).isEqualTo(SHOP);
    }
}
