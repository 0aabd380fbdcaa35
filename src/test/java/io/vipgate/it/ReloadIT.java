package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.control.StartException;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.Descriptors;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Health;
import io.vipgate.relay.CloseReason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One configuration after another, under open relays. */
@SocketTest
final class ReloadIT {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private static String answer(int port) throws IOException {
        try (Peer client = Peer.connect(port)) {
            return new String(client.receiveAll(), java.nio.charset.StandardCharsets.US_ASCII);
        }
    }

    private static boolean isRefused(int port) {
        try (Peer client = Peer.connect(port)) {
            client.reset();
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void relaysAndSocketsStayWhenEndpointsChange() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                NamingEndpoint other = new NamingEndpoint('o');
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start();
                Peer client = gateway.connect()) {
            client.exchange();
            int port = gateway.port();

            gateway.apply(TestGateway.with().endpoint("b", other));

            assertThat(gateway.port()).isEqualTo(port);
            client.exchange();
            for (int i = 0; i < 20; i++) {
                assertThat(answer(port)).isEqualTo("o");
            }
            client.exchange();
        }
    }

    @Test
    void countsHealthAndTheOperatorsOverrideSurvive() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                EchoEndpoint other = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).endpoint("b", other)
                        .probe("{ type: tcp }").start()) {
            Await.until("both are up", BOUND, () -> gateway.state("a").health() == Health.UP
                    && gateway.state("b").health() == Health.UP);
            assertThat(gateway.server().operator().toAdmin("nginx", "b", AdminState.DRAIN)).isPresent();
            assertThat(gateway.server().operator().toWeight("nginx", "a", 9)).isPresent();
            try (Peer client = gateway.connect()) {
                client.exchange();
                gateway.apply(TestGateway.with().endpoint("c", echo).endpoint("b", other).endpoint("a", echo)
                        .probe("{ type: tcp, interval: 1h, fastInterval: 1h }").pool("balance: least-connections"));

                assertThat(gateway.connections("a")).isEqualTo(1);
                assertThat(gateway.connected("a")).isEqualTo(1);
                assertThat(gateway.state("a").health()).isEqualTo(Health.UP);
                assertThat(gateway.state("a").weight()).isEqualTo(9);
                assertThat(gateway.state("b").admin()).isEqualTo(AdminState.DRAIN);
                assertThat(gateway.state("c").health()).isEqualTo(Health.UNKNOWN);
                client.exchange();
            }
            gateway.apply(TestGateway.with().endpoint("a", echo, "weight: 4").endpoint("b", other));
            assertThat(gateway.state("a").weight()).as("its text has changed").isEqualTo(4);
            assertThat(gateway.state("b").admin()).isEqualTo(AdminState.DRAIN);
        }
    }

    @Test
    void openRelaysKeepTheirSettingsAndNewOnesGetTheNew() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start();
                Peer old = gateway.connect();
                Peer oldEndpoint = endpoints.next()) {
            gateway.apply(TestGateway.with().endpoint("a", endpoints).pool("timeouts: { idle: 300ms }"));
            try (Peer fresh = gateway.connect(); Peer freshEndpoint = endpoints.next()) {
                fresh.expectReset();
                freshEndpoint.expectReset();
            }

            old.send("x");
            assertThat(oldEndpoint.receive(1)).isNotEmpty();
        }
    }

    @Test
    void listenersComeAndGoAndTheOthersAreNotTouched() throws Exception {
        int extra = FreePort.take();
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start();
                Peer client = gateway.connect()) {
            client.exchange();
            for (int round = 0; round < 5; round++) {
                gateway.apply(TestGateway.with().endpoint("a", echo).and("extra", "127.0.0.1:" + extra, one));
                assertThat(answer(extra)).isEqualTo("1");
                gateway.apply(TestGateway.with().endpoint("a", echo).and("extra", "127.0.0.1:" + extra, two));
                assertThat(answer(extra)).isEqualTo("2");
                gateway.apply(TestGateway.with().endpoint("a", echo).and("renamed", "127.0.0.1:" + extra, one));
                assertThat(answer(extra)).isEqualTo("1");
                gateway.apply(TestGateway.with().endpoint("a", echo));
                assertThat(isRefused(extra)).isTrue();
                client.exchange();
            }
        }
    }

    @Test
    void addressThatCoversAnOldOneTakesItsPlace() throws Exception {
        int port = FreePort.take();
        try (NamingEndpoint one = new NamingEndpoint('1');
                EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).and("extra", "127.0.0.1:" + port, one)
                        .start()) {
            gateway.apply(TestGateway.with().endpoint("a", echo).and("extra", "0.0.0.0:" + port, one));
            assertThat(answer(port)).isEqualTo("1");
            try (Peer elsewhere = Peer.connect("127.0.0.3", port, 0)) {
                assertThat(elsewhere.receiveAll()).hasSize(1);
            }
            gateway.apply(TestGateway.with().endpoint("a", echo).and("extra", "127.0.0.1:" + port, one));
            assertThat(answer(port)).isEqualTo("1");
        }
    }

    @Test
    void aBindThatFailsChangesNothing() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestGateway gateway = TestGateway.with().endpoint("a", one).start()) {
            int sockets = Descriptors.now().sockets();
            assertThatThrownBy(() -> gateway.apply(TestGateway.with().endpoint("b", two).and("free",
                    "127.0.0.1:" + FreePort.take(), two).and("extra", "127.0.0.1:" + taken.getLocalPort(), two)))
                    .isInstanceOf(StartException.class).hasMessageContaining("listeners.extra.bind")
                    .hasMessageContaining("in use");

            assertThat(answer(gateway.port())).isEqualTo("1");
            assertThat(gateway.gateway().config().listeners()).containsOnlyKeys("web");
            Await.until("nothing stays open", BOUND, () -> Descriptors.now().sockets() <= sockets);
        }
    }

    @Test
    void pinsThatDoNotFitTheHeapAreRefused() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                TestGateway gateway = TestGateway.with().endpoint("a", one).start()) {
            assertThatThrownBy(() -> gateway.apply(TestGateway.with().endpoint("a", one)
                    .pool("pinning: { by: source-address, maxEntries: 100000000 }")))
                    .isInstanceOf(StartException.class).hasMessageContaining("half the heap");
            assertThat(answer(gateway.port())).isEqualTo("1");
        }
    }

    @Test
    void relaysOfARemovedEndpointEndAsConfigured() throws Exception {
        try (EchoEndpoint stays = new EchoEndpoint();
                EchoEndpoint goes = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("goes", goes).start();
                Peer client = gateway.connect()) {
            client.exchange();
            gateway.apply(TestGateway.with().endpoint("stays", stays).pool("removedDrain: 1s"));

            client.expectEnd();
            client.fin();
            gateway.awaitIdle(BOUND);
        }
    }

    @Test
    void relaysOfARemovedListenerEndAsConfigured() throws Exception {
        int extra = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo)
                        .and("extra", "127.0.0.1:" + extra, "nginx").pool("removedDrain: 1s").start();
                Peer stays = gateway.connect();
                Peer goes = Peer.connect(extra)) {
            stays.exchange();
            goes.exchange();
            gateway.apply(TestGateway.with().endpoint("a", echo).pool("removedDrain: 1s"));

            goes.expectEnd();
            goes.fin();
            Await.until("one is left", BOUND, () -> gateway.relays() == 1);
            assertThat(gateway.closed(CloseReason.DRAIN)).isEqualTo(1);
            stays.exchange();
        }
    }

    @Test
    void probesBeginAndEndWithTheConfiguration() throws Exception {
        try (SwitchedEndpoint one = new SwitchedEndpoint('1');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).start()) {
            assertThat(gateway.state("one").health()).isEqualTo(Health.UNKNOWN);
            one.stop();
            gateway.apply(TestGateway.with().endpoint("one", one.address())
                    .probe("{ type: tcp, interval: 50ms, fastInterval: 50ms }"));
            Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);

            gateway.apply(TestGateway.with().endpoint("one", one.address()).probe("{ type: none }"));
            assertThat(gateway.state("one").health()).as("nobody will find out that it is back")
                    .isEqualTo(Health.UNKNOWN);
        }
    }
}
