package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.config.GatewayConfig;
import io.vipgate.control.ConfigChange;
import io.vipgate.gateway.ConfigParticipant;
import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Descriptors;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.process.Reloader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reloads in which the gateway itself fails: everything is as it was, sockets included. */
@SocketTest
final class ReloadFailureIT {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    enum Fault {
        NONE, PREPARE, COMMIT, ERROR
    }

    /** Fails on demand. Confined to the thread of its test, but for the control thread that it is waited for. */
    private static final class Faulty implements ConfigParticipant {
        private volatile Fault fault = Fault.NONE;

        @Override
        public ConfigChange prepare(GatewayConfig next) {
            if (fault == Fault.PREPARE) {
                throw new IllegalStateException("injected");
            }
            return new ConfigChange() {
                @Override
                public void commit() {
                    switch (fault) {
                        case COMMIT -> throw new IllegalStateException("injected");
                        case ERROR -> throw new StackOverflowError("injected");
                        case NONE, PREPARE -> {
                        }
                    }
                }

                @Override
                public void rollBack() {
                    // Nothing was changed.
                }
            };
        }
    }

    private static String ask(int port) throws Exception {
        try (Peer client = Peer.connect(port)) {
            return new String(client.receiveAll(), StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"PREPARE", "COMMIT", "ERROR"})
    void aReloadThatFailsHalfWayLeavesEverythingAsItWas(Fault fault) throws Exception {
        int kept = FreePort.take();
        int goes = FreePort.take();
        int comes = FreePort.take();
        Faulty faulty = new Faulty();
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().bind("127.0.0.1:" + kept).endpoint("a", a).endpoint("b", b)
                        .and("second", "127.0.0.1:" + goes, "nginx").participant(faulty).start()) {
            assertThat(gateway.server().operator().toAdmin("nginx", "b", AdminState.MAINT)).isPresent();
            GatewayConfig before = gateway.gateway().config();
            Descriptors open = Descriptors.now();
            TestGateway.Builder next = TestGateway.with().bind("127.0.0.1:" + kept).endpoint("b", b, "weight: 7")
                    .pool("balance: round-robin").pool("pinning: { by: source-address }")
                    .pools("  other: { endpoints: { x: \"" + b.address() + "\" } }\n")
                    .and("third", "127.0.0.1:" + comes, "other").more("accessLog: { format: text, file: "
                            + directory.resolve("access") + " }");
            faulty.fault = fault;

            assertThatThrownBy(() -> gateway.apply(next)).hasMessage("injected")
                    .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());

            assertThat(gateway.gateway().config()).isSameAs(before);
            assertThat(ask(kept)).isEqualTo("a");
            assertThat(ask(goes)).isEqualTo("a");
            assertThatThrownBy(() -> ask(comes)).isInstanceOf(java.net.ConnectException.class);
            assertThat(gateway.gateway().findPool("other")).isEmpty();
            assertThat(gateway.state("b").admin()).isEqualTo(AdminState.MAINT);
            assertThat(gateway.state("b").weight()).isEqualTo(1);
            Await.until("no socket is left", BOUND, () -> Descriptors.now().sockets() <= open.sockets());

            faulty.fault = Fault.NONE;
            gateway.apply(next);

            assertThat(gateway.server().operator().toAdmin("nginx", "b", AdminState.READY)).isPresent();
            assertThat(ask(kept)).isEqualTo("b");
            assertThat(ask(comes)).isEqualTo("b");
            assertThatThrownBy(() -> ask(goes)).isInstanceOf(java.net.ConnectException.class);
        }
    }

    @Test
    void aReloadThatFailsHalfWayLeavesNothingOfTheStateFileThatItNames() throws Exception {
        Path state = Files.writeString(directory.resolve("state"),
                "nginx/b state=maint weight=7 configured=1\nblock 127.0.0.0/8 since=1\n");
        int port = FreePort.take();
        Faulty faulty = new Faulty();
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().bind("127.0.0.1:" + port).endpoint("a", a).endpoint("b", b)
                        .participant(faulty).start()) {
            TestGateway.Builder next = TestGateway.with().bind("127.0.0.1:" + port).endpoint("a", a).endpoint("b", b)
                    .more("stateFile: " + state);
            faulty.fault = Fault.COMMIT;

            assertThatThrownBy(() -> gateway.apply(next)).hasMessage("injected");

            assertThat(ask(port)).as("nobody is blocked").isIn("a", "b");
            assertThat(gateway.state("b").admin()).isEqualTo(AdminState.READY);
            assertThat(gateway.state("b").weight()).isEqualTo(1);

            faulty.fault = Fault.NONE;
            gateway.apply(next);

            assertThatThrownBy(() -> ask(port)).as("blocked").hasMessageContaining("reset");
            assertThat(gateway.state("b").admin()).isEqualTo(AdminState.MAINT);
            assertThat(gateway.state("b").weight()).isEqualTo(7);
        }
    }

    private static String askFrom(String client, int port) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.ofLiteral(client), 0)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"by: none", "by: source-address, ipv4Prefix: 24", "by: source-address, maxEntries: 3",
        "by: source-address"})
    void aReloadThatFailsHalfWayLosesNoPins(String pinning) throws Exception {
        int port = FreePort.take();
        Faulty faulty = new Faulty();
        try (NamingEndpoint a = new NamingEndpoint('a');
                NamingEndpoint b = new NamingEndpoint('b');
                TestGateway gateway = TestGateway.with().bind("127.0.0.1:" + port).endpoint("a", a).endpoint("b", b)
                        .pool("balance: random").pool("pinning: { by: source-address }").participant(faulty).start()) {
            Map<String, String> pinned = new TreeMap<>();
            for (int i = 0; i < 20; i++) {
                String client = "127.0.0." + (10 + i);
                pinned.put(client, askFrom(client, port));
            }
            // One endpoint goes, which some are pinned to.
            TestGateway.Builder next = TestGateway.with().bind("127.0.0.1:" + port).endpoint("b", b)
                    .pool("pinning: { " + pinning + " }");
            faulty.fault = Fault.COMMIT;

            assertThatThrownBy(() -> gateway.apply(next)).hasMessage("injected");

            for (Map.Entry<String, String> client : pinned.entrySet()) {
                assertThat(askFrom(client.getKey(), port)).as(client.getKey()).isEqualTo(client.getValue());
            }
            assertThat(gateway.server().operations().pins("nginx", Optional.empty(), 100).pins()).hasSize(20);
        }
    }

    @Test
    void theOperatorIsToldThatEverythingIsAsItWas() throws Exception {
        Faulty faulty = new Faulty();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).participant(faulty).start()) {
            Path file = Files.writeString(directory.resolve("gateway.yaml"),
                    TestGateway.with().endpoint("a", echo, "weight: 2").yaml());
            faulty.fault = Fault.COMMIT;

            ReloadOutcome outcome = new Reloader(gateway.server(), file, null, Map.of()).reload();

            assertThat(outcome).isInstanceOfSatisfying(ReloadOutcome.Refused.class,
                    refused -> assertThat(refused.problems()).singleElement().asString()
                            .endsWith("injected; everything is as it was"));
            assertThat(gateway.state("a").weight()).isEqualTo(1);
        }
    }

    @Test
    void aReloadThatMeetsTheStopIsNoRefusal() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start()) {
            Path file = Files.writeString(directory.resolve("gateway.yaml"),
                    TestGateway.with().endpoint("a", echo, "weight: 2").yaml());
            Reloader reloader = new Reloader(gateway.server(), file, null, Map.of());
            int _ = gateway.server().gateway().drain(Duration.ZERO);

            assertThat(reloader.reload()).isInstanceOf(ReloadOutcome.Stopping.class);
            assertThat(gateway.state("a").weight()).isEqualTo(1);
        }
    }

    @Test
    void aStartThatFailsLeavesNoSocketBehind() throws Exception {
        int port = FreePort.take();
        Faulty faulty = new Faulty();
        faulty.fault = Fault.COMMIT;
        Descriptors open = Descriptors.now();
        try (EchoEndpoint echo = new EchoEndpoint()) {
            TestGateway.Builder first = TestGateway.with().bind("127.0.0.1:" + port).endpoint("a", echo)
                    .participant(faulty);

            assertThatThrownBy(first::start).hasMessage("injected");

            assertThatThrownBy(() -> ask(port)).isInstanceOf(java.net.ConnectException.class);
        }
        Await.until("no socket is left", BOUND, () -> Descriptors.now().sockets() <= open.sockets());
    }
}
