package io.vipgate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.First;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted of a name while its addresses come and go. */
class LoopPoolTest {
    private static final String LISTENER = "web";

    private final ConnectionLimit limit = new ConnectionLimit(0);
    private final Endpoint first = address("192.0.2.1");
    private final Endpoint second = address("192.0.2.2");
    private final Pool pool = new Pool("nginx", snapshot(first, second));
    private final LoopPool loopPool = new LoopPool(pool, new PoolPlan(RelayFixture.settings(), First::new, null),
            new SplittableRandom(1), new LocalPorts(32_768, 60_999));
    private LoopEndpoint taken;
    private Traffic traffic;

    private Endpoint address(String text) {
        return Endpoint.ofHost("vip", new InetSocketAddress(InetAddress.ofLiteral(text), 80), text, limit);
    }

    private static PoolSnapshot snapshot(Endpoint... endpoints) {
        return new PoolSnapshot(Stream.of(endpoints)
                .map(each -> new PoolSnapshot.Member(each, EndpointState.initial(1, false))).toList(), true);
    }

    @BeforeEach
    void aConnectionThatHasBroughtBytes() {
        connect();
        traffic.onDelivered(true, 100);
    }

    private void connect() {
        taken = Objects.requireNonNull(loopPool.open(0, 0, List.of(), false, 0));
        taken.onConnected(1);
        traffic = taken.traffic(LISTENER);
    }

    private void close() {
        taken.endpoint().close();
        taken.onClosed(CloseReason.CLIENT_FIN);
    }

    private EndpointCounts ofName() {
        PoolCounts sum = new PoolCounts();
        loopPool.addTo(sum);
        return Objects.requireNonNull(sum.endpoints().get("vip"));
    }

    private void assertCounted(long connected, long bytes, long closed) {
        assertThat(ofName().connected()).isEqualTo(connected);
        assertThat(ofName().toBackend()).isEqualTo(bytes);
        assertThat(ofName().closed().of(CloseReason.CLIENT_FIN)).isEqualTo(closed);
    }

    @Test
    void anAddressThatGoesTakesNothingAwayNorDoWhatItsRelaysDoLater() {
        pool.publish(snapshot(second));
        assertCounted(1, 100, 0);

        traffic.onDelivered(true, 10);
        assertCounted(1, 110, 0);

        close();
        assertCounted(1, 110, 1);
    }

    @Test
    void anAddressThatComesBackCountsOn() {
        // given
        pool.publish(snapshot(second));
        assertCounted(1, 100, 0);

        // when
        pool.publish(snapshot(first, second));
        traffic.onDelivered(true, 10);
        connect();

        // then
        assertThat(taken.endpoint()).isSameAs(first);
        assertThat(taken.counts().connected()).as("of the address").isEqualTo(2);
        assertCounted(2, 110, 0);
    }

    @Test
    void anAddressThatComesBackAfterItRanEmptyBeginsAnewAndItsNameDoesNot() {
        // given
        close();
        pool.publish(snapshot(second));
        assertCounted(1, 100, 1);

        // when
        pool.publish(snapshot(first, second));
        connect();

        // then
        assertThat(taken.counts().connected()).as("of the address").isEqualTo(1);
        assertCounted(2, 100, 1);
    }

    @Test
    void aRelayThatEndsWithoutAnyEndpointIsCountedWhereItFailedLastThoughThatIsGone() {
        // given
        taken.endpoint().close();
        pool.publish(snapshot(second));
        assertCounted(1, 100, 0);

        // when
        taken.onConnectFailed(ConnectFailure.REFUSED);
        taken.onClosed(CloseReason.CONNECT_FAILED);

        // then
        assertThat(ofName().closed().of(CloseReason.CONNECT_FAILED)).isEqualTo(1);
        assertThat(ofName().connectFailures().of(ConnectFailure.REFUSED)).isEqualTo(1);
    }

    @Test
    void aNameThatGoesIsForgotten() {
        Endpoint other = new Endpoint("other", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.3"), 80), 0);
        pool.publish(snapshot(other));
        PoolCounts sum = new PoolCounts();

        loopPool.addTo(sum);

        assertThat(sum.endpoints()).containsOnlyKeys("other");
    }
}
