package io.vipgate.access;

/**
 * How fast a token bucket fills, and how much it holds. A unit is 1/256 of a token.
 *
 * <p>Immutable.
 *
 * @param unitsPerSecond what comes in
 * @param capacity most units that it holds, less than 2^32
 * @param fillMillis after so many milliseconds it is full, however little it had
 */
record TokenRate(long unitsPerSecond, long capacity, long fillMillis) {
    /** One token. */
    static final long TOKEN = 256;
    private static final long MOST_UNITS = 0xffff_ffffL;

    /** Of so many tokens, as far as numbers go. */
    static TokenRate of(long tokensPerSecond, long burst) {
        long units = tokensPerSecond * TOKEN;
        long capacity = Math.min(burst * TOKEN, MOST_UNITS);
        return new TokenRate(units, capacity, capacity * 1000 / Math.max(units, 1) + 1);
    }

    /** What a bucket with so many units has after a time. */
    long refilled(long units, long millis) {
        return millis >= fillMillis ? capacity : Math.min(units + unitsPerSecond * millis / 1000, capacity);
    }
}
