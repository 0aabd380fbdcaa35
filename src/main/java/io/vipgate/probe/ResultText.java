package io.vipgate.probe;

import io.vipgate.text.Sanitizer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How results put things into words. Immutable. */
final class ResultText {
    private static final int MAX_LENGTH = 200;
    private static final long MILLIS_PER_SECOND = 1000;

    private ResultText() {}

    /**
     * A text from outside, fit for one line of a log: bounded, without control characters, which could forge lines or
     * command a terminal.
     */
    static String printable(@Nullable String text) {
        if (text == null) {
            return "no reason given";
        }
        return Sanitizer.mask(text, MAX_LENGTH);
    }

    /** Whole seconds as {@code 2 s}, the rest as {@code 400 ms}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis >= MILLIS_PER_SECOND && millis % MILLIS_PER_SECOND == 0
                ? millis / MILLIS_PER_SECOND + " s"
                : millis + " ms";
    }
}
