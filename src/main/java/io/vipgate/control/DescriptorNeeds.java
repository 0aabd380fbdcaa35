package io.vipgate.control;

import io.vipgate.config.EndpointConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.linux.FdBudget;

/**
 * How many file descriptors a gateway opens besides its relays and their pipes, when all of it is under way at once.
 *
 * <p>Immutable.
 *
 * @param listening listening sockets, one for each address and event loop
 * @param loops what the event loops, that of probes included, have themselves: epoll, eventfd, timerfd, and a client that is being refused
 * @param servers the HTTP servers, with every connection that they take
 * @param probes probes under way at once
 * @param others look-ups of names under way at once; the JVM, logs, files that are being written, the service manager
 */
public record DescriptorNeeds(int listening, int loops, int servers, int probes, int others) {
    private static final int PER_LOOP = 4;
    private static final int PROBE_LOOPS = 1;
    /** Connections that an HTTP server takes at once, and what it waits with. */
    private static final int PER_SERVER = 104;
    /** A command's three pipes, and the one that tells whether it could be started. */
    private static final int PER_COMMAND = 8;
    /** Addresses that a name is taken to have. */
    private static final int PER_NAME = 4;
    private static final int OTHERS = 64;

    /** What a configuration needs on so many event loops. */
    public static DescriptorNeeds of(GatewayConfig config, int eventLoops) {
        int addresses = config.listeners().values().stream().mapToInt(listener -> listener.bind().size()).sum();
        int servers = (config.admin().isPresent() ? 1 : 0) + (config.metrics().isPresent() ? 1 : 0);
        int lookUps = Math.min(ConfigMapping.hosts(config).size(), LookUpThreads.MAX);
        return new DescriptorNeeds(addresses * eventLoops, PER_LOOP * (eventLoops + PROBE_LOOPS), PER_SERVER * servers,
                config.pools().values().stream().mapToInt(DescriptorNeeds::probes).sum(), OTHERS + lookUps);
    }

    private static int probes(PoolConfig pool) {
        if (pool.probe().type() == ProbeType.NONE) {
            return 0;
        }
        int each = pool.probe().type() == ProbeType.EXEC ? PER_COMMAND : 1;
        return each * pool.endpoints().values().stream().mapToInt(DescriptorNeeds::addresses).sum();
    }

    private static int addresses(EndpointConfig endpoint) {
        return endpoint.address().literal().isPresent() ? 1 : PER_NAME;
    }

    /** All together. */
    public int sum() {
        return listening + loops + servers + probes + others;
    }

    /**
     * Checks that there is room for relays besides.
     *
     * @throws StartException if there is not
     */
    public void check(FdBudget budget) throws StartException {
        if (budget.isTooSmall()) {
            throw new StartException("the limit of " + budget.limit() + " open files is too small: " + listening
                    + " for listening sockets, " + loops + " for event loops, " + servers + " for admin and metrics, "
                    + probes + " for probes, " + others + " for the rest and " + 2 * FdBudget.MIN_RELAYS
                    + " for connections are needed; raise it (ulimit -n, or LimitNOFILE= in the systemd unit)");
        }
    }
}
