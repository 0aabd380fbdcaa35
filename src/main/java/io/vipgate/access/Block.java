package io.vipgate.access;

/**
 * A network whose clients are turned away for a time.
 *
 * <p>Immutable.
 *
 * @param network who is turned away
 * @param sinceMillis since when it is turned away, in milliseconds of Unix time
 * @param untilMillis when it ends, in milliseconds of Unix time; {@link #UNTIL_LIFTED} when nothing but an operator ends it
 * @param why the reason that was given, one line for people; may be empty
 */
public record Block(Prefix network, long sinceMillis, long untilMillis, String why) {
    /** Has no end of its own. */
    public static final long UNTIL_LIFTED = Long.MAX_VALUE;

    /** Whether it ends by itself. */
    public boolean expires() {
        return untilMillis != UNTIL_LIFTED;
    }
}
