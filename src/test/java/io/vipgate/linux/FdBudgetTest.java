package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FdBudgetTest {

    @ParameterizedTest(name = "limit {0}")
    @CsvSource({"0, 96, 0, 0", "1, 96, 0, 0", "96, 96, 0, 0", "127, 96, 0, 15", "200, 96, 3, 49", "256, 96, 5, 75",
        "1000, 500, 15, 235", "1024, 256, 24, 360", "4096, 256, 120, 1800", "20000, 256, 256, 9616",
        "1048576, 256, 256, 523904", "3000000, 256, 256, 1048576", "9223372036854775807, 256, 256, 1048576"})
    void aLimitIsSharedOut(long limit, int reserved, int pipes, int relays) {
        assertThat(FdBudget.of(limit, reserved)).isEqualTo(new FdBudget(limit, reserved, pipes, relays));
    }

    @Test
    void moreIsNeverSharedOutThanThereIs() {
        for (long limit = 96; limit < 30_000; limit++) {
            FdBudget budget = FdBudget.of(limit, 96);

            if (budget.reserved() + 2L * budget.pipes() + 2L * budget.relays() > limit || budget.pipes() < 0) {
                throw new AssertionError(budget.toString());
            }
        }
    }

    @Test
    void whatIsReservedLaterComesFromTheRelaysAndNotFromThePipes() {
        FdBudget more = FdBudget.of(1024, 256).withReserved(356);

        assertThat(more).isEqualTo(new FdBudget(1024, 356, 24, 310));
        assertThat(more.withReserved(256)).isEqualTo(FdBudget.of(1024, 256));
    }

    @Test
    void aLimitOf200IsStillAGateway() {
        assertThat(FdBudget.of(200, 120).isTooSmall()).isFalse();
        assertThat(FdBudget.of(150, 120).isTooSmall()).isTrue();
    }
}
