package io.vipgate.config;

/** A text that is not a value of its key. Carries the rule it breaks; the path and the line are the caller's. */
final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private BadValueException(String rule) {
        super(rule, null, false, false);
    }

    /** Rendered as {@code value (expected: rule)}. */
    static BadValueException expected(String rule) {
        return new BadValueException("expected: " + rule);
    }

    /** Rendered as {@code value (reason)}, for mistakes that deserve a sentence of their own. */
    static BadValueException because(String reason) {
        return new BadValueException(reason);
    }

    String rule() {
        return String.valueOf(getMessage());
    }
}
