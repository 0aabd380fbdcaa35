package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.eventloop.FakeEventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class StallDetectorTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final ProbeResult REFUSED = ProbeResult.fail("connection refused");
    private static final ProbeResult SPOILED = ProbeResult.inconclusive("gateway stalled: connection refused");

    private final FakeEventLoop loop = new FakeEventLoop(null, -MILLI);
    private final StallDetector stalls = StallDetector.on(loop, loop::now);

    @Test
    void itTicksOnlyWhileACheckIsUnderWay() {
        assertThat(loop.scheduled()).isZero();
        StallDetector.Watch first = stalls.watch();
        StallDetector.Watch second = stalls.watch();
        loop.advance(400 * MILLI);
        assertThat(loop.scheduled()).isOne();
        first.close();
        first.close();
        assertThat(loop.scheduled()).isOne();
        second.close();
        assertThat(loop.scheduled()).isZero();
    }

    @Test
    void timeWithoutAnyCheckIsNoStall() {
        stalls.watch().close();
        loop.stall(10_000 * MILLI);
        try (StallDetector.Watch watch = stalls.watch()) {
            assertThat(watch.judge(REFUSED)).isEqualTo(REFUSED);
        }
    }

    @Test
    void aCheckThatTakesItsTimeIsNoStall() {
        try (StallDetector.Watch watch = stalls.watch()) {
            loop.advance(5_000 * MILLI);
            assertThat(watch.judge(REFUSED)).isEqualTo(REFUSED);
        }
    }

    @Test
    void aStallDuringTheCheckSpoilsItsFailureWhetherSeenBeforeTheNextTickOrAfterIt() {
        StallDetector.Watch early = stalls.watch();
        StallDetector.Watch late = stalls.watch();
        loop.executeAfterNextBatch(() -> assertThat(early.judge(REFUSED)).isEqualTo(SPOILED));
        loop.stall(160 * MILLI);
        loop.runBatch();
        loop.advance(1_000 * MILLI);
        assertThat(late.judge(REFUSED)).as("it is remembered").isEqualTo(SPOILED);
        assertThat(late.judge(ProbeResult.timeout("no answer")))
                .isEqualTo(ProbeResult.inconclusive("gateway stalled: no answer"));
        assertThat(late.judge(ProbeResult.pass("connected"))).isEqualTo(ProbeResult.pass("connected"));
        assertThat(stalls.watch().judge(REFUSED)).as("one that begins now").isEqualTo(REFUSED);
    }

    @Test
    void aShortDelayIsNoStall() {
        try (StallDetector.Watch watch = stalls.watch()) {
            loop.stall(140 * MILLI);
            assertThat(watch.judge(REFUSED)).isEqualTo(REFUSED);
        }
    }

    @Test
    void onVirtualThreadsItRestsToo() {
        StallDetector onThreads = StallDetector.onVirtualThreads(System::nanoTime);
        assertThat(onThreads.isTicking()).isFalse();
        try (StallDetector.Watch watch = onThreads.watch()) {
            assertThat(onThreads.isTicking()).isTrue();
            LockSupport.parkNanos(120 * MILLI);
            assertThat(onThreads.isTicking()).isTrue();
            assertThat(watch.judge(ProbeResult.pass("fine"))).isEqualTo(ProbeResult.pass("fine"));
        }
        assertThat(onThreads.isTicking()).isFalse();
    }
}
