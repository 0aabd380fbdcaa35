package io.vipgate.importer.netfilter;

/**
 * How much work the rules of one file may be: few lines can jump through one another very often.
 *
 * <p>Confined to one thread.
 */
final class Budget {
    private final long limit;
    private long used;

    Budget(long limit) {
        this.limit = limit;
    }

    /** Uses up some for a rule; throws when there is none left. */
    void use(Rule rule, long steps) throws ExhaustedException {
        used += steps;
        if (used > limit) {
            throw new ExhaustedException(rule,
                    "packets come to this rule and those around it in too many ways to follow them all");
        }
    }

    /** Uses up some for many rules; throws when there is none left. */
    void use(long steps) throws ExhaustedException {
        used += steps;
        if (used > limit) {
            throw new ExhaustedException("the rules tell too many addresses and ports apart to follow them all");
        }
    }

    /** It was more work than allowed. */
    static final class ExhaustedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;

        ExhaustedException(String reason) {
            super(reason, null, false, false);
            this.line = 1;
        }

        ExhaustedException(Rule rule, String reason) {
            super(rule.text() + ": " + reason, null, false, false);
            this.line = rule.line();
        }

        /** Of the rule at which it came to an end, from 1. */
        int line() {
            return line;
        }
    }
}
