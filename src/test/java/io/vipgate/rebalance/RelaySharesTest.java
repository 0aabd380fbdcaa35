package io.vipgate.rebalance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vipgate.config.BalanceRule;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What each endpoint should have of a pool's relays. */
class RelaySharesTest {
    private final List<PoolSnapshot.Member> members = new ArrayList<>();

    private static Endpoint endpoint(String name, int maxConnections, int relays) {
        Endpoint endpoint = new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80),
                maxConnections);
        for (int i = 0; i < relays; i++) {
            assertThat(endpoint.tryOpen()).isTrue();
        }
        return endpoint;
    }

    private RelaySharesTest has(int relays, int weight) {
        return has(endpoint("vip" + (members.size() + 1), 0, relays), state -> state.toWeight(weight, 0));
    }

    private RelaySharesTest has(Endpoint endpoint, UnaryOperator<EndpointState> state) {
        members.add(new PoolSnapshot.Member(endpoint,
                state.apply(EndpointState.initial(1, false).toHealth(Health.UP))));
        return this;
    }

    private RelayShares shares(BalanceRule rule) {
        return RelayShares.of(new PoolSnapshot(members, true), rule, Endpoint::connections);
    }

    private List<Double> targets(BalanceRule rule) {
        return shares(rule).parts().stream().map(RelayShares.Part::target).toList();
    }

    private static int closings(RelayShares shares) {
        return shares.givers().stream().mapToInt(RelayShares.Part::closings).sum();
    }

    @Test
    void allAtOneOfTwo() {
        RelayShares shares = has(2_000, 1).has(0, 1).shares(BalanceRule.LEAST_CONNECTIONS);

        assertThat(shares.isOff(0.99)).isTrue();
        assertThat(shares.isOff(1.01)).isFalse();
        assertThat(shares.skew()).isEqualTo(2);
        assertThat(shares.givers()).extracting(RelayShares.Part::surplus).containsExactly(1_000);
        assertThat(shares.takers()).extracting(RelayShares.Part::deficit).containsExactly(1_000);
        assertThat(closings(shares)).isEqualTo(1_000);
    }

    @Test
    void withARuleThatKnowsNoLoadHalfOfThemComeBack() {
        assertThat(closings(has(2_000, 1).has(0, 1).shares(BalanceRule.WEIGHTED_RANDOM))).isEqualTo(2_000);
    }

    @Test
    void weightsAreTheSharesButForRandom() {
        has(400, 3).has(400, 1);

        assertThat(targets(BalanceRule.ROUND_ROBIN)).containsExactly(600.0, 200.0);
        assertThat(targets(BalanceRule.RANDOM)).containsExactly(400.0, 400.0);
    }

    @Test
    void whoStartsSlowlyHasItsShareOfTheMoment() {
        has(2_000, 1).has(endpoint("new", 0, 0), state -> state.toRamp(1));
        RelayShares shares = shares(BalanceRule.LEAST_CONNECTIONS);

        assertThat(shares.takers()).extracting(RelayShares.Part::deficit).containsExactly(96);
        assertThat(shares.isRamping()).isTrue();
        assertThat(shares.isOff(0.2)).isFalse();
    }

    @Test
    void chanceOfLessThanOneRelayIsNoSkew() {
        RelayShares three = has(2, 1).has(1, 1).shares(BalanceRule.LEAST_CONNECTIONS);

        assertThat(three.isOff(0.05)).isFalse();
        assertThat(three.givers()).isEmpty();
        members.clear();
        assertThat(has(3, 1).has(1, 1).shares(BalanceRule.LEAST_CONNECTIONS).isOff(0.2)).isTrue();
        members.clear();
        assertThat(has(2, 1).has(0, 1).has(0, 1).shares(BalanceRule.LEAST_CONNECTIONS).isOff(0.2)).isTrue();
    }

    @Test
    void whoHasNoRoomCannotGain() {
        has(endpoint("a", 0, 1_000), state -> state).has(endpoint("b", 100, 100), state -> state);
        assertThat(shares(BalanceRule.LEAST_CONNECTIONS).isOff(0.05)).isFalse();
        assertThat(targets(BalanceRule.LEAST_CONNECTIONS)).containsExactly(1_000.0, 100.0);
        members.clear();

        has(endpoint("a", 0, 900), state -> state).has(endpoint("b", 100, 0), state -> state).has(0, 1);
        assertThat(targets(BalanceRule.LEAST_CONNECTIONS)).containsExactly(400.0, 100.0, 400.0);
    }

    @Test
    void addressesOfANameDivideItsShareAndItsRoom() {
        Endpoint plain = endpoint("a", 0, 900);
        ConnectionLimit limit = new ConnectionLimit(200);
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 80);
        has(plain, state -> state).has(Endpoint.ofHost("b", address, "192.0.2.2", limit), state -> state)
                .has(Endpoint.ofHost("b", address, "192.0.2.3", limit), state -> state);

        assertThat(targets(BalanceRule.LEAST_CONNECTIONS)).containsExactly(700.0, 100.0, 100.0);
    }

    @Test
    void backupHasNoShareWhilePrimariesTakeClients() {
        has(endpoint("a", 0, 10), state -> state).has(endpoint("b", 0, 30), state -> state.toBackup(true));
        RelayShares shares = shares(BalanceRule.WEIGHTED_RANDOM);

        assertThat(shares.isOff(2.0)).isTrue();
        assertThat(shares.givers()).singleElement().satisfies(part -> {
            assertThat(part.endpoint().name()).isEqualTo("b");
            assertThat(part.surplus()).isEqualTo(30);
            assertThat(part.closings()).isEqualTo(30);
        });
        assertThat(shares.skew()).isCloseTo(1 + 30.0 / 40, within(1e-9));
    }

    @Test
    void backupKeepsWhatPrimariesHaveNoRoomFor() {
        has(endpoint("a", 10, 10), state -> state).has(endpoint("b", 0, 30), state -> state.toBackup(true));

        assertThat(targets(BalanceRule.WEIGHTED_RANDOM)).containsExactly(10.0, 30.0);
        assertThat(shares(BalanceRule.WEIGHTED_RANDOM).isOff(0.05)).isFalse();
    }

    @Test
    void firstFillsInTheOrderOfTheFile() {
        has(endpoint("a", 50, 0), state -> state).has(endpoint("b", 50, 40), state -> state)
                .has(endpoint("c", 0, 40), state -> state);
        RelayShares shares = shares(BalanceRule.FIRST);

        assertThat(targets(BalanceRule.FIRST)).containsExactly(50.0, 30.0, 0.0);
        assertThat(closings(shares)).isEqualTo(50);
    }

    @Test
    void whoIsDownOrTakesNothingNewIsLeftOut() {
        has(100, 1).has(endpoint("down", 0, 100), state -> state.toHealth(Health.DOWN))
                .has(endpoint("out", 0, 100), state -> state.toAdmin(AdminState.DRAIN, 1)).has(0, 1);
        RelayShares shares = shares(BalanceRule.LEAST_CONNECTIONS);

        assertThat(shares.total()).isEqualTo(100);
        assertThat(targets(BalanceRule.LEAST_CONNECTIONS)).containsExactly(50.0, 50.0);
    }

    @Test
    void withoutRelaysOrEndpointsThereIsNoSkew() {
        assertThat(shares(BalanceRule.FIRST).skew()).isEqualTo(1);
        assertThat(has(0, 1).has(0, 1).shares(BalanceRule.FIRST).skew()).isEqualTo(1);
        members.clear();
        assertThat(has(endpoint("a", 0, 5), state -> state.toHealth(Health.DOWN)).shares(BalanceRule.RANDOM).skew())
                .isEqualTo(1);
    }
}
