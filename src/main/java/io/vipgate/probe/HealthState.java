package io.vipgate.probe;

import io.vipgate.pool.Health;

/**
 * What is known of an endpoint's health, as a value: each result of a probe and each failure of live traffic gives the
 * next one.
 *
 * <pre>
 *             pass                 failure: suspect; {@code fall} in a row
 *  UNKNOWN ───────────► UP ───────────────────────────────────────────────► DOWN
 *     │                 ▲ │ pass: no longer suspect                          │ ▲
 *     │ failure         │ └─┘                                                │ │
 *     └──────────────── │ ───────────────────────────────────────────────────│─┘
 *                       └──{@code rise} passes in a row, and good for long enough──┘
 * </pre>
 *
 * <p>Results count in a row: one pass forgives all failures before it. When no other endpoint of the pool is up, one pass
 * is enough to come back. Failures that come while every endpoint of the pool fails more likely tell of the gateway's own
 * link: then one more is needed, and those that came are taken back as soon as another endpoint answers again.
 *
 * <p>Damping: two recoveries are free. Each further one needs the endpoint to have been good for 2 s, then 4 s, up to
 * 60 s, until it has been up for 5 minutes. Damping never keeps away the only endpoint.
 *
 * <p>Immutable. Times are nanoseconds on one monotonic clock.
 *
 * @param health up, down or not known yet
 * @param isSuspect true from a failure until a probe that began after it has passed
 * @param suspectSince when the last failure was seen
 * @param passes passes in a row
 * @param failures failures in a row
 * @param failuresDuringOutage those of them that came while no other endpoint was good
 * @param passingSince when the first of the passes in a row came
 * @param recoveries recoveries that are not forgiven yet
 * @param changedAt when health last changed
 */
public record HealthState(Health health, boolean isSuspect, long suspectSince, int passes, int failures,
        int failuresDuringOutage,
        long passingSince, int recoveries, long changedAt) {
    private static final int FREE_RECOVERIES = 2;
    private static final long FIRST_DAMPING_NANOS = 2_000_000_000L;
    private static final long MAX_DAMPING_NANOS = 60_000_000_000L;
    private static final int MAX_DOUBLINGS = 5;
    private static final long FORGIVEN_NANOS = 300_000_000_000L;

    /** Nothing is known. */
    public static HealthState unknown(long now) {
        return new HealthState(Health.UNKNOWN, false, now, 0, 0, 0, now, 0, now);
    }

    /** Nobody will ask: it counts as UP. */
    public static HealthState unprobed(long now) {
        return new HealthState(Health.UP, false, now, 0, 0, 0, now, 0, now);
    }

    /**
     * A probe has passed.
     *
     * @param begun when it began
     * @param now when it ended
     * @param isOtherUp whether another endpoint of the pool can take connections
     */
    public HealthState toPassed(HealthRules rules, long begun, long now, boolean isOtherUp) {
        int row = passes + 1;
        long good = passes == 0 ? begun : passingSince;
        // A failure of live traffic during the probe is newer than what the probe saw.
        boolean staysSuspect = isSuspect && begun < suspectSince;
        return switch (health) {
            case UP -> new HealthState(health, staysSuspect, suspectSince, row, 0, 0, good, recoveries, changedAt);
            case UNKNOWN -> new HealthState(Health.UP, staysSuspect, suspectSince, row, 0, 0, good, recoveries, now);
            case DOWN -> {
                boolean isBack = !isOtherUp || (row >= rules.rise() && now - good >= damping());
                yield isBack
                        ? new HealthState(Health.UP, false, suspectSince, row, 0, 0, good, recoveries + 1, now)
                        : new HealthState(health, false, suspectSince, row, 0, 0, good, recoveries, changedAt);
            }
        };
    }

    /**
     * A probe has failed, or nobody answered it.
     *
     * @param isOtherGood whether another endpoint of the pool is up and not suspect
     */
    public HealthState toFailed(HealthRules rules, long now, boolean isOtherGood) {
        int row = failures + 1;
        int duringOutage = isOtherGood ? failuresDuringOutage : failuresDuringOutage + 1;
        return switch (health) {
            case UP -> row >= (isOtherGood ? rules.fall() : rules.fall() + 1)
                    ? new HealthState(Health.DOWN, false, now, 0, row, duringOutage, now, forgiven(now), now)
                    : new HealthState(health, true, now, 0, row, duringOutage, now, recoveries, changedAt);
            case UNKNOWN -> new HealthState(Health.DOWN, false, now, 0, row, duringOutage, now, recoveries, now);
            case DOWN -> new HealthState(health, false, now, 0, row, duringOutage, now, recoveries, changedAt);
        };
    }

    /** Another endpoint answers again: what failed while none did said nothing about this one. */
    public HealthState withoutOutageFailures() {
        return hasOutageFailures()
                ? new HealthState(health, isSuspect, suspectSince, passes, failures - failuresDuringOutage, 0,
                        passingSince, recoveries,
                        changedAt)
                : this;
    }

    /** A connect of live traffic has failed: suspect until a probe that begins from now on passes. */
    public HealthState toSuspect(long now) {
        return health == Health.DOWN
                ? this
                : new HealthState(health, true, now, passes, failures, failuresDuringOutage, passingSince, recoveries,
                        changedAt);
    }

    /** Nobody probes this endpoint, and time has passed: suspicion is over. */
    public HealthState toUnsuspected() {
        return new HealthState(health, false, suspectSince, passes, failures, failuresDuringOutage, passingSince,
                recoveries,
                changedAt);
    }

    /** Whether one more pass changes nothing but how many there were. */
    boolean isSteady() {
        return health == Health.UP && !isSuspect && passes > 0 && failures == 0;
    }

    /** Whether another endpoint that answers takes failures back. */
    boolean hasOutageFailures() {
        return health != Health.DOWN && failuresDuringOutage > 0;
    }

    /** From now until the next probe. */
    public long nextProbeAfter(HealthRules rules) {
        boolean isComingBack = health == Health.DOWN && passes > 0;
        return isSuspect || isComingBack
                ? Math.min(rules.fastIntervalNanos(), rules.intervalNanos())
                : rules.intervalNanos();
    }

    /** How long the endpoint must have been good to come back. */
    long damping() {
        if (recoveries < FREE_RECOVERIES) {
            return 0;
        }
        int doublings = Math.min(MAX_DOUBLINGS, recoveries - FREE_RECOVERIES);
        return Math.min(MAX_DAMPING_NANOS, FIRST_DAMPING_NANOS << doublings);
    }

    private int forgiven(long now) {
        return now - changedAt >= FORGIVEN_NANOS ? 0 : recoveries;
    }
}
