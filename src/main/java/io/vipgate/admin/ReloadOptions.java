package io.vipgate.admin;

import java.util.Optional;

/**
 * How the configuration is to be read again, as it was written.
 *
 * <p>Immutable.
 *
 * @param confirm within which time it must be confirmed, {@code 2m} for example
 * @param unless when it goes back by itself: {@code no endpoint up for 10s}
 */
public record ReloadOptions(boolean isDryRun, Optional<String> confirm, Optional<String> unless) {
    /** Read it, and let it stay. */
    public static final ReloadOptions PLAIN = new ReloadOptions(false, Optional.empty(), Optional.empty());
}
