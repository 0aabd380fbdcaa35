package io.vipgate.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whether closing relays helps. */
class ProgressTest {
    private static final long MINUTE = Progress.WINDOW_NANOS;

    private static Progress.Marks shares(long atTakers, long total, long excess) {
        return new Progress.Marks(atTakers, total, -1, excess);
    }

    private static Progress.Marks homes(long total, long astray) {
        return new Progress.Marks(0, total, astray, astray);
    }

    @Test
    void aMinuteMustHavePassed() {
        Progress progress = Progress.begin(shares(0, 2_000, 1_000), 5).plus(600, 0.5);

        assertThat(progress.isDue(5 + MINUTE - 1)).isFalse();
        assertThat(progress.isDue(5 + MINUTE)).isTrue();
    }

    @Test
    void fewClosesSayNothingYet() {
        Progress few = Progress.begin(shares(0, 2_000, 1_000), 0).plus(99, 1);

        assertThat(few.isDue(2 * MINUTE)).isFalse();
        assertThat(few.plus(1, 1).isDue(2 * MINUTE)).isTrue();
        assertThat(Progress.begin(shares(0, 2_000, 3), 0).plus(3, 1).isDue(MINUTE)).isTrue();
        assertThat(Progress.begin(shares(0, 0, 0), 0).isDue(MINUTE)).isFalse();
    }

    @Test
    void clientsThatComeToOthersAreProgress() {
        Progress progress = Progress.begin(shares(0, 2_000, 1_000), 0).plus(1_200, 0.5);

        assertThat(progress.isVain(shares(600, 2_000, 400))).isFalse();
        assertThat(progress.isVain(shares(150, 1_500, 400))).isFalse();
        assertThat(progress.isVain(shares(149, 1_500, 400))).isTrue();
    }

    @Test
    void clientsThatDoNotComeBackOrToTheSameOneAreNone() {
        Progress progress = Progress.begin(shares(100, 2_000, 900), 0).plus(1_200, 0.5);

        assertThat(progress.isVain(shares(100, 800, 300))).as("they do not come back").isTrue();
        assertThat(progress.isVain(shares(100, 2_000, 900))).as("they come back to where they were").isTrue();
    }

    @Test
    void homesAreReachedWhenClientsComeBackAndAreNotAstrayAgain() {
        Progress progress = Progress.begin(homes(1_000, 400), 0).plus(400, 1);

        assertThat(progress.isVain(homes(1_000, 0))).isFalse();
        assertThat(progress.isVain(homes(600, 0))).as("they do not come back").isTrue();
        assertThat(progress.isVain(homes(1_000, 400))).as("they come back astray").isTrue();
    }
}
