package io.vipgate.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.AdminState;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has come back, and since when it has been there. */
class ComebacksTest {
    private static final EndpointState UP = EndpointState.initial(1, false).toHealth(Health.UP);

    private final Endpoint one = endpoint("one");
    private final Endpoint two = endpoint("two");

    private static Endpoint endpoint(String name) {
        return new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), 0);
    }

    private PoolSnapshot with(EndpointState ofOne) {
        return new PoolSnapshot(List.of(new PoolSnapshot.Member(one, ofOne), new PoolSnapshot.Member(two, UP)), true);
    }

    private static UnaryOperator<EndpointState> away(String how) {
        return switch (how) {
            case "down" -> state -> state.toHealth(Health.DOWN);
            case "suspect" -> state -> state.toSuspect(true);
            case "maint" -> state -> state.toAdmin(AdminState.MAINT, 1);
            case "drain" -> state -> state.toAdmin(AdminState.DRAIN, 1);
            default -> state -> state.toWeight(0, 1);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"down", "suspect", "maint", "drain", "weight 0"})
    void whoeverWasAwayAndTakesClientsAgainHasComeBack(String how) {
        Comebacks before = Comebacks.NONE.seen(with(UP), 10).seen(with(away(how).apply(UP)), 20);
        assertThat(before.back()).isEmpty();
        assertThat(before.hasTakenFor(one, 0, 20)).isFalse();

        Comebacks after = before.seen(with(UP), 30).seen(with(UP), 40);
        assertThat(after.back()).containsExactly(one);
        assertThat(after.hasTakenFor(one, 20, 49)).isFalse();
        assertThat(after.hasTakenFor(one, 20, 50)).isTrue();
        assertThat(after.hasTakenFor(two, 20, 50)).isTrue();
        assertThat(after.settled().back()).isEmpty();
        assertThat(after.settled().hasTakenFor(one, 20, 50)).isTrue();
    }

    @Test
    void whoGoesAgainIsNotBack() {
        Comebacks away = Comebacks.NONE.seen(with(UP.toHealth(Health.DOWN)), 10).seen(with(UP), 20)
                .seen(with(UP.toHealth(Health.DOWN)), 30);

        assertThat(away.back()).isEmpty();
        assertThat(away.seen(with(UP), 40).hasTakenFor(one, 20, 50)).isFalse();
    }

    @Test
    void whoIsNewHasNotComeBack() {
        Comebacks alone = Comebacks.NONE
                .seen(new PoolSnapshot(List.of(new PoolSnapshot.Member(two, UP)), true), 10);

        assertThat(alone.seen(with(UP), 20).back()).isEmpty();
        assertThat(alone.seen(with(UP), 20).hasTakenFor(one, 1, 20)).isFalse();
    }

    @Test
    void whoIsGoneFromThePoolIsForgotten() {
        Comebacks back = Comebacks.NONE.seen(with(UP.toHealth(Health.DOWN)), 10).seen(with(UP), 20);

        Comebacks after = back.seen(new PoolSnapshot(List.of(new PoolSnapshot.Member(two, UP)), true), 30);
        assertThat(after.back()).isEmpty();
        assertThat(after.sights()).containsOnlyKeys(two);
    }
}
