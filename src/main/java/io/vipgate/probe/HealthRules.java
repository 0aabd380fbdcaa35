package io.vipgate.probe;

/**
 * How results become health.
 *
 * <p>Immutable. Times are nanoseconds.
 *
 * @param intervalNanos from the end of one probe to the next
 * @param fastIntervalNanos the same while an endpoint is suspect or coming back
 * @param rise passes in a row to go up, at least 1
 * @param fall failures in a row to go down, at least 1
 */
public record HealthRules(long intervalNanos, long fastIntervalNanos, int rise, int fall) {}
