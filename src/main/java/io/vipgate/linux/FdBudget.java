package io.vipgate.linux;

/**
 * How the process's file descriptors are shared out, so that admin, probes and logs never meet EMFILE because of clients.
 *
 * <p>Immutable.
 *
 * @param limit RLIMIT_NOFILE, soft
 * @param reserved for everything but relays and their pipes
 * @param pipes how many pipes all loops together may hold, two descriptors each
 * @param relays how many relays there is room for, two descriptors each
 */
public record FdBudget(long limit, int reserved, int pipes, int relays) {
    /** Fewer relays than this are no gateway. */
    public static final int MIN_RELAYS = 16;

    private static final int RLIMIT_NOFILE = 7;
    private static final int MAX_PIPES = 256;
    private static final int MAX_RELAYS = 1 << 20;

    /** The limit of this process. The JVM has raised the soft limit to the hard one at its start. */
    public static long limitOfThisProcess() {
        return new LinuxSystemCalls().resourceLimit(RLIMIT_NOFILE);
    }

    /**
     * Shares out a limit. A small one leaves fewer pipes.
     *
     * @param reserved what everything but relays and their pipes needs
     */
    public static FdBudget of(long limit, int reserved) {
        int pipes = (int) Math.min(MAX_PIPES, Math.max(0, limit - reserved) / 32);
        return new FdBudget(limit, 0, pipes, 0).withReserved(reserved);
    }

    /** The same limit and pipes where everything else needs more, or less. */
    public FdBudget withReserved(int descriptors) {
        long rest = Math.max(0, limit - descriptors - 2L * pipes);
        return new FdBudget(limit, descriptors, pipes, (int) Math.min(MAX_RELAYS, rest / 2));
    }

    /** Whether so few relays are left that it is no gateway. */
    public boolean isTooSmall() {
        return relays < MIN_RELAYS;
    }
}
