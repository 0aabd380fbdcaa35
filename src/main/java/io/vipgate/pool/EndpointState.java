package io.vipgate.pool;

/**
 * All that can change about an endpoint, in one value; a change is a new value.
 *
 * <p>Immutable.
 *
 * @param admin what the operator wants
 * @param health what probes and connects have seen
 * @param isSuspect true from a failure until probes have judged it
 * @param weight share of new connections relative to the others, 0 to 256; 0 takes nothing new
 * @param isBackup true when it serves only while no other can
 */
public record EndpointState(AdminState admin, Health health, boolean isSuspect, int weight, boolean isBackup) {
    /** Largest weight. */
    public static final int MAX_WEIGHT = 256;

    /**
     * Checks the weight.
     *
     * @throws IllegalArgumentException if the weight is outside 0 to 256
     */
    public EndpointState {
        if (weight < 0 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 0 to 256)");
        }
    }

    /** The state of an endpoint that nothing is known of. */
    public static EndpointState initial(int weight, boolean isBackup) {
        return new EndpointState(AdminState.READY, Health.UNKNOWN, false, weight, isBackup);
    }

    /** The same with another wish of the operator. */
    public EndpointState toAdmin(AdminState newAdmin) {
        return new EndpointState(newAdmin, health, isSuspect, weight, isBackup);
    }

    /** The same with another health, and no longer suspect. */
    public EndpointState toHealth(Health newHealth) {
        return new EndpointState(admin, newHealth, false, weight, isBackup);
    }

    /** The same, suspect or not. */
    public EndpointState toSuspect(boolean suspect) {
        return new EndpointState(admin, health, suspect, weight, isBackup);
    }

    /** The same with another weight. */
    public EndpointState toWeight(int newWeight) {
        return new EndpointState(admin, health, isSuspect, newWeight, isBackup);
    }

    /** True when new connections may go to it at all. */
    public boolean isEligible() {
        return admin == AdminState.READY && weight > 0;
    }
}
