package io.vipgate.importer.common;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions from a file that may be hostile: one that takes too many steps is given up.
 *
 * <p>Confined to one import.
 */
public final class BoundedRegex {
    private static final int MAX_LENGTH = 500;
    private static final int MAX_STEPS = 20_000;
    /** Of all in one import. */
    private static final long MAX_STEPS_OF_ALL = 50_000_000;

    private final Map<String, Optional<Pattern>> compiled = new HashMap<>();
    private long steps;

    /** Whether it is found somewhere in a text; empty where that can't be told. */
    public Optional<Boolean> find(String regex, boolean ignoresCase, String text) {
        Optional<Pattern> pattern = compiled.computeIfAbsent((ignoresCase ? "i" : "c") + regex,
                _ -> compile(regex, ignoresCase));
        if (pattern.isEmpty() || steps > MAX_STEPS_OF_ALL) {
            return Optional.empty();
        }
        Counted counted = new Counted(text);
        try {
            return Optional.of(pattern.get().matcher(counted).find());
        } catch (TooManyStepsException | StackOverflowError e) {
            return Optional.empty();
        } finally {
            steps += counted.steps;
        }
    }

    private static Optional<Pattern> compile(String regex, boolean ignoresCase) {
        if (regex.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional
                    .of(Pattern.compile(regex.replace("(?P<", "(?<"), ignoresCase ? Pattern.CASE_INSENSITIVE : 0));
        } catch (PatternSyntaxException | StackOverflowError e) {
            return Optional.empty();
        }
    }

    /** There is no end to it soon. */
    private static final class TooManyStepsException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyStepsException() {
            super("too many steps", null, false, false);
        }
    }

    /** A text that counts how often it is looked at. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int steps;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps > MAX_STEPS) {
                throw new TooManyStepsException();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
