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

    /** Uses up some; throws when there is none left. */
    void use(long steps) throws ExhaustedException {
        used += steps;
        if (used > limit) {
            throw new ExhaustedException();
        }
    }

    /** It was more work than allowed. */
    static final class ExhaustedException extends Exception {
        private static final long serialVersionUID = 1L;

        ExhaustedException() {
            super("more work than allowed", null, false, false);
        }
    }
}
