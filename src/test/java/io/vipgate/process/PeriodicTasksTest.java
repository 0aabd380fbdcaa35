package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PeriodicTasksTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final long BOUND_SECONDS = 30;

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void everyTaskIsDoneAgainAndAgainOnOneThread() throws Exception {
        CountDownLatch first = new CountDownLatch(3);
        CountDownLatch second = new CountDownLatch(3);
        AtomicReference<Thread> one = new AtomicReference<>();
        AtomicReference<Thread> other = new AtomicReference<>();
        try (PeriodicTasks tasks = new PeriodicTasks()) {
            tasks.every(SHORT, () -> {
                one.set(Thread.currentThread());
                first.countDown();
            });
            tasks.start();
            // Added while the thread waits.
            tasks.every(SHORT, () -> {
                other.set(Thread.currentThread());
                second.countDown();
            });

            await(first);
            await(second);

            assertThat(one.get()).isSameAs(other.get());
        }
        assertThat(one.get().isAlive()).isFalse();
    }

    @Test
    void oneThatThrowsIsTriedAgainAndHoldsUpNobody() throws Exception {
        CountDownLatch failures = new CountDownLatch(3);
        CountDownLatch others = new CountDownLatch(3);
        try (PeriodicTasks tasks = new PeriodicTasks()) {
            tasks.every(SHORT, () -> {
                failures.countDown();
                throw new StackOverflowError("injected");
            });
            tasks.every(SHORT, others::countDown);
            tasks.start();

            await(failures);
            await(others);
        }
    }

    @Test
    void aTaskIsNotDoneBeforeItsDelayIsOver() throws Exception {
        long begin = System.nanoTime();
        AtomicReference<Long> done = new AtomicReference<>();
        CountDownLatch latch = new CountDownLatch(1);
        try (PeriodicTasks tasks = new PeriodicTasks()) {
            tasks.every(Duration.ofMillis(50), Duration.ofHours(1), () -> {
                done.set(System.nanoTime());
                latch.countDown();
            });
            tasks.start();
            await(latch);
        }
        assertThat(done.get() - begin).isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void whatWasMissedIsNotMadeUpFor() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch late = new CountDownLatch(1);
        CountDownLatch again = new CountDownLatch(2);
        long[] begun = new long[1];
        try (PeriodicTasks tasks = new PeriodicTasks()) {
            begun[0] = System.nanoTime();
            tasks.every(Duration.ofMillis(20), () -> {
                if (runs.incrementAndGet() == 1) {
                    sleep(200);
                    late.countDown();
                } else {
                    again.countDown();
                }
            });
            tasks.start();
            await(late);
            await(again);
        }
        // One that made up for the ten it missed had run at once, over and over.
        assertThat(runs.get())
                .isLessThanOrEqualTo(3 + (int) ((System.nanoTime() - begun[0] - 200_000_000) / 20_000_000));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aTaskThatWaitsIsInterruptedAtTheEnd() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        try (PeriodicTasks tasks = new PeriodicTasks()) {
            tasks.every(SHORT, () -> {
                thread.set(Thread.currentThread());
                begun.countDown();
                sleep(TimeUnit.SECONDS.toMillis(BOUND_SECONDS));
            });
            tasks.start();
            await(begun);
        }
        thread.get().join(TimeUnit.SECONDS.toMillis(BOUND_SECONDS));
        assertThat(thread.get().isAlive()).isFalse();
    }
}
