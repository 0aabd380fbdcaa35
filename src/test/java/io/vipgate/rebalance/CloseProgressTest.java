package io.vipgate.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whether closing relays helps. */
class CloseProgressTest {
    private static final long MINUTE = CloseProgress.WINDOW_NANOS;

    private static CloseProgress.Marks shares(long atTakers, long total, long excess) {
        return new CloseProgress.Marks(atTakers, total, -1, excess);
    }

    private static CloseProgress.Marks homes(long total, long astray) {
        return new CloseProgress.Marks(0, total, astray, astray);
    }

    @Test
    void aMinuteMustHavePassed() {
        CloseProgress progress = CloseProgress.begin(shares(0, 2_000, 1_000), 5).plus(600, 0.5);

        assertThat(progress.isDue(5 + MINUTE - 1)).isFalse();
        assertThat(progress.isDue(5 + MINUTE)).isTrue();
    }

    @Test
    void fewClosesSayNothingYet() {
        CloseProgress few = CloseProgress.begin(shares(0, 2_000, 1_000), 0).plus(99, 1);

        assertThat(few.isDue(2 * MINUTE)).isFalse();
        assertThat(few.plus(1, 1).isDue(2 * MINUTE)).isTrue();
        assertThat(CloseProgress.begin(shares(0, 2_000, 3), 0).plus(3, 1).isDue(MINUTE)).isTrue();
        assertThat(CloseProgress.begin(shares(0, 0, 0), 0).isDue(MINUTE)).isFalse();
    }

    @Test
    void clientsThatComeToOthersAreProgress() {
        CloseProgress progress = CloseProgress.begin(shares(0, 2_000, 1_000), 0).plus(1_200, 0.5);

        assertThat(progress.isVain(shares(600, 2_000, 400))).isFalse();
        assertThat(progress.isVain(shares(150, 1_500, 400))).isFalse();
        assertThat(progress.isVain(shares(149, 1_500, 400))).isTrue();
    }

    @Test
    void clientsThatDoNotComeBackOrToTheSameOneAreNone() {
        CloseProgress progress = CloseProgress.begin(shares(100, 2_000, 900), 0).plus(1_200, 0.5);

        assertThat(progress.isVain(shares(100, 800, 300))).as("they do not come back").isTrue();
        assertThat(progress.isVain(shares(100, 2_000, 900))).as("they come back to where they were").isTrue();
    }

    @Test
    void homesAreReachedWhenClientsComeBackAndAreNotAstrayAgain() {
        CloseProgress progress = CloseProgress.begin(homes(1_000, 400), 0).plus(400, 1);

        assertThat(progress.isVain(homes(1_000, 0))).isFalse();
        assertThat(progress.isVain(homes(600, 0))).as("they do not come back").isTrue();
        assertThat(progress.isVain(homes(1_000, 400))).as("they come back astray").isTrue();
    }
}
