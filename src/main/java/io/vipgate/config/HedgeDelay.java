package io.vipgate.config;

import java.time.Duration;

/**
 * When a second endpoint is tried beside one that is slow to connect: {@code pools.P.connect.hedge}. <b>Immutable.</b>
 *
 * @param isAuto whether it follows from how long the pool's connects take
 * @param fixed how long is waited; zero for never, and when it is not fixed
 */
public record HedgeDelay(boolean isAuto, Duration fixed) {
    /** Derived from connect times. */
    public static final HedgeDelay AUTO = new HedgeDelay(true, Duration.ZERO);
    /** Never. */
    public static final HedgeDelay OFF = new HedgeDelay(false, Duration.ZERO);

    private static final String AUTO_TEXT = "auto";

    static HedgeDelay parse(String text) throws BadValueException {
        if (text.equals(AUTO_TEXT)) {
            return AUTO;
        }
        if (!text.isEmpty() && Character.isLetter(text.charAt(0))) {
            throw BadValueException.expected("auto, or a duration, for example 100ms; 0s is never");
        }
        return new HedgeDelay(false, ScalarTypes.DURATIONS.read(text));
    }

    /** Whether there are hedges at all. */
    public boolean isOn() {
        return isAuto || !fixed.isZero();
    }

    @Override
    public String toString() {
        return isAuto ? AUTO_TEXT : ScalarTypes.printDuration(fixed);
    }
}
