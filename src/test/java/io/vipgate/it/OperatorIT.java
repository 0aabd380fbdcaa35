package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.relay.CloseReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator can do to endpoints while they serve, and what is configured to happen to them. */
@SocketTest
final class OperatorIT {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String FAST = "{ type: tcp, interval: 50ms, fastInterval: 20ms }";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static long askFor(TestGateway gateway, String endpoint, int times) throws Exception {
        long count = 0;
        for (int i = 0; i < times; i++) {
            try (Peer client = gateway.connect()) {
                if (new String(client.receiveAll(), java.nio.charset.StandardCharsets.US_ASCII).equals(endpoint)) {
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void drainMaintAndWeightZeroTakeNothingNewAndReadyBringsBack() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).start()) {
            for (AdminState state : new AdminState[]{AdminState.DRAIN, AdminState.MAINT}) {
                assertThat(gateway.server().operator().toAdmin("nginx", "one", state)).map(EndpointState::admin)
                        .contains(state);
                assertThat(askFor(gateway, "1", 40)).isZero();
                assertThat(gateway.server().operator().toAdmin("nginx", "one", AdminState.READY)).isPresent();
                assertThat(askFor(gateway, "1", 60)).isPositive();
            }
            assertThat(gateway.server().operator().toWeight("nginx", "one", 0)).map(EndpointState::weight).contains(0);
            assertThat(askFor(gateway, "1", 40)).isZero();
            assertThat(gateway.server().operator().toWeight("nginx", "one", 256)).isPresent();
            assertThat(askFor(gateway, "1", 40)).isGreaterThan(30);
            assertThat(echo.accepted()).isZero();
        }
    }

    @Test
    void whatDoesNotExistOrIsOutOfRangeIsRefused() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                TestGateway gateway = TestGateway.with().endpoint("one", one).start()) {
            assertThatThrownBy(() -> gateway.server().operator().toAdmin("nginx", "vip9", AdminState.DRAIN))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage("endpoint: nginx/vip9 (expected: one of [one])");
            assertThatThrownBy(() -> gateway.server().operator().toAdmin("apache", "one", AdminState.DRAIN))
                    .isInstanceOf(NoSuchElementException.class);
            assertThatThrownBy(() -> gateway.server().operator().toWeight("nginx", "one", 257))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weight: 257 (expected: 0 to 256)");
        }
    }

    @Test
    void statesAndWeightsOutliveTheGatewayInTheStateFile() throws Exception {
        Path file = directory.resolve("state");
        String keep = "stateFile: " + file;
        try (NamingEndpoint one = new NamingEndpoint('1'); NamingEndpoint two = new NamingEndpoint('2')) {
            try (TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).more(keep)
                    .start()) {
                assertThat(gateway.server().operator().toAdmin("nginx", "one", AdminState.MAINT)).isPresent();
                assertThat(gateway.server().operator().toWeight("nginx", "two", 7)).isPresent();
            }
            try (TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two).more(keep)
                    .start()) {
                assertThat(gateway.state("one").admin()).isEqualTo(AdminState.MAINT);
                assertThat(gateway.state("two").weight()).isEqualTo(7);
                assertThat(askFor(gateway, "2", 20)).isEqualTo(20);
            }
            try (TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two, "weight: 3")
                    .more(keep).start()) {
                assertThat(gateway.state("two").weight()).as("the configuration says something else now").isEqualTo(3);
                assertThat(gateway.server().operator().toAdmin("nginx", "one", AdminState.READY)).isPresent();
            }
            assertThat(Files.readString(file)).doesNotContain("nginx/one");
        }
    }

    @Test
    void relaysOfAnEndpointThatGoesDownAreClosedWhereThatIsConfigured() throws Exception {
        try (HandedEndpoint one = new HandedEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = TestGateway.with().endpoint("one", one)
                        .probe(FAST.replace("tcp", "tcp, port: " + probed.port())).pool("onDown: close").start();
                Peer client = gateway.connect();
                Peer endpoint = one.next()) {
            Await.until("it is up", BOUND, () -> gateway.state("one").health() == Health.UP);
            probed.stop();

            client.expectReset();
            endpoint.expectReset();
            gateway.awaitIdle(BOUND);
            assertThat(gateway.closed(CloseReason.ENDPOINT_DOWN)).isEqualTo(1);
        }
    }

    @Test
    void relaysOfAnEndpointThatGoesDownAreKeptOtherwise() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                SwitchedEndpoint probed = new SwitchedEndpoint('p');
                TestGateway gateway = TestGateway.with().endpoint("one", one)
                        .probe(FAST.replace("tcp", "tcp, port: " + probed.port())).start();
                Peer client = gateway.connect()) {
            client.exchange();
            probed.stop();
            Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);

            client.exchange();
        }
    }

    @Test
    void endpointThatReturnsStartsSlowly() throws Exception {
        try (SwitchedEndpoint one = new SwitchedEndpoint('1');
                SwitchedEndpoint two = new SwitchedEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .probe(FAST).pool("slowStart: 2s").start()) {
            Await.until("both are up", BOUND, () -> gateway.state("one").health() == Health.UP
                    && gateway.state("two").health() == Health.UP);
            assertThat(gateway.state("one").ramp()).as("a first start is no return")
                    .isEqualTo(EndpointState.FULL_RAMP);
            one.stop();
            Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
            one.start();
            Await.until("it is up", BOUND, () -> gateway.state("one").health() == Health.UP);

            assertThat(gateway.state("one").ramp()).isLessThan(EndpointState.FULL_RAMP);
            Await.until("it has its whole share", BOUND,
                    () -> gateway.state("one").ramp() == EndpointState.FULL_RAMP);
        }
    }

    @Test
    void underSourceHashNobodyStartsSlowly() throws Exception {
        try (SwitchedEndpoint one = new SwitchedEndpoint('1');
                SwitchedEndpoint two = new SwitchedEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one.address()).endpoint("two", two.address())
                        .probe(FAST).pool("slowStart: 1m").pool("balance: source-hash").start()) {
            one.stop();
            Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
            one.start();
            Await.until("it is up", BOUND, () -> gateway.state("one").health() == Health.UP);

            assertThat(gateway.state("one").ramp()).isEqualTo(EndpointState.FULL_RAMP);
        }
    }

    @Test
    void theStateFileFollowsAReload() throws Exception {
        Path file = directory.resolve("state");
        String keep = "stateFile: " + file;
        try (NamingEndpoint one = new NamingEndpoint('1');
                TestGateway gateway = TestGateway.with().endpoint("one", one).more(keep).start()) {
            assertThat(gateway.server().operator().toWeight("nginx", "one", 5)).isPresent();
            Await.until("it is written", BOUND, () -> Files.exists(file) && read(file).contains("nginx/one"));
            gateway.apply(TestGateway.with().endpoint("one", one, "weight: 2").more(keep));
            gateway.apply(TestGateway.with().endpoint("one", one).more(keep));
            Await.until("it is forgotten", BOUND, () -> !read(file).contains("nginx/one"));
        }
        try (NamingEndpoint one = new NamingEndpoint('1');
                TestGateway again = TestGateway.with().endpoint("one", one).more(keep).start()) {
            assertThat(again.state("one").weight()).isEqualTo(1);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void operatorCanCloseRelays() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", echo).start()) {
            try (Peer first = gateway.connect(); Peer second = gateway.connect()) {
                first.exchange();
                second.exchange();
                int port = first.localPort();

                assertThat(gateway.server().operator().closeRelays(relay -> relay.clientPort() == port)).isEqualTo(1);

                first.expectReset();
                second.exchange();
                assertThat(gateway.closed(CloseReason.OPERATOR)).isEqualTo(1);
            }
        }
    }
}
