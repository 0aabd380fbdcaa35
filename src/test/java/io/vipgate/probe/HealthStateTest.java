package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Health;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthStateTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1000 * MILLI;
    private static final HealthRules DEFAULTS = new HealthRules(500 * MILLI, 100 * MILLI, 2, 4);

    /** P is a pass, F a failure; what is expected is the health after the whole row. */
    @ParameterizedTest(name = "rise {0}, fall {1}, from {2}: {3} -> {4}, suspect {5}")
    @CsvSource({
        "2, 3, UNKNOWN, P, UP, false",
        "2, 3, UNKNOWN, F, DOWN, false",
        "5, 5, UNKNOWN, P, UP, false",
        "2, 3, UP, F, UP, true",
        "2, 3, UP, F F, UP, true",
        "2, 3, UP, F F F, DOWN, false",
        "2, 3, UP, F F P F F, UP, true",
        "2, 3, UP, F F P F F P F F P, UP, false",
        "2, 3, UP, F P, UP, false",
        "2, 1, UP, F, DOWN, false",
        "2, 3, DOWN, P, DOWN, false",
        "2, 3, DOWN, P P, UP, false",
        "2, 3, DOWN, P F P, DOWN, false",
        "2, 3, DOWN, P F P F P P, UP, false",
        "1, 3, DOWN, P, UP, false",
        "3, 1, DOWN, P P F P P, DOWN, false",
        "3, 1, DOWN, P P P F, DOWN, false",
    })
    void resultsCountInARow(int rise, int fall, Health from, String row, Health expected, boolean isSuspect) {
        HealthRules rules = new HealthRules(500 * MILLI, 100 * MILLI, rise, fall);
        HealthState health = from(from);
        long now = 0;
        for (String result : row.split(" ", -1)) {
            now += SECOND;
            health = result.equals("P")
                    ? health.toPassed(rules, now - MILLI, now, true)
                    : health.toFailed(rules, now, true);
        }
        assertThat(health.health()).isEqualTo(expected);
        assertThat(health.isSuspect()).isEqualTo(isSuspect);
    }

    private static HealthState from(Health health) {
        return new HealthState(health, false, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void lastEndpointComesBackAfterOnePass() {
        assertThat(from(Health.DOWN).toPassed(DEFAULTS, 0, MILLI, false).health()).isEqualTo(Health.UP);
    }

    @Test
    void passOfAProbeThatBeganBeforeTheFailureClearsNothing() {
        HealthState suspect = from(Health.UP).toSuspect(10 * SECOND);

        HealthState older = suspect.toPassed(DEFAULTS, 9 * SECOND, 11 * SECOND, true);
        assertThat(older.isSuspect()).isTrue();
        assertThat(older.toPassed(DEFAULTS, 12 * SECOND, 13 * SECOND, true).isSuspect()).isFalse();
    }

    @Test
    void failuresWhileNobodyAnsweredAreTakenBackWhenAnotherAnswers() {
        HealthState failing = from(Health.UP).toFailed(DEFAULTS, SECOND, true).toFailed(DEFAULTS, 2 * SECOND, false)
                .toFailed(DEFAULTS, 3 * SECOND, false);

        HealthState forgiven = failing.withoutOutageFailures();

        assertThat(forgiven.failures()).isEqualTo(1);
        assertThat(forgiven.isSuspect()).isTrue();
        assertThat(forgiven.withoutOutageFailures()).isEqualTo(forgiven);
    }

    @Test
    void anOutageTakesAnEndpointDownAllTheSame() {
        HealthState health = from(Health.UP);
        for (int i = 0; i < DEFAULTS.fall(); i++) {
            health = health.toFailed(DEFAULTS, SECOND, false);
        }
        assertThat(health.health()).isEqualTo(Health.UP);
        health = health.toFailed(DEFAULTS, SECOND, false);
        assertThat(health.health()).isEqualTo(Health.DOWN);
        assertThat(health.withoutOutageFailures()).isEqualTo(health);
    }

    @Test
    void failedConnectOfAnEndpointThatIsDownChangesNothing() {
        HealthState down = from(Health.DOWN);
        assertThat(down.toSuspect(SECOND)).isEqualTo(down);
    }

    @Test
    void suspectsAndThoseComingBackAreProbedFast() {
        assertThat(from(Health.UP).nextProbeAfter(DEFAULTS)).isEqualTo(500 * MILLI);
        assertThat(from(Health.UP).toSuspect(0).nextProbeAfter(DEFAULTS)).isEqualTo(100 * MILLI);
        assertThat(from(Health.DOWN).nextProbeAfter(DEFAULTS)).isEqualTo(500 * MILLI);
        assertThat(from(Health.DOWN).toPassed(DEFAULTS, 0, MILLI, true).nextProbeAfter(DEFAULTS))
                .isEqualTo(100 * MILLI);
    }

    /** Goes down at `downAt`, then passes every 100 ms; says when it is up again. */
    private static HealthState goDown(HealthState health, long downAt) {
        HealthState failing = health;
        for (int i = 0; i < DEFAULTS.fall(); i++) {
            failing = failing.toFailed(DEFAULTS, downAt, true);
        }
        assertThat(failing.health()).isEqualTo(Health.DOWN);
        return failing;
    }

    private static HealthState comeBack(HealthState down, long firstPass, boolean isOtherUp) {
        HealthState health = down;
        for (long now = firstPass; health.health() == Health.DOWN; now += 100 * MILLI) {
            assertThat(now - firstPass).isLessThan(120 * SECOND);
            health = health.toPassed(DEFAULTS, now, now, isOtherUp);
        }
        return health;
    }

    @Test
    void thirdRecoveryAndTheFollowingOnesMustStayGoodForLonger() {
        HealthState health = from(Health.UP);
        long now = 1000 * SECOND;
        long[] expected = {100 * MILLI, 100 * MILLI, 2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND, 32 * SECOND,
            60 * SECOND, 60 * SECOND};
        for (long wait : expected) {
            health = goDown(health, now);
            health = comeBack(health, now + SECOND, true);
            assertThat(health.changedAt() - (now + SECOND)).isEqualTo(wait);
            now = health.changedAt() + SECOND;
        }
    }

    @Test
    void fiveQuietMinutesForgiveAllRecoveries() {
        HealthState health = from(Health.UP);
        long now = 1000 * SECOND;
        for (int i = 0; i < 4; i++) {
            health = comeBack(goDown(health, now), now + SECOND, true);
            now = health.changedAt() + SECOND;
        }
        now = health.changedAt() + 300 * SECOND;
        health = comeBack(goDown(health, now), now + SECOND, true);
        assertThat(health.changedAt() - (now + SECOND)).isEqualTo(100 * MILLI);
    }

    @Test
    void dampingNeverKeepsTheOnlyEndpointAway() {
        HealthState health = from(Health.UP);
        long now = 1000 * SECOND;
        for (int i = 0; i < 8; i++) {
            health = comeBack(goDown(health, now), now + SECOND, false);
            assertThat(health.changedAt()).isEqualTo(now + SECOND);
            now = health.changedAt() + SECOND;
        }
    }

    /**
     * One hour at default settings: one probe in a hundred is lost, and once a minute both endpoints are silent for a
     * second. Neither is ever DOWN while the other is UP.
     */
    @Test
    void lossAndShortOutagesTakeNobodyDown() {
        int clean = 0;
        StringBuilder bad = new StringBuilder();
        for (int seed = 0; seed < 100; seed++) {
            if (new Hour(seed).isClean()) {
                clean++;
            } else {
                bad.append(' ').append(seed);
            }
        }
        assertThat(clean).as("seeds in which one was DOWN while the other was UP:%s", bad).isGreaterThanOrEqualTo(99);
    }

    /** Two endpoints that are up, and the results of their probes in the order in which they come. */
    private static final class Hour {
        private static final long TIMEOUT = 400 * MILLI;
        private final SplittableRandom random;
        private final HealthState[] health = {from(Health.UP), from(Health.UP)};
        private final long[] begun = new long[2];
        private final long[] end = new long[2];
        private final boolean[] isAnswered = new boolean[2];

        Hour(long seed) {
            random = new SplittableRandom(seed);
            begin(0, random.nextLong(500 * MILLI));
            begin(1, random.nextLong(500 * MILLI));
        }

        private void begin(int who, long when) {
            boolean isDark = when % (60 * SECOND) >= 30 * SECOND && when % (60 * SECOND) < 31 * SECOND;
            begun[who] = when;
            isAnswered[who] = !isDark && random.nextInt(100) != 0;
            end[who] = when + (isAnswered[who] ? MILLI : TIMEOUT);
        }

        boolean isClean() {
            while (Math.min(end[0], end[1]) < 3600 * SECOND) {
                onResult(end[0] <= end[1] ? 0 : 1);
                boolean isOneDown = health[0].health() == Health.DOWN || health[1].health() == Health.DOWN;
                boolean isOneUp = health[0].health() == Health.UP || health[1].health() == Health.UP;
                if (isOneDown && isOneUp) {
                    return false;
                }
            }
            return true;
        }

        private void onResult(int who) {
            HealthState other = health[1 - who];
            boolean isOtherUp = other.health() != Health.DOWN;
            if (isAnswered[who]) {
                health[who] = health[who].toPassed(DEFAULTS, begun[who], end[who], isOtherUp);
                health[1 - who] = other.withoutOutageFailures();
            } else {
                health[who] = health[who].toFailed(DEFAULTS, end[who], isOtherUp && !other.isSuspect());
            }
            long delay = health[who].nextProbeAfter(DEFAULTS);
            begin(who, end[who] + (long) (delay * (1 - 0.1 * random.nextDouble())));
        }
    }
}
