package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Networks;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A client, a gateway and an endpoint in a network namespace each; the gateway forwards nothing, and there is no netfilter. The
 * endpoint says to each connection whom it sees.
 */
@SocketTest
final class TransparentSourceIT {
    private static final Duration BOUND = Duration.ofSeconds(25);
    private static final int PORT = 8080;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Networks networks;
    private String client = "";
    private String gateway = "";
    private String node = "";

    @BeforeEach
    void makeNetworks() throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
        networks = new Networks();
        client = networks.add("client");
        gateway = networks.add("gateway");
        node = networks.add("node");
        link(client, "outer", "192.0.2", "2001:db8:1:");
        link(node, "inner", "198.51.100", "2001:db8:2:");
        Networks.ip("-n " + gateway + " link set lo up");
        Networks.ip("-n " + node + " route add default via 198.51.100.1");
        Networks.ip("-n " + node + " -6 route add default via 2001:db8:2::1");
    }

    @AfterEach
    void removeNetworks() throws Exception {
        if (!gateway.isEmpty()) {
            networks.close();
        }
    }

    /** The gateway has .1 and ::1, the other .2 and ::2. */
    private void link(String other, String name, String ipv4, String ipv6) throws Exception {
        Networks.ip("-n " + gateway + " link add " + name + " type veth peer name eth0 netns " + other);
        Networks.ip("-n " + gateway + " address add " + ipv4 + ".1/24 dev " + name);
        Networks.ip("-n " + gateway + " address add " + ipv6 + ":1/64 dev " + name + " nodad");
        Networks.ip("-n " + other + " address add " + ipv4 + ".2/24 dev eth0");
        Networks.ip("-n " + other + " address add " + ipv6 + ":2/64 dev eth0 nodad");
        Networks.ip("-n " + other + " link set eth0 up");
        Networks.ip("-n " + gateway + " link set " + name + " up");
    }

    private Path file(String mode, String connectTimeout) throws IOException {
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners:
                  web: { bind: ["192.0.2.1:8080", "[2001:db8:1::1]:8080"], pool: nginx }
                pools:
                  nginx:
                    endpoints: { vip1: "198.51.100.2:8080", vip2: "[2001:db8:2::2]:8080" }
                    clientAddress: %s
                    probe: { type: tcp, interval: 500ms }
                    connect: { timeout: %s }
                """.formatted(mode, connectTimeout));
    }

    /** What the endpoints see of a connection; empty when it is reset. */
    private String seen(String network, String address) throws Exception {
        return Networks.in(network, () -> {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout((int) BOUND.toMillis());
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), PORT), (int) BOUND.toMillis());
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketException e) {
                return "";
            }
        });
    }

    /** Two servers on the node, one for each family. */
    private ServerSocket serve(String address) throws Exception {
        ServerSocket server = Networks.in(node,
                () -> new ServerSocket(PORT, 50, InetAddress.ofLiteral(address)));
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket accepted = server.accept()) {
                    accepted.getOutputStream()
                            .write(accepted.getInetAddress().getHostAddress().getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // A probe that has gone, or the end of the test.
                }
            }
        });
        return server;
    }

    private void takeReplies() throws Exception {
        for (String ip : new String[]{"", "-6 "}) {
            Networks.ip("-n " + gateway + " " + ip + "rule add pref 900 iif inner from "
                    + (ip.isEmpty() ? "198.51.100.2" : "2001:db8:2::2") + " ipproto tcp sport 8080 lookup 900");
            Networks.ip("-n " + gateway + " " + ip + "route replace local default dev lo table 900");
        }
    }

    private static void awaitLog(VipgateProcess vipgate, String pattern) {
        assertThat(Await.quietly(BOUND, () -> Pattern.compile(pattern).matcher(vipgate.errors()).find()))
                .as("the log says %s: %s", pattern, vipgate.errors()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.2", "2001:db8:1::1, 2001:db8:1:0:0:0:0:2"})
    void endpointSeesTheClient(String listener, String expected) throws Exception {
        takeReplies();
        try (ServerSocket _ = serve("198.51.100.2");
                ServerSocket _ = serve("2001:db8:2::2");
                VipgateProcess vipgate = VipgateProcess
                        .startIn(gateway, directory, "run", "-c", file("require", "20s").toString()).awaitStart()) {
            awaitLog(vipgate, "vip1 is UP");
            awaitLog(vipgate, "vip2 is UP");
            for (int i = 0; i < 5; i++) {
                assertThat(seen(client, listener)).isEqualTo(expected);
            }
            assertThat(vipgate.errors()).doesNotContain("clients' addresses");
        }
    }

    @Test
    void missingRuleIsSaidAtTheStartAndTheGatewaysAddressIsUsed() throws Exception {
        try (ServerSocket _ = serve("198.51.100.2");
                ServerSocket _ = serve("2001:db8:2::2");
                VipgateProcess vipgate = VipgateProcess
                        .startIn(gateway, directory, "run", "-c", file("prefer", "500ms").toString()).awaitStart()) {
            awaitLog(vipgate, "WARN +pool nginx: connections to vip1, vip2 from clients' addresses will time out: this "
                    + "machine does not take the replies of vip1; run ip rule add pref 900 iif inner from 198.51.100.2 "
                    + "ipproto tcp sport 8080 lookup 900 and ip route replace local default dev lo table 900");

            // Both endpoints serve either client: from the gateway's address, now and when the first connects have timed out.
            for (int i = 0; i < 4; i++) {
                assertThat(seen(client, "192.0.2.1")).isIn("198.51.100.1", "2001:db8:2:0:0:0:0:1");
            }
        }
    }

    @Test
    void clientWithoutAnEndpointOfItsFamilyAndTheEndpointItselfAreRefused() throws Exception {
        takeReplies();
        Path file = file("require", "20s");
        Files.writeString(file, Files.readString(file).replace(", vip2: \"[2001:db8:2::2]:8080\"", ""));
        try (ServerSocket _ = serve("198.51.100.2");
                VipgateProcess vipgate = VipgateProcess
                        .startIn(gateway, directory, "run", "-c", file.toString()).awaitStart()) {
            awaitLog(vipgate, "vip1 is UP");
            assertThat(seen(client, "192.0.2.1")).isEqualTo("192.0.2.2");
            assertThat(seen(client, "2001:db8:1::1")).isEmpty();
            assertThat(seen(node, "192.0.2.1")).as("the endpoint's own machine").isEmpty();
        }
    }

    @Test
    void processWithoutTheCapabilityDoesNotStartWhereItIsRequired() throws Exception {
        VipgateProcess vipgate = withoutCapabilities(file("require", "1s"));

        assertThat(vipgate.awaitExit(BOUND)).isEqualTo(1);
        assertThat(vipgate.errors())
                .contains("pools.nginx.clientAddress: require (expected: a process that may connect from "
                        + "other machines' addresses; give the process CAP_NET_RAW");
    }

    @Test
    void processWithoutTheCapabilityUsesItsOwnAddressWhereTheClientsIsPreferred() throws Exception {
        takeReplies();
        try (ServerSocket _ = serve("198.51.100.2");
                ServerSocket _ = serve("2001:db8:2::2");
                VipgateProcess vipgate = withoutCapabilities(file("prefer", "20s")).awaitStart()) {
            awaitLog(vipgate,
                    "WARN +pools.nginx.clientAddress: prefer, but this process may not connect from other machines' "
                            + "addresses; its own is used; give the process CAP_NET_RAW");
            assertThat(seen(client, "192.0.2.1")).isIn("198.51.100.1", "2001:db8:2:0:0:0:0:1");
            assertThat(vipgate.errors()).doesNotContain("will time out");
        }
    }

    private VipgateProcess withoutCapabilities(Path file) throws Exception {
        return VipgateProcess.startBehind(
                List.of("ip", "netns", "exec", gateway, "setpriv", "--inh-caps=-all", "--bounding-set=-all"), directory,
                "run", "-c", file.toString());
    }
}
