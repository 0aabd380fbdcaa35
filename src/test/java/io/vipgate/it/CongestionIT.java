package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.CongestionControl;
import io.vipgate.linux.LinuxSystemCalls;
import io.vipgate.linux.SystemCalls;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The congestion control of clients' and of endpoints' connections, as the kernel knows it. */
@SocketTest
final class CongestionIT {
    private static final String ANOTHER = "reno";

    private static String systems() throws Exception {
        return Files.readString(Path.of("/proc/sys/net/ipv4/tcp_congestion_control")).trim();
    }

    /** The sockets of this process, which the gateway is part of. */
    private static Set<Integer> sockets() throws IOException {
        Set<Integer> sockets = new TreeSet<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : links) {
                if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).toString().startsWith("socket:")) {
                    sockets.add(Integer.valueOf(link.getFileName().toString()));
                }
            }
        }
        return sockets;
    }

    private static void assertCongestion(TestGateway gateway, EchoEndpoint echo, String ofClients, String ofEndpoints)
            throws Exception {
        SystemCalls calls = new LinuxSystemCalls();
        Set<Integer> before = sockets();
        try (Peer client = gateway.connect()) {
            client.exchange();
            Map<String, String> congestion = new TreeMap<>();
            for (int socket : sockets()) {
                ClientAddress local = new ClientAddress();
                if (!before.contains(socket) && calls.localAddress(socket, local) == 0 && local.port() != echo.port()
                        && local.port() != client.localPort()) {
                    congestion.put(local.port() == gateway.port() ? "client" : "endpoint",
                            calls.congestion(socket).map(CongestionControl::name).orElse("?"));
                }
            }
            assertThat(congestion)
                    .containsExactlyInAnyOrderEntriesOf(Map.of("client", ofClients, "endpoint", ofEndpoints));
        }
        gateway.awaitRelays(0, Duration.ofSeconds(10));
    }

    @Test
    void aPoolsHoldsTowardsItsEndpointsAndAListenersTowardsItsClients() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("e", echo).start()) {
            assertCongestion(gateway, echo, systems(), systems());

            gateway.apply(TestGateway.with().endpoint("e", echo).pool("congestion: " + ANOTHER));
            assertCongestion(gateway, echo, systems(), ANOTHER);

            gateway.apply(TestGateway.with().endpoint("e", echo).listener("congestion: " + ANOTHER));
            assertCongestion(gateway, echo, ANOTHER, systems());
        }
    }

    @Test
    void whatTheKernelDoesNotHaveLeavesTheSystems() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("e", echo)
                        .listener("congestion: vipgate-none")
                        .pool("congestion: vipgate-none").start()) {
            assertCongestion(gateway, echo, systems(), systems());
        }
    }
}
