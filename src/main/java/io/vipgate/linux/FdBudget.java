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
    private static final int RESERVED = 256;
    private static final int MIN_RESERVED = 96;
    private static final int MAX_PIPES = 256;
    private static final int MAX_RELAYS = 1 << 20;

    /** Reads the limit of this process. The JVM has raised the soft limit to the hard one at its start. */
    public static FdBudget ofThisProcess() {
        return of(new LinuxSystemCalls().resourceLimit(RLIMIT_NOFILE));
    }

    /** Shares out a limit. A small one leaves less in reserve, and fewer pipes. */
    public static FdBudget of(long limit) {
        int reserved = Math.clamp(limit / 4, MIN_RESERVED, RESERVED);
        long rest = Math.max(0, limit - reserved);
        int pipes = (int) Math.min(MAX_PIPES, rest / 32);
        int relays = (int) Math.min(MAX_RELAYS, (rest - 2L * pipes) / 2);
        return new FdBudget(limit, reserved, pipes, relays);
    }
}
