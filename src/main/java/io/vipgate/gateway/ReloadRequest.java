package io.vipgate.gateway;

import java.time.Duration;

/**
 * How the configuration is to be read again.
 *
 * <p>Immutable.
 *
 * @param isDryRun whether it is only said what would change
 * @param confirmWithin the configuration goes back to the one before unless it is confirmed within this time; zero: it stays
 * @param noneUpFor it goes back too when a pool that had an endpoint up has none for so long; zero: it does not
 */
public record ReloadRequest(boolean isDryRun, Duration confirmWithin, Duration noneUpFor) {
    /** Read it, and let it stay. */
    public static final ReloadRequest PLAIN = new ReloadRequest(false, Duration.ZERO, Duration.ZERO);

    /** Whether the configuration may go back to the one before. */
    public boolean isOnTrial() {
        return !isDryRun && (confirmWithin.isPositive() || noneUpFor.isPositive());
    }
}
