package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.RoundRobin;
import io.vipgate.linux.Errno;
import io.vipgate.linux.OwnAddresses;
import io.vipgate.linux.SocketOptions;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.relay.FakeKernel.Connect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Connects from the client's own address: when they are made, what is done instead, and endpoints whose answers get lost. */
class TransparentConnectTest {
    private static final String CLIENT = "198.51.100.7";
    private static final long CONNECT_TIMEOUT = SECOND;

    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;
    private final List<String> events = new ArrayList<>();
    private int clients;
    private final ReturnPaths returnPaths = new ReturnPaths(new Pool("nginx", new PoolSnapshot(List.of(
            new PoolSnapshot.Member(fixture.endpoint(0), EndpointState.initial(1, false)),
            new PoolSnapshot.Member(fixture.endpoint(1), EndpointState.initial(1, false))), true)), events::add);

    private void use(boolean isRequired) {
        fixture.pool.configure(new PoolPlan(RelayFixture.settings(), RoundRobin::new, null,
                new TransparentSource(isRequired, new OwnAddresses(), returnPaths)));
    }

    private FakeSocket dialledFor(String client) {
        FakeSocket socket = kernel.client();
        socket.peer = client;
        kernel.settle();
        return kernel.dialled.getLast();
    }

    private long fallbacks(ClientAddressFallback reason) {
        PoolCounts sum = new PoolCounts();
        fixture.pool.addTo(sum);
        assertThat(sum.fallbacks().sum()).isEqualTo(sum.fallbacks().of(reason));
        return sum.fallbacks().of(reason);
    }

    private long noHealthy() {
        PoolCounts sum = new PoolCounts();
        fixture.pool.addTo(sum);
        return sum.noHealthy();
    }

    /** A connect that the first endpoint does not answer. */
    private void timeOutAtFirstEndpoint(String client) {
        FakeSocket _ = nextAtFirst(client);
        kernel.pass(CONNECT_TIMEOUT + SECOND);
        kernel.dialled.getLast().accept();
        kernel.settle();
    }

    private void timeOutAtFirstEndpoint() {
        timeOutAtFirstEndpoint("198.51.100.1" + clients++);
    }

    private void probePasses() {
        returnPaths.onProbePassed(fixture.endpoint(0), false, kernel.loop.now(), _ -> Optional.empty());
    }

    private void loseReplies() {
        for (int i = 0; i < 2; i++) {
            timeOutAtFirstEndpoint();
            probePasses();
        }
    }

    private boolean isAtFirst(FakeSocket attempt) {
        return attempt.remote != null && attempt.remote.address().equals(fixture.endpoint(0).address());
    }

    private FakeSocket nextAtFirst() {
        return nextAtFirst(CLIENT);
    }

    private FakeSocket nextAtFirst(String client) {
        FakeSocket attempt = dialledFor(client);
        while (!isAtFirst(attempt)) {
            attempt.accept();
            kernel.settle();
            attempt = dialledFor(client);
        }
        return attempt;
    }

    @Test
    void endpointIsConnectedToFromTheClientsAddress() {
        use(true);
        FakeSocket backend = dialledFor(CLIENT);

        assertThat(backend.boundTo).isEqualTo(CLIENT);
        assertThat(backend.local).isNull();
        backend.accept();
        kernel.settle();
        assertThat(fallbacks(ClientAddressFallback.FAMILY)).isZero();
    }

    @Test
    void poolThatDoesNotAskForItBindsNothing() {
        FakeSocket backend = dialledFor(CLIENT);

        assertThat(backend.boundTo).isNull();
    }

    @Test
    void clientOfTheOtherFamilyGetsTheGatewaysAddress() {
        use(false);
        FakeSocket backend = dialledFor("2001:db8::7");

        assertThat(backend.boundTo).isNull();
        assertThat(fallbacks(ClientAddressFallback.FAMILY)).isEqualTo(1);
    }

    @Test
    void clientOfTheOtherFamilyIsRefusedWhereItsAddressIsRequired() {
        use(true);
        FakeSocket client = kernel.client();
        client.peer = "2001:db8::7";
        kernel.settle();

        assertThat(kernel.dialled).isEmpty();
        assertThat(client.isReset).isTrue();
        assertThat(noHealthy()).as("it is not for want of health").isZero();
        assertThat(fixture.listener.counts().refused().of(RefuseReason.CLIENT_ADDRESS)).isEqualTo(1);
        assertThat(fallbacks(ClientAddressFallback.FAMILY)).isEqualTo(1);
        fixture.assertNothingLeft();
    }

    @Test
    void clientThatIsAnEndpointGetsTheGatewaysAddress() {
        use(false);
        FakeSocket backend = dialledFor("192.0.2.20");

        assertThat(backend.boundTo).isNull();
        assertThat(fallbacks(ClientAddressFallback.HAIRPIN)).isEqualTo(1);
    }

    @Test
    void clientOfThisMachineIsRefusedWhereItsAddressIsRequired() {
        use(true);
        FakeSocket client = kernel.client();
        client.peer = "127.0.0.1";
        kernel.settle();

        assertThat(client.isReset).isTrue();
        assertThat(fixture.listener.counts().refused().of(RefuseReason.CLIENT_ADDRESS)).isEqualTo(1);
        assertThat(fallbacks(ClientAddressFallback.HAIRPIN)).isEqualTo(1);
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CONNECT_FAILED);
        fixture.assertNothingLeft();
    }

    @Test
    void addressThatNobodyCanHaveIsNotUsed() {
        use(false);
        FakeSocket backend = dialledFor("224.0.0.1");

        assertThat(backend.boundTo).isNull();
        assertThat(fallbacks(ClientAddressFallback.FAMILY)).isEqualTo(1);
    }

    @Test
    void processWithoutTheCapabilityUsesItsOwnAddress() {
        use(false);
        kernel.refusedOptions.add(SocketOptions.IP_TRANSPARENT);
        FakeSocket backend = dialledFor(CLIENT);

        assertThat(backend.boundTo).isNull();
        assertThat(kernel.dialled).hasSize(2);
        assertThat(kernel.dialled.getFirst().isClosed).isTrue();
        assertThat(fallbacks(ClientAddressFallback.PERMISSION)).isEqualTo(1);
    }

    @Test
    void processWithoutTheCapabilityRefusesWhereTheAddressIsRequired() {
        use(true);
        kernel.refusedOptions.add(SocketOptions.IP_TRANSPARENT);
        FakeSocket client = kernel.client();
        kernel.settle();

        assertThat(client.isReset).isTrue();
        assertThat(fallbacks(ClientAddressFallback.PERMISSION)).isEqualTo(1);
        fixture.assertNothingLeft();
    }

    @Test
    void clientWithoutAFreePortGetsTheGatewaysAddress() {
        use(false);
        kernel.plan(Connect.NO_ADDRESS, Connect.AT_ONCE);
        FakeSocket backend = dialledFor(CLIENT);

        assertThat(backend.boundTo).isNull();
        assertThat(backend.remote).isEqualTo(kernel.dialled.getFirst().remote);
        assertThat(fallbacks(ClientAddressFallback.PORTS)).isEqualTo(1);
    }

    @Test
    void clientWithoutAFreePortIsNoFaultOfTheEndpointWhereItsAddressIsRequired() {
        use(true);
        kernel.plan(Connect.NO_ADDRESS, Connect.AT_ONCE);
        FakeSocket backend = dialledFor(CLIENT);

        assertThat(backend.boundTo).isEqualTo(CLIENT);
        assertThat(fixture.pool.endpoints().getFirst().counts().connectFailures().of(ConnectFailure.LOCAL))
                .isEqualTo(1);
    }

    @Test
    void endpointWhoseAnswersGetLostIsReachedFromTheGatewaysAddressForAMinute() {
        use(false);
        loseReplies();

        assertThat(events).singleElement().asString()
                .isEqualTo(
                        "pool nginx: vip1 answers probes, but not connections from clients' addresses: its replies do "
                                + "not come back through this gateway (route on vip1?)");
        FakeSocket own = nextAtFirst();
        assertThat(own.boundTo).isNull();
        own.accept();
        kernel.settle();

        kernel.pass(61 * SECOND);
        FakeSocket tried = nextAtFirst();
        assertThat(tried.boundTo).as("one connection tries it").isEqualTo(CLIENT);
        assertThat(nextAtFirst().boundTo).as("others do not meanwhile").isNull();
        tried.accept();
        kernel.settle();
        assertThat(events.getLast()).isEqualTo("pool nginx: vip1 answers connections from clients' addresses again");
        assertThat(nextAtFirst().boundTo).isEqualTo(CLIENT);
    }

    @Test
    void oneClientThatIsNeverAnsweredTellsNothingBeforeItsFifthTimeout() {
        use(false);
        for (int i = 0; i < 4; i++) {
            timeOutAtFirstEndpoint(CLIENT);
            probePasses();
        }
        assertThat(events).isEmpty();

        timeOutAtFirstEndpoint(CLIENT);
        probePasses();
        assertThat(events).hasSize(1);
    }

    @Test
    void whatThisMachineItselfLacksIsSaidInstead() {
        use(false);
        timeOutAtFirstEndpoint();
        probePasses();
        timeOutAtFirstEndpoint();
        returnPaths.onProbePassed(fixture.endpoint(0), false, kernel.loop.now(), _ -> Optional.of("no rule"));

        assertThat(events).containsExactly(
                "pool nginx: vip1 answers probes, but not connections from clients' addresses: no rule");
    }

    @Test
    void oneTimeoutTellsNothing() {
        use(false);
        timeOutAtFirstEndpoint();
        probePasses();

        assertThat(events).isEmpty();
        assertThat(nextAtFirst().boundTo).isEqualTo(CLIENT);
    }

    @Test
    void connectsThatTimeOutTogetherAreOneTimeout() {
        use(false);
        for (int i = 0; i < 4; i++) {
            kernel.client();
        }
        kernel.pass(CONNECT_TIMEOUT + SECOND / 2);
        probePasses();
        kernel.pass(CONNECT_TIMEOUT + SECOND);
        probePasses();

        assertThat(events).isEmpty();
    }

    @Test
    void timeoutsOfAnEndpointThatIsDownTellNothing() {
        use(false);
        timeOutAtFirstEndpoint();
        probePasses();
        timeOutAtFirstEndpoint();
        returnPaths.forget(fixture.endpoint(0));
        probePasses();

        assertThat(events).isEmpty();
    }

    @Test
    void answerBetweenTwoTimeoutsShowsThatTheWayBackIsThere() {
        use(false);
        timeOutAtFirstEndpoint();
        probePasses();
        nextAtFirst().fail(Errno.ECONNREFUSED);
        kernel.settle();
        timeOutAtFirstEndpoint();
        probePasses();

        assertThat(events).isEmpty();
    }

    @Test
    void clientThatNobodyAnswersIsTriedOnceMoreFromTheGatewaysAddress() {
        use(false);
        FakeSocket first = dialledFor(CLIENT);
        kernel.pass(2 * CONNECT_TIMEOUT + SECOND);

        assertThat(kernel.dialled).hasSize(3);
        FakeSocket once = kernel.dialled.getLast();
        assertThat(first.boundTo).isEqualTo(CLIENT);
        assertThat(kernel.dialled.get(1).boundTo).isEqualTo(CLIENT);
        assertThat(once.boundTo).isNull();
        assertThat(once.remote).isEqualTo(kernel.dialled.get(1).remote);
        once.fail(Errno.ECONNREFUSED);
        kernel.settle();
        assertThat(kernel.dialled).hasSize(3);
        assertThat(fixture.closed).containsOnlyKeys(CloseReason.CONNECT_FAILED);
        fixture.assertNothingLeft();
    }

    @Test
    void endpointWhoseAnswersGetLostIsPassedOverWhereTheAddressIsRequired() {
        use(true);
        loseReplies();

        for (int i = 0; i < 4; i++) {
            FakeSocket attempt = dialledFor(CLIENT);
            assertThat(isAtFirst(attempt)).isFalse();
            attempt.accept();
            kernel.settle();
        }
        kernel.pass(61 * SECOND);
        FakeSocket tried = nextAtFirst();
        assertThat(tried.boundTo).isEqualTo(CLIENT);
        assertThat(isAtFirst(dialledFor(CLIENT))).as("one at a time").isFalse();
    }

    @Test
    void lastEndpointWhoseAnswersGetLostIsTriedAllTheSame() {
        use(true);
        loseReplies();
        dialledFor(CLIENT).fail(Errno.ECONNREFUSED);
        kernel.settle();

        assertThat(isAtFirst(kernel.dialled.getLast())).isTrue();
        assertThat(kernel.dialled.getLast().boundTo).isEqualTo(CLIENT);
    }

    @Test
    void endpointsThatHaveLeftThePoolAreForgotten() {
        Endpoint gone = new Endpoint("gone", fixture.endpoint(0).address(), 0);
        returnPaths.onFailed(gone, ConnectFailure.TIMEOUT, 0, 0, 1);
        returnPaths.onProbePassed(gone, false, 1, _ -> Optional.empty());
        returnPaths.onFailed(gone, ConnectFailure.TIMEOUT, 2, 0, 2);
        returnPaths.onFailed(fixture.endpoint(0), ConnectFailure.TIMEOUT, 2, 0, 1);
        returnPaths.onProbePassed(gone, false, 3, _ -> Optional.empty());

        assertThat(events).isEmpty();
    }
}
