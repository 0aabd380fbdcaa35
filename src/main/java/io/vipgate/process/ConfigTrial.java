package io.vipgate.process;

import io.vipgate.config.GatewayConfig;
import io.vipgate.config.Loaded;
import io.vipgate.gateway.ReloadRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configuration on trial: it goes back to the one before when it is not confirmed in time, or when it is found to be at fault.
 * Has a thread while it lasts. Its time is that of the monotonic clock.
 *
 * <p>Thread-safe.
 */
final class ConfigTrial {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigTrial.class);
    private static final long LOOK_MILLIS = 200;
    /** One that need not be confirmed is on trial for so long. */
    private static final Duration UNCONFIRMED = Duration.ofMinutes(1);
    /** When the one before does not apply: a port may be free again soon. */
    private static final long FIRST_RETRY_MILLIS = 5_000;
    private static final long LAST_RETRY_MILLIS = 60_000;

    private final Loaded loaded;
    private final GatewayConfig before;
    private final boolean mustBeConfirmed;
    private final Duration length;
    private final long end;
    private final CountDownLatch over = new CountDownLatch(1);

    /** Told that nobody has ended a trial, and its time is over, or the configuration at fault. */
    interface Judge {
        /**
         * Ends it.
         *
         * @param why what speaks against the configuration; empty when it stays
         * @return false when that is not possible now: it is tried again
         */
        boolean end(ConfigTrial trial, String why);
    }

    /**
     * The trial of a configuration that holds now.
     *
     * @param before where it goes back to
     */
    ConfigTrial(ReloadRequest request, Loaded loaded, GatewayConfig before) {
        this.loaded = loaded;
        this.before = before;
        mustBeConfirmed = request.confirmWithin().isPositive();
        length = mustBeConfirmed ? request.confirmWithin() : UNCONFIRMED.plus(request.noneUpFor());
        end = System.nanoTime() + length.toNanos();
    }

    /**
     * Begins.
     *
     * @param fault what speaks against the configuration; empty while nothing does
     */
    void start(Supplier<String> fault, Judge judge) {
        Thread _ = Thread.ofPlatform().name("vipgate-trial").daemon().start(() -> watch(fault, judge));
    }

    private void watch(Supplier<String> fault, Judge judge) {
        long retry = FIRST_RETRY_MILLIS;
        boolean isOver = false;
        try {
            while (!isOver) {
                boolean isLate = end - System.nanoTime() <= 0;
                String fails = look(fault);
                String why = isLate && fails.isEmpty() ? late() : fails;
                long wait = Math.min(Math.max(1, leftMillis()), LOOK_MILLIS);
                if (isLate || !why.isEmpty()) {
                    if (end(judge, why)) {
                        return;
                    }
                    wait = retry;
                    retry = Math.min(2 * retry, LAST_RETRY_MILLIS);
                }
                isOver = over.await(wait, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String late() {
        return mustBeConfirmed ? "it was not confirmed within " + length.toSeconds() + " s" : "";
    }

    /** A fault in looking must not keep the configuration. */
    private static String look(Supplier<String> fault) {
        try {
            return fault.get();
        } catch (RuntimeException | Error e) {
            LOG.error("the configuration on trial can't be watched", e);
            return "";
        }
    }

    private boolean end(Judge judge, String why) {
        try {
            return judge.end(this, why);
        } catch (RuntimeException | Error e) {
            LOG.error("the trial of a configuration can't be ended; that is tried again", e);
            return false;
        }
    }

    private long leftMillis() {
        return TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }

    /** What is on trial. */
    Loaded loaded() {
        return loaded;
    }

    /** What comes back unless it stays. */
    GatewayConfig before() {
        return before;
    }

    /** It is decided. */
    void end() {
        over.countDown();
    }

    /** Whether it goes back unless it is confirmed. */
    boolean mustBeConfirmed() {
        return mustBeConfirmed;
    }

    /** When it is over, by the clock as it is set now. */
    Instant endsAt() {
        return Instant.now().plusMillis(leftMillis()).truncatedTo(ChronoUnit.MILLIS);
    }
}
