package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Networks;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.it.fixture.VipgateProcess;
import io.vipgate.neighbour.CoLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway says when one machine answers for both of its endpoints. */
@SocketTest
final class CoLocationIT {
    private static final Duration BOUND = Duration.ofSeconds(25);
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    /** The probe passes whoever listens: what matters is that packets go to the endpoint, so that the kernel asks for it. */
    private static final String YAML = """
            listeners:
              web: { bind: "127.0.0.1:8080", pool: nginx }
            pools:
              nginx:
                probe:
                  type: exec
                  command: [bash, -c, "echo > /dev/udp/$${VIPGATE_ADDRESS%:*}/9"]
                endpoints: { vip1: "192.0.2.11:80", vip2: "192.0.2.12:80" }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** A node on the gateway's bridge. */
    private static void attach(String gateway, String node, String port, String mac) throws Exception {
        Networks.ip(
                "-n " + node + " link add eth0 address " + mac + " type veth peer name " + port + " netns " + gateway);
        Networks.ip("-n " + gateway + " link set " + port + " up master inner");
        Networks.ip("-n " + node + " link set eth0 up");
    }

    private static void hold(String node, String vip) throws Exception {
        Networks.ip("-n " + node + " address add " + vip + "/24 dev eth0");
    }

    private static void awaitLog(VipgateProcess gateway, String pattern) {
        assertThat(Await.quietly(BOUND, () -> Pattern.compile(pattern).matcher(gateway.errors()).find()))
                .as("the log says %s: %s", pattern, gateway.errors()).isTrue();
    }

    @Test
    void aVipThatMovesToTheOthersNodeAndBackIsLogged() throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root");
        Path file = Files.writeString(directory.resolve("gateway.yaml"), YAML);
        try (Networks networks = new Networks()) {
            // given VIP1 and VIP2 on node B
            String gateway = networks.add("gateway");
            String nodeA = networks.add("a");
            String nodeB = networks.add("b");
            Networks.ip("-n " + gateway + " link set lo up");
            Networks.ip("-n " + gateway + " link add inner type bridge");
            Networks.ip("-n " + gateway + " address add 192.0.2.1/24 dev inner");
            Networks.ip("-n " + gateway + " link set inner up");
            attach(gateway, nodeA, "to-a", A);
            attach(gateway, nodeB, "to-b", B);
            hold(nodeB, "192.0.2.11");
            hold(nodeB, "192.0.2.12");

            try (VipgateProcess vipgate = VipgateProcess.startIn(gateway, directory, "run", "-c", file.toString())
                    .awaitStart()) {
                awaitLog(vipgate, "WARN +pool nginx: vip1 and vip2 are both answered by " + B
                        + " on inner: one machine serves both");

                // when VIP1 moves to node A, and the gateway's kernel asks anew
                Networks.ip("-n " + nodeB + " address delete 192.0.2.11/24 dev eth0");
                hold(nodeA, "192.0.2.11");
                Networks.ip("-n " + gateway + " neighbour delete 192.0.2.11 dev inner");

                awaitLog(vipgate,
                        "INFO +pool nginx: separate again: vip1 answered by " + A + "; vip2 answered by " + B);
            }
        }
    }

    @Test
    void endpointsOnLoopbackAreNotKnownToShareAMachine() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one)
                        .endpoint("two", two.address().replace("127.0.0.1", "127.0.0.2")).start()) {
            Await.until("it has looked", BOUND,
                    () -> !gateway.gateway().coLocation("nginx").equals(CoLocation.NOTHING));

            assertThat(gateway.gateway().coLocation("nginx").pairs()).extracting(CoLocation.Pair::state)
                    .containsExactly(CoLocation.State.UNKNOWN);
            assertThatThrownBy(() -> gateway.gateway().coLocation("none"))
                    .isInstanceOf(NoSuchElementException.class);
        }
    }
}
