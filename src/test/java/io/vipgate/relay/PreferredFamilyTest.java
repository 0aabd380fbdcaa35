package io.vipgate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.RoundRobin;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.OwnAddresses;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which endpoints clients get in a pool of both families whose {@code clientAddress} is {@code prefer}. */
class PreferredFamilyTest {
    private static final EndpointState UP = EndpointState.initial(1, false);

    private final Endpoint ipv4 = endpoint("vip1", "192.0.2.1");
    private final Endpoint otherIpv4 = endpoint("vip2", "192.0.2.2");
    private final Endpoint ipv6 = endpoint("vip1-v6", "2001:db8::1");
    private final Pool pool = new Pool("nginx", snapshot(UP, UP, UP));
    private final LoopPool loopPool = new LoopPool(pool, new PoolPlan(RelayFixture.settings(), RoundRobin::new, null,
            new TransparentSource(false, new OwnAddresses(), new ReturnPaths(pool, _ -> {}))), new SplittableRandom(1),
            new LocalPorts(32_768, 60_999));

    private static Endpoint endpoint(String name, String address) {
        return Endpoint.ofHost(name, new InetSocketAddress(InetAddress.ofLiteral(address), 80), name,
                new ConnectionLimit(0));
    }

    private PoolSnapshot snapshot(EndpointState... states) {
        return new PoolSnapshot(List.of(new PoolSnapshot.Member(ipv4, states[0]),
                new PoolSnapshot.Member(otherIpv4, states[1]), new PoolSnapshot.Member(ipv6, states[2])), true);
    }

    /** Where the next clients go, one after the other. */
    private List<String> chosen(String client, int count) {
        ClientAddress address = new ClientAddress();
        address.set(InetAddress.ofLiteral(client), 40_000);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(Objects.requireNonNull(loopPool.open(address.high(), address.low(), List.of(), false, 0))
                    .endpoint().name());
        }
        return names;
    }

    /** Where a client's hedge goes, whose first connect is under way to an endpoint. */
    private @Nullable String hedged(String client, Endpoint first) {
        ClientAddress address = new ClientAddress();
        address.set(InetAddress.ofLiteral(client), 40_000);
        LoopEndpoint present = loopPool.endpoints().stream().filter(each -> each.endpoint().equals(first)).findFirst()
                .orElseThrow();
        LoopEndpoint second = loopPool.openHedge(address.high(), address.low(), new Attempts(), present, 0);
        return second == null ? null : second.endpoint().name();
    }

    private int connections() {
        return ipv4.connections() + otherIpv4.connections() + ipv6.connections();
    }

    @Test
    void clientsGoToEndpointsOfTheirFamily() {
        assertThat(chosen("198.51.100.7", 10)).containsOnly("vip1", "vip2");
        assertThat(chosen("2001:db8:7::7", 10)).containsOnly("vip1-v6");
        assertThat(connections()).isEqualTo(20);
    }

    @Test
    void whoseFamilyHasNothingAsGoodGoesWhereverItIs() {
        pool.publish(snapshot(UP, UP, UP.toHealth(Health.DOWN)));
        assertThat(chosen("2001:db8:7::7", 10)).containsOnly("vip1", "vip2");

        pool.publish(snapshot(UP, UP, UP.toSuspect(true)));
        assertThat(chosen("2001:db8:7::7", 10)).containsOnly("vip1", "vip2");

        pool.publish(snapshot(UP, UP, EndpointState.initial(1, true)));
        assertThat(chosen("2001:db8:7::7", 10)).containsOnly("vip1", "vip2");
        assertThat(connections()).as("places that were taken to look are given back").isEqualTo(30);
    }

    @Test
    void hedgesGoToTheFamilyOfTheClientFirst() {
        for (int i = 0; i < 10; i++) {
            assertThat(hedged("198.51.100.7", ipv4)).isEqualTo("vip2");
            assertThat(hedged("2001:db8:7::7", ipv4)).isEqualTo("vip1-v6");
        }
        pool.publish(snapshot(UP, UP.toSuspect(true), UP));
        assertThat(hedged("198.51.100.7", ipv4)).as("none of the family is as good").isEqualTo("vip1-v6");

        pool.publish(snapshot(UP, UP.toSuspect(true), UP.toHealth(Health.DOWN)));
        assertThat(hedged("198.51.100.7", ipv4)).isNull();
        assertThat(connections()).isEqualTo(21);
    }
}
