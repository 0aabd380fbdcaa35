package io.vipgate.pool;

/**
 * All that can change about an endpoint, in one value; a change is a new value.
 *
 * <p>Immutable.
 *
 * @param admin what the operator wants
 * @param health what probes and connects have seen
 * @param isSuspect true from a failure until probes have judged it
 * @param weight share of new connections relative to the others, 0 to 256; 0 takes nothing new, as DRAIN
 * @param isBackup true when it serves only while no other can
 * @param ramp how much of its share it gets while it starts slowly, 1 to {@link #FULL_RAMP}
 * @param drainSince when it last began to take nothing new, in nanoseconds of the monotonic clock; 0 if it never did
 */
public record EndpointState(AdminState admin, Health health, boolean isSuspect, int weight, boolean isBackup, int ramp,
        long drainSince) {
    /** Largest weight. */
    public static final int MAX_WEIGHT = 256;
    /** Ramp of an endpoint that gets its whole share. */
    public static final int FULL_RAMP = 20;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the weight or the ramp is out of range
     */
    public EndpointState {
        if (weight < 0 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 0 to 256)");
        }
        if (ramp < 1 || ramp > FULL_RAMP) {
            throw new IllegalArgumentException("ramp: " + ramp + " (expected: 1 to " + FULL_RAMP + ")");
        }
    }

    /** The state of an endpoint that nothing is known of. */
    public static EndpointState initial(int weight, boolean isBackup) {
        return new EndpointState(AdminState.READY, Health.UNKNOWN, false, weight, isBackup, FULL_RAMP, 0);
    }

    /**
     * The same with another state set by the operator.
     *
     * @param now monotonic time in nanoseconds
     */
    public EndpointState toAdmin(AdminState newAdmin, long now) {
        return new EndpointState(newAdmin, health, isSuspect, weight, isBackup, ramp, drainSince)
                .drainingAfter(this, now);
    }

    /**
     * The same with another weight.
     *
     * @param now monotonic time in nanoseconds
     */
    public EndpointState toWeight(int newWeight, long now) {
        return new EndpointState(admin, health, isSuspect, newWeight, isBackup, ramp, drainSince)
                .drainingAfter(this, now);
    }

    private EndpointState drainingAfter(EndpointState before, long now) {
        return isEligible() || !before.isEligible()
                ? this
                : new EndpointState(admin, health, isSuspect, weight, isBackup, ramp, now);
    }

    /** The same with another health, and no longer suspect. */
    public EndpointState toHealth(Health newHealth) {
        return new EndpointState(admin, newHealth, false, weight, isBackup, ramp, drainSince);
    }

    /** The same, suspect or not. */
    public EndpointState toSuspect(boolean suspect) {
        return new EndpointState(admin, health, suspect, weight, isBackup, ramp, drainSince);
    }

    /** The same as a backup or as a primary. */
    public EndpointState toBackup(boolean backup) {
        return new EndpointState(admin, health, isSuspect, weight, backup, ramp, drainSince);
    }

    /** The same with another part of its share. */
    public EndpointState toRamp(int newRamp) {
        return new EndpointState(admin, health, isSuspect, weight, isBackup, newRamp, drainSince);
    }

    /** True when new connections may go to it at all. */
    public boolean isEligible() {
        return admin == AdminState.READY && weight > 0;
    }

    /** True while it starts slowly. */
    public boolean isRamping() {
        return ramp < FULL_RAMP;
    }

    /** True when nothing speaks against it: it is no backup, not DOWN, and not suspect. */
    public boolean isPrime() {
        return !isBackup && isPrimeOrBackup();
    }

    /** True when nothing speaks against it but that it may be a backup. */
    public boolean isPrimeOrBackup() {
        return health != Health.DOWN && !isSuspect;
    }

    /**
     * True when clients that are pinned to it still go to it. One that takes nothing new keeps them for as long as a pin
     * could have lived when that began, so that it runs empty.
     *
     * @param now monotonic time in nanoseconds
     * @param ttlNanos how long a pin lives
     */
    public boolean keepsPins(long now, long ttlNanos) {
        return health != Health.DOWN && admin != AdminState.MAINT && (isEligible() || now - drainSince < ttlNanos);
    }
}
