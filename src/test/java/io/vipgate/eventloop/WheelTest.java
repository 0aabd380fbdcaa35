package io.vipgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WheelTest {
    private static final long TICK = Wheel.TICK_NANOS;
    /** One turn of the wheel and a little more. */
    private static final long TURN = TimeUnit.SECONDS.toNanos(52);

    private final FakeEventLoop loop = new FakeEventLoop(null, -12_345_678_901L);
    private final Wheel wheel = new Wheel(loop);

    /** Fires once its deadline has come, and says when. */
    private static class Alarm extends WheelTimer {
        final List<Long> firedAt = new ArrayList<>();
        long deadline;
        int looks;

        @Override
        protected long onTimer(long now) {
            looks++;
            if (now < deadline) {
                return deadline;
            }
            firedAt.add(now);
            return NEVER;
        }
    }

    private Alarm arm(long delay) {
        Alarm alarm = new Alarm();
        rearm(alarm, delay);
        return alarm;
    }

    private void rearm(Alarm alarm, long delay) {
        alarm.deadline = loop.now() + delay;
        wheel.arm(alarm, alarm.deadline);
    }

    private static void assertOnTime(Alarm alarm, String context) {
        assertThat(alarm.firedAt).as(context).hasSize(1);
        assertThat(alarm.firedAt.getFirst() - alarm.deadline).as(context).isBetween(0L, TICK);
    }

    @ParameterizedTest(name = "{0} ns")
    @ValueSource(longs = {1, 999, 49_999_999, 50_000_000, 50_000_001, 1_234_567_890, 51_150_000_000L, 51_200_000_000L,
        51_200_000_001L, 120_000_000_000L, 3_600_000_000_000L})
    void aTimerFiresAtItsDeadlineAtTheEarliestAndATickLaterAtTheLatest(long delay) {
        // given a wheel that has stood still for a time that is no whole number of ticks
        loop.advance(7 * TICK + 31_415_926);

        // when
        Alarm alarm = arm(delay);
        loop.advance(delay - 1);

        // then
        assertThat(alarm.firedAt).isEmpty();
        loop.advance(TICK + 1);
        assertOnTime(alarm, "delay " + delay);
        if (delay < TURN - 2 * TimeUnit.SECONDS.toNanos(1)) {
            assertThat(alarm.looks).as("looked at once, not early").isEqualTo(1);
        }
        assertThat(wheel.armed()).isZero();
    }

    @ParameterizedTest(name = "{0} ns")
    @ValueSource(longs = {0, -1, -50_000_000, -100_000_000_000L})
    void aDeadlineThatHasPassedFiresWithinATick(long delay) {
        loop.advance(3 * TICK + 7);
        Alarm alarm = arm(delay);

        loop.advance(TICK);

        assertThat(alarm.firedAt).hasSize(1);
    }

    @Test
    void aTimerArmedAgainFiresAtTheNewDeadlineOnly() {
        // given
        Alarm later = arm(2 * TICK);
        Alarm sooner = arm(200 * TICK);

        // when
        loop.advance(TICK);
        rearm(later, 90 * TICK);
        rearm(sooner, 3 * TICK);

        // then
        assertThat(wheel.armed()).isEqualTo(2);
        loop.advance(300 * TICK);
        assertOnTime(later, "later");
        assertOnTime(sooner, "sooner");
    }

    @Test
    void aDisarmedTimerDoesNotFire() {
        // given
        Alarm alarm = arm(3 * TICK);
        loop.advance(TICK);

        // when
        wheel.disarm(alarm);
        wheel.disarm(alarm);

        // then
        assertThat(wheel.armed()).isZero();
        loop.advance(10 * TICK);
        assertThat(alarm.looks).isZero();
    }

    @Test
    void aTimerCanDisarmItsNeighboursWhileItFires() {
        // given five timers that are due in the same tick; whichever fires first disarms the others
        List<Alarm> alarms = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Alarm alarm = new Alarm() {
                @Override
                protected long onTimer(long now) {
                    alarms.forEach(wheel::disarm);
                    return super.onTimer(now);
                }
            };
            alarms.add(alarm);
            rearm(alarm, TICK);
        }

        // when
        loop.advance(10 * TICK);

        // then
        assertThat(alarms.stream().mapToInt(alarm -> alarm.looks).sum()).isEqualTo(1);
        assertThat(wheel.armed()).isZero();
    }

    @Test
    void aTimerCanArmOthersAndItselfWhileItFires() {
        // given
        Alarm other = new Alarm();
        Alarm alarm = new Alarm() {
            @Override
            protected long onTimer(long now) {
                super.onTimer(now);
                if (firedAt.size() == 1) {
                    rearm(other, 5 * TICK);
                    rearm(this, 2 * TICK);
                }
                // The deadline it armed itself with counts.
                return NEVER;
            }
        };
        rearm(alarm, TICK);

        // when
        loop.advance(20 * TICK);

        // then
        assertThat(alarm.firedAt).hasSize(2);
        assertThat(alarm.firedAt.getLast() - alarm.deadline).isBetween(0L, TICK);
        assertOnTime(other, "other");
    }

    @Test
    void aTimerThatAsksForAnEarlierTimeThanNowIsLookedAtOncePerTick() {
        // given
        int[] looks = new int[1];
        WheelTimer impatient = new WheelTimer() {
            @Override
            protected long onTimer(long now) {
                looks[0]++;
                return now - 100 * TICK;
            }
        };
        wheel.arm(impatient, loop.now());

        // when
        loop.advance(10 * TICK);

        // then
        assertThat(looks[0]).isBetween(9, 11);
        wheel.disarm(impatient);
    }

    @Test
    void nothingIsLostInAStallLongerThanATurn() {
        // given
        List<Alarm> alarms = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            alarms.add(arm(i * TICK));
        }
        loop.advance(10 * TICK);

        // when
        long stallEnds = loop.now() + 3 * TURN;
        loop.stall(3 * TURN);

        // then all fire when it is over, each once
        loop.advance(1);
        assertThat(alarms).allSatisfy(alarm -> assertThat(alarm.firedAt).hasSize(1));
        assertThat(alarms.getLast().firedAt).containsExactly(stallEnds);
        assertThat(wheel.armed()).isZero();
        assertThat(loop.scheduled()).isZero();
    }

    @Test
    void timersOfTheFutureStayOnTimeAfterAStall() {
        // given
        Alarm soon = arm(20 * TICK);
        Alarm late = arm(700 * TICK);

        // when
        loop.stall(500 * TICK + 123);

        // then
        assertThat(soon.firedAt).containsExactly(loop.now());
        assertThat(late.firedAt).isEmpty();
        loop.advance(300 * TICK);
        assertOnTime(late, "late");
    }

    @Test
    void theLoopIsWokenOnlyWhileATimerIsArmed() {
        assertThat(loop.scheduled()).isZero();

        Alarm alarm = arm(3 * TICK);
        assertThat(loop.scheduled()).isEqualTo(1);
        loop.advance(10 * TICK);

        assertThat(alarm.firedAt).hasSize(1);
        assertThat(loop.scheduled()).isZero();

        // when it stands still for hours, it starts again at the right time
        loop.advance(TimeUnit.HOURS.toNanos(5) + 17);
        Alarm another = arm(4 * TICK);
        Alarm third = arm(TURN);
        assertThat(loop.scheduled()).isEqualTo(1);
        loop.advance(2 * TURN);
        assertOnTime(another, "another");
        assertOnTime(third, "third");
        assertThat(loop.scheduled()).isZero();
    }

    @Test
    void armingAgainBeforeTheLastTickDoesNotStartASecondSeriesOfTicks() {
        wheel.disarm(arm(TICK));
        wheel.disarm(arm(TICK));
        Alarm alarm = arm(TICK);

        assertThat(loop.scheduled()).isEqualTo(1);
        loop.advance(3 * TICK);
        assertOnTime(alarm, "armed again");
    }

    @Test
    void aTimerThatThrowsTakesNoOtherWithIt() {
        // given
        WheelTimer broken = new WheelTimer() {
            @Override
            protected long onTimer(long now) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        Alarm before = arm(TICK);
        wheel.arm(broken, loop.now() + TICK);
        Alarm after = arm(TICK);
        Alarm later = arm(9 * TICK);

        // when
        loop.advance(20 * TICK);

        // then
        assertOnTime(before, "before");
        assertOnTime(after, "after");
        assertOnTime(later, "later");
        assertThat(wheel.armed()).isZero();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void thousandsOfTimersBehaveAsTheirDeadlinesSay(long seed) {
        // given
        RandomGenerator random = new SplittableRandom(seed);
        List<Alarm> alarms = new ArrayList<>();
        List<Boolean> isArmed = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            alarms.add(new Alarm());
            isArmed.add(false);
        }
        for (int step = 0; step < 2_000; step++) {
            // when some are armed, moved and disarmed
            for (int change = random.nextInt(20); change > 0; change--) {
                int which = random.nextInt(alarms.size());
                Alarm alarm = alarms.get(which);
                alarm.firedAt.clear();
                if (random.nextInt(4) == 0) {
                    wheel.disarm(alarm);
                    isArmed.set(which, false);
                } else {
                    rearm(alarm, random.nextLong(random.nextInt(5) == 0 ? 3 * TURN : 40 * TICK));
                    isArmed.set(which, true);
                }
            }
            loop.advance(random.nextLong(random.nextInt(50) == 0 ? 100 * TICK : 2 * TICK));

            // then
            int waiting = 0;
            for (int i = 0; i < alarms.size(); i++) {
                Alarm alarm = alarms.get(i);
                if (!alarm.firedAt.isEmpty()) {
                    assertThat(isArmed.get(i)).as("seed %d, step %d: timer %d is armed", seed, step, i).isTrue();
                    assertOnTime(alarm, "seed " + seed + ", step " + step + ", timer " + i);
                    alarm.firedAt.clear();
                    isArmed.set(i, false);
                } else if (isArmed.get(i)) {
                    waiting++;
                    if (loop.now() - alarm.deadline >= TICK) {
                        throw new AssertionError("seed " + seed + ", step " + step + ": timer " + i + " is late");
                    }
                }
            }
            assertThat(wheel.armed()).as("seed %d, step %d", seed, step).isEqualTo(waiting);
        }
        loop.advance(4 * TURN);
        assertThat(wheel.armed()).isZero();
        assertThat(loop.scheduled()).isZero();
    }

    @Test
    void theLoopSleepsUntilATickInWhichATimerStands() {
        Alarm alarm = arm(200 * TICK);
        assertThat(loop.untilNextTask()).isBetween(199 * TICK, 201 * TICK);

        loop.advance(150 * TICK);
        Alarm sooner = arm(10 * TICK);
        assertThat(loop.untilNextTask()).isBetween(9 * TICK, 11 * TICK);
        assertThat(loop.scheduled()).as("wake-ups").isEqualTo(1);
        loop.advance(300 * TICK);

        assertOnTime(alarm, "first");
        assertOnTime(sooner, "sooner");
        assertThat(alarm.looks + sooner.looks).isEqualTo(2);
        assertThat(loop.scheduled()).isZero();
    }

    @Test
    void shortTimersThatComeAndGoBesideALongOneWakeNobody() {
        Alarm lasting = arm(1000 * TICK);
        int wakeUps = 0;
        for (int i = 0; i < 200; i++) {
            wheel.disarm(arm(30 * TICK));
            loop.advance(TICK - 1);
            if (loop.untilNextTask() < TICK) {
                wakeUps++;
            }
            loop.advance(1);
        }
        assertThat(wakeUps).as("once for each 30 ticks").isLessThanOrEqualTo(200 / 30 + 1);
        loop.advance(1000 * TICK);
        assertOnTime(lasting, "lasting");
    }

    /** Arms another timer each time that it fires, as a relay does whose connect has taken too long. */
    private Alarm armsAnother(long delay, List<Alarm> others) {
        Alarm alarm = new Alarm() {
            @Override
            protected long onTimer(long now) {
                long next = super.onTimer(now);
                if (next == NEVER) {
                    others.add(arm(10 * TICK));
                }
                return next;
            }
        };
        rearm(alarm, delay);
        return alarm;
    }

    @Test
    void aTimerThatArmsAnotherOnALoopThatIsLateHoldsUpNoOther() {
        List<Alarm> others = new ArrayList<>();
        Alarm first = armsAnother(10 * TICK, others);
        Alarm second = arm(11 * TICK);
        Alarm third = arm(12 * TICK);
        long now = loop.now() + 12 * TICK + TICK / 2;
        loop.stall(12 * TICK + TICK / 2);

        assertThat(List.of(first, second, third)).allSatisfy(each -> assertThat(each.firedAt).containsExactly(now));
        loop.advance(20 * TICK);
        assertThat(others).singleElement().satisfies(each -> assertOnTime(each, "other"));
    }

    @Test
    void aFarTimerInTheSlotOfOneThatArmsAnotherIsLookedAtOnce() {
        Alarm far = new Alarm();
        far.deadline = loop.now() + 10 * TURN;
        // Looked at before its time, in the same slot.
        wheel.arm(far, loop.now() + 10 * TICK);
        armsAnother(10 * TICK, new ArrayList<>());

        loop.stall(11 * TICK + TICK / 2);

        assertThat(far.looks).isEqualTo(1);
        wheel.disarm(far);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyTimersOnALoopThatIsLateNowAndThenFireWithinATickOfTheirTimeOrOfItsReturn(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        List<Alarm> alarms = new ArrayList<>();
        List<long[]> stalls = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            for (int i = random.nextInt(3); i > 0; i--) {
                long delay = random.nextLong(random.nextBoolean() ? 40 * TICK : 2 * TURN);
                alarms.add(random.nextBoolean() ? arm(delay) : armsAnother(delay, alarms));
            }
            if (random.nextInt(4) == 0 && !alarms.isEmpty()) {
                Alarm gone = alarms.get(random.nextInt(alarms.size()));
                if (gone.firedAt.isEmpty()) {
                    wheel.disarm(gone);
                    alarms.remove(gone);
                }
            }
            long time = random.nextLong(random.nextInt(10) == 0 ? 3 * TURN : 8 * TICK);
            if (random.nextInt(3) == 0) {
                stalls.add(new long[]{loop.now(), loop.now() + time});
                loop.stall(time);
            } else {
                loop.advance(time);
            }
        }
        loop.advance(4 * TURN);
        for (Alarm alarm : List.copyOf(alarms)) {
            long latest = alarm.deadline + TICK;
            for (long[] stall : stalls) {
                latest = Math.max(latest,
                        alarm.deadline + TICK >= stall[0] && alarm.deadline < stall[1] ? stall[1] + TICK : 0);
            }
            assertThat(alarm.firedAt).hasSize(1);
            assertThat(alarm.firedAt.getFirst()).isBetween(alarm.deadline, latest);
        }
        assertThat(wheel.armed()).isZero();
    }
}
