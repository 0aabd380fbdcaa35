package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.config.BindAddress;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.Loaded;
import io.vipgate.control.SocketStore;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.linux.ListenSocket;
import io.vipgate.process.GatewayServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A gateway that finds listening sockets which an earlier process has left: all that it needs, or some of them. */
@SocketTest
final class KeptSocketsIT {
    private static final int LOOPS = 2;

    /** Keeps what one address has left. */
    private static final class Store implements SocketStore {
        private final String address;
        private final List<Integer> left;
        private final List<String> calls = new ArrayList<>();

        Store(String address, List<Integer> left) {
            this.address = address;
            this.left = new ArrayList<>(left);
        }

        @Override
        public List<Integer> take(BindAddress bind) {
            if (!bind.toString().equals(address)) {
                return List.of();
            }
            List<Integer> all = List.copyOf(left);
            left.clear();
            return all;
        }

        @Override
        public void keep(BindAddress bind, List<Integer> sockets) {
            calls.add("keep " + sockets.size() + " of " + bind);
        }

        @Override
        public void release(Collection<BindAddress> binds) {
            binds.forEach(bind -> calls.add("release " + bind));
        }
    }

    /** A store that is too small keeps some, and a file that has changed since names others. */
    @ParameterizedTest
    @CsvSource({"0.0.0.0, 0.0.0.0, 2", "0.0.0.0, 0.0.0.0, 1", "0.0.0.0, 127.0.0.1, 2", "0.0.0.0, 127.0.0.1, 1",
        "0.0.0.0, 127.0.0.1, 3", "'', '', 2", "'', '', 1", "'', 127.0.0.1, 2"})
    void whatIsMissingIsOpenedBesideWhatWasKeptOfThePort(String wildcard, String keptAddress, int keptSockets)
            throws Exception {
        int port = FreePort.take();
        InetAddress address = keptAddress.isEmpty() ? null : InetAddress.ofLiteral(keptAddress);
        List<Integer> left = new ListenSocket().open(new ListenSocket.Wanted(address, port,
                new ListenSocket.Options(128, false, 60, 15, 4, null), ListenSocket.Overlap.NONE), keptSockets);
        Store store = new Store(keptAddress + ":" + port, left);
        try (EchoEndpoint endpoint = new EchoEndpoint();
                Socket waiting = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
                GatewayServer _ = GatewayServer.start(config(wildcard, port, endpoint.port()), store);
                Socket named = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
                Socket other = new Socket(InetAddress.ofLiteral("127.0.0.2"), port)) {
            for (Socket client : List.of(waiting, named, other)) {
                client.setSoTimeout(10_000);
                client.getOutputStream().write('x');
                assertThat(client.getInputStream().read()).isEqualTo('x');
            }
            assertThat(store.calls).containsExactlyInAnyOrder("keep 2 of " + wildcard + ":" + port,
                    "keep 2 of 127.0.0.1:" + port);
        }
    }

    @Test
    void whatAReloadTakesAwayMakesRoomForWhatItBrings() throws Exception {
        int before = FreePort.take();
        int after = FreePort.take();
        Store store = new Store("", List.of());
        try (GatewayServer server = GatewayServer.start(config("127.0.0.2", before, 1), store);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            store.calls.clear();
            assertThatThrownBy(() -> server.gateway().apply(config("127.0.0.2", taken.getLocalPort(), 1)))
                    .hasMessageContaining("the port is in use");
            assertThat(store.calls).as("a reload that failed").isEmpty();

            server.gateway().apply(config("127.0.0.2", after, 1));
            assertThat(store.calls).containsExactly("release 127.0.0.2:" + before, "release 127.0.0.1:" + before,
                    "keep 2 of 127.0.0.2:" + after, "keep 2 of 127.0.0.1:" + after);
        }
    }

    private static GatewayConfig config(String wildcard, int port, int endpoint) {
        String yaml = """
                listeners:
                  every: { bind: "%s:%d", pool: p }
                  one: { bind: "127.0.0.1:%d", pool: p }
                pools: { p: { endpoints: { e: "127.0.0.1:%d" } } }
                runtime: { eventLoops: %d }
                """.formatted(wildcard, port, port, endpoint, LOOPS);
        return ((Loaded) ConfigLoader.parse("test", yaml.getBytes(StandardCharsets.UTF_8), Map.of())).config();
    }
}
