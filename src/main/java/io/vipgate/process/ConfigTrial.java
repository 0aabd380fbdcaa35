package io.vipgate.process;

import io.vipgate.gateway.ReloadRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A configuration on trial: it goes back to the one before when it is not confirmed in time, or when a pool has lost its last
 * endpoint for some time. Has a thread while it lasts.
 *
 * <p>Thread-safe.
 */
final class ConfigTrial {
    private static final long LOOK_MILLIS = 200;
    /** One that need not be confirmed is on trial for so long. */
    private static final Duration UNCONFIRMED = Duration.ofMinutes(1);

    private final String text;
    private final boolean mustBeConfirmed;
    private final Duration length;
    private final Instant end;
    private final long endNanos;
    private final CountDownLatch over = new CountDownLatch(1);

    /** Told how a trial ended that nobody has ended. */
    interface Judge {
        /**
         * The time is over, or the configuration has failed.
         *
         * @param why empty when it stays
         */
        void onEnd(ConfigTrial trial, String why);
    }

    /** The trial of a configuration with this text. */
    ConfigTrial(ReloadRequest request, String text) {
        this.text = text;
        mustBeConfirmed = request.confirmWithin().isPositive();
        length = mustBeConfirmed ? request.confirmWithin() : UNCONFIRMED.plus(request.noneUpFor());
        end = Instant.now().plus(length);
        endNanos = System.nanoTime() + length.toNanos();
    }

    /**
     * Begins.
     *
     * @param fault why the configuration has failed; empty while it has not
     */
    void start(Supplier<String> fault, Judge judge) {
        Thread _ = Thread.ofPlatform().name("vipgate-trial").daemon().start(() -> watch(fault, judge));
    }

    private void watch(Supplier<String> fault, Judge judge) {
        try {
            while (true) {
                String why = fault.get();
                long left = endNanos - System.nanoTime();
                if (!why.isEmpty() || left <= 0) {
                    judge.onEnd(this, why.isEmpty() && mustBeConfirmed
                            ? "it was not confirmed within " + length.toSeconds() + " s"
                            : why);
                    return;
                }
                if (over.await(Math.min(left, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The text of the configuration. */
    String text() {
        return text;
    }

    /** It has been confirmed. */
    void end() {
        over.countDown();
    }

    /** Whether it goes back unless it is confirmed. */
    boolean mustBeConfirmed() {
        return mustBeConfirmed;
    }

    /** When it is over. */
    Instant endsAt() {
        return end;
    }
}
