package io.vipgate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectBudgetTest {
    private static final long SECOND = 1_000_000_000L;

    private final ConnectBudget budget = new ConnectBudget(0.1);
    private long now = -3 * SECOND;

    private int take(int wanted) {
        return (int) IntStream.range(0, wanted).filter(_ -> budget.tryTake(now)).count();
    }

    @Test
    void threeAreGrantedHoweverFewClientsThereAre() {
        assertThat(take(10)).isEqualTo(3);
        budget.clients(39);
        assertThat(take(10)).isZero();
    }

    @Test
    void shareOfTheClientsIsGranted() {
        budget.clients(1_000);
        assertThat(take(1_000)).isEqualTo(100);
        assertThat(budget.used(now)).isEqualTo(100);

        budget.share(0.2);
        assertThat(take(1_000)).isEqualTo(100);
    }

    @Test
    void whatIsUsedComesBackAfterTenSeconds() {
        budget.clients(100);
        assertThat(take(4)).isEqualTo(4);
        now += 5 * SECOND;
        assertThat(take(100)).isEqualTo(6);
        now += 4 * SECOND;
        assertThat(take(100)).isZero();

        now += SECOND;
        assertThat(take(100)).as("those of the first moment").isEqualTo(4);
        now += 5 * SECOND;
        assertThat(take(100)).as("those of five seconds later").isEqualTo(6);
        now += 1_000 * SECOND;
        assertThat(budget.used(now)).isZero();
    }

    @Test
    void allClientsAreNoBound() {
        budget.share(1);
        assertThat(take(1_000)).isEqualTo(1_000);
        assertThat(budget.most()).isEmpty();
        assertThat(budget.used(now)).isEqualTo(1_000);

        budget.share(0.5);
        assertThat(budget.isUsedUp(now)).isTrue();
    }

    @Test
    void clockThatIsALittleBehindCountsAsTheNewest() {
        assertThat(take(2)).isEqualTo(2);
        now -= SECOND;
        assertThat(take(2)).isEqualTo(1);
    }
}
