package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.ProbeProxyProtocol;
import io.vipgate.config.ProbeSource;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.pool.Endpoint;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a probe goes, where it comes from, and how it introduces itself. */
class ProbeTargetTest {
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress OTHER_LOCAL = InetAddress.ofLiteral("127.0.0.2");
    /** TEST-NET-1: no machine's. */
    private static final InetAddress FOREIGN = InetAddress.ofLiteral("192.0.2.99");

    private static ProbeTarget target(ScriptedPeer peer, String host, boolean isOwnPort) {
        return new ProbeTarget("web", "vip1", peer.address(), Optional.of(host).filter(name -> !name.isEmpty()),
                isOwnPort);
    }

    private static String headerOf(ProbeProxyProtocol configured, ProxyProtocol pools, boolean isOwnPort)
            throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.listening()) {
            byte[] header = ProbeHeader.of(configured, pools).towards(target(peer, "", isOwnPort));
            return header.length == 0 ? "" : header[0] == 'P' ? "v1" : "v2";
        }
    }

    @ParameterizedTest
    @CsvSource(value = {"AUTO, NONE, -, -", "AUTO, V1, v1, -", "AUTO, V2, v2, -", "NONE, V2, -, -", "V1, NONE, v1, v1",
        "V1, V2, v1, v1", "V2, NONE, v2, v2", "V2, V2, v2, v2"})
    void theHeaderGoesToTheEndpointsOwnPortUnlessAskedForElsewhere(ProbeProxyProtocol configured, ProxyProtocol pools,
            String onOwnPort, String onOtherPort) throws Exception {
        assertThat(headerOf(configured, pools, true)).isEqualTo(onOwnPort.replace("-", ""));
        assertThat(headerOf(configured, pools, false)).isEqualTo(onOtherPort.replace("-", ""));
    }

    @Test
    void aPlainHttpServiceOnAnotherPortGetsThePlainRequest() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            Probe probe = Probes.of(Checks.http(Checks.AMPLE, ""), ProxyProtocol.V2, List.of()).orElseThrow();

            assertThat(Checks.check(probe, target(peer, "", false), Checks.AMPLE))
                    .isEqualTo(ProbeResult.pass("status 200"));
            assertThat(peer.heard()).startsWith("GET /health?a=b HTTP/1.1\r\n");
        }
    }

    @Test
    void theTargetIsTheConfiguredPortOnTheEndpointsAddress() {
        Endpoint endpoint = new Endpoint("vip1", new InetSocketAddress(LOCAL, 5432), 0);
        ProbeTargets elsewhere = new ProbeTargets(Optional.of(8008), Set.of(), Map.of());
        ProbeTargets same = new ProbeTargets(Optional.of(5432), Set.of(), Map.of("vip1", "db.example"));

        assertThat(elsewhere.of("web", endpoint)).isEqualTo(
                new ProbeTarget("web", "vip1", new InetSocketAddress(LOCAL, 8008), Optional.empty(), false));
        assertThat(same.of("web", endpoint))
                .isEqualTo(new ProbeTarget("web", "vip1", new InetSocketAddress(LOCAL, 5432),
                        Optional.of("db.example"), true));
    }

    @Test
    void theHostIsTheNameThatTheEndpointIsGivenBy() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            Checks.check(Checks.probe(Checks.http(Checks.AMPLE, "")), target(peer, "web.example", true), Checks.AMPLE);

            assertThat(peer.heard()).contains("\r\nHost: web.example:" + peer.address().getPort() + "\r\n");
        }
    }

    @Test
    void aConfiguredHostIsStrongerThanTheEndpointsName() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            HttpProbeConfig http = new HttpProbeConfig("/", "GET", Optional.of("www.example"), Map.of(),
                    Checks.statuses(200, 200), "");

            Checks.check(Checks.probe(Checks.http(Checks.AMPLE, http, null)), target(peer, "web.example", true),
                    Checks.AMPLE);

            assertThat(peer.heard()).contains("\r\nHost: www.example\r\n");
        }
    }

    private static ProbeResult from(ProbeSource source, List<InetAddress> pools, CompletableFuture<InetAddress> seen)
            throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            seen.complete(socket.getInetAddress());
            socket.getOutputStream().write(ScriptedPeer.bytes("hello"));
            ScriptedPeer.waitForEnd(socket);
        })) {
            Probe probe = Probes.of(Checks.from(source, Checks.sendExpect(Checks.AMPLE, "", "hello")),
                    ProxyProtocol.NONE, pools).orElseThrow();
            return Checks.check(probe, peer.address(), Checks.AMPLE);
        }
    }

    private static InetAddress originOf(ProbeSource source, InetAddress... pools) throws Exception {
        CompletableFuture<InetAddress> seen = new CompletableFuture<>();
        assertThat(from(source, List.of(pools), seen)).isEqualTo(ProbeResult.pass("answered as expected"));
        return seen.get(10, TimeUnit.SECONDS);
    }

    @Test
    void probesComeFromWhereRelaysComeFrom() throws Exception {
        assertThat(originOf(ProbeSource.AUTO)).isEqualTo(LOCAL);
        assertThat(originOf(ProbeSource.AUTO, OTHER_LOCAL, LOCAL)).isEqualTo(OTHER_LOCAL);
        assertThat(originOf(ProbeSource.AUTO, FOREIGN, OTHER_LOCAL)).as("the next, as relays do")
                .isEqualTo(OTHER_LOCAL);
    }

    @Test
    void theProbesOwnSourceIsStronger() throws Exception {
        ProbeSource own = new ProbeSource(false, Optional.of(InetAddress.ofLiteral("127.0.0.3")));

        assertThat(originOf(own, OTHER_LOCAL)).isEqualTo(InetAddress.ofLiteral("127.0.0.3"));
        assertThat(originOf(ProbeSource.NONE, OTHER_LOCAL)).isEqualTo(LOCAL);
    }

    @Test
    void aSourceThatIsNotOfThisMachineSaysNothingAboutTheEndpoint() throws Exception {
        ProbeResult result = from(ProbeSource.AUTO, List.of(FOREIGN), new CompletableFuture<>());

        assertThat(result.outcome()).isEqualTo(ProbeResult.Outcome.INCONCLUSIVE);
        assertThat(result.cause()).startsWith("this machine: source 192.0.2.99: ");
    }

    @Test
    void onlyThePoolsSourceMustHaveTheEndpointsFamily() throws Exception {
        InetAddress ipv6 = InetAddress.ofLiteral("::1");
        assertThat(from(ProbeSource.AUTO, List.of(ipv6), new CompletableFuture<>()))
                .isEqualTo(ProbeResult.local("this machine: source has no address of the family of 127.0.0.1"));
        assertThat(originOf(new ProbeSource(false, Optional.of(ipv6)))).isEqualTo(LOCAL);
    }

    @Test
    void aSocketThatNobodyBoundStaysUnbound() throws Exception {
        try (Socket socket = new Socket()) {
            ProbeOrigin.KERNELS.bind(socket, LOCAL);
            assertThat(socket.isBound()).isFalse();
            ProbeOrigin.of(ProbeSource.AUTO, List.of(LOCAL)).bind(socket, LOCAL);
            assertThat(socket.isBound()).isTrue();
        } catch (BindException e) {
            throw new AssertionError("loopback can be had everywhere", e);
        }
    }
}
