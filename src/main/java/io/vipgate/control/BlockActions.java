package io.vipgate.control;

import io.vipgate.access.Block;
import io.vipgate.access.Blocks;
import io.vipgate.access.Prefix;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks clients and lifts that: for new connections at once, for open ones as is asked, and in the state file a second later.
 * Those that have ended are forgotten within a second or two; where none is to end nothing runs.
 *
 * <p>Thread-safe.
 */
public final class BlockActions {
    private static final Logger LOG = LoggerFactory.getLogger(BlockActions.class);
    private static final long SWEEP_SECONDS = 1;

    private final Blocks blocks;
    private final PoolRegistry pools;
    private final OperatorActions operator;
    private final ControlThread control;
    private final BlockLog log;
    private final AtomicBoolean isSweeping = new AtomicBoolean();
    private final AtomicBoolean isLossTold = new AtomicBoolean();

    /**
     * Makes the actions of one gateway.
     *
     * @param pools keeps them in the state file
     * @param operator resets relays
     */
    public BlockActions(Blocks blocks, PoolRegistry pools, OperatorActions operator, ControlThread control) {
        this.blocks = blocks;
        this.pools = pools;
        this.operator = operator;
        this.control = control;
        log = new BlockLog(control.executor());
    }

    /**
     * A block, and what it did.
     *
     * @param closed open relays that were reset
     */
    public record Added(Block block, int closed) {}

    /**
     * Blocks a network, or replaces the end and the reason of its block.
     *
     * @param untilMillis its end in milliseconds of Unix time, or {@link Block#UNTIL_LIFTED}
     * @param term the same for people, {@code for 1h} for example
     * @param keepsRelays whether the open relays of its clients go on; else they are reset
     * @param by who asks, for the log
     * @throws IllegalStateException if there is no room for another one; the message is for people
     */
    public Added add(Prefix network, long untilMillis, String term, String why, boolean keepsRelays, String by) {
        Block block = blocks.add(network, untilMillis, why);
        int closed = keepsRelays
                ? 0
                : operator.closeRelays(relay -> network.contains(relay.clientHigh(), relay.clientLow()));
        log.added(block, term, closed, by);
        if (!survivesRestart() && isLossTold.compareAndSet(false, true)) {
            LOG.info("block: no stateFile is configured, so blocks do not survive a restart");
        }
        onChange();
        return new Added(block, closed);
    }

    /**
     * Lifts a block.
     *
     * @param by who asks, for the log
     * @return what was lifted; empty when there is no block of exactly this network
     */
    public Optional<Block> lift(Prefix network, String by) {
        Block block = blocks.get(network);
        if (block == null || !blocks.remove(network)) {
            return Optional.empty();
        }
        log.lifted(block, by);
        onChange();
        return Optional.of(block);
    }

    /** Whether blocks are kept over a restart. */
    public boolean survivesRestart() {
        return pools.hasStateFile() && pools.stateFileProblem().isEmpty();
    }

    /** A part of each change of the configuration: blocks that it has taken from a state file will be forgotten in time. */
    public ConfigChange onConfig() {
        return new ConfigChange() {
            @Override
            public void commit() {
                sweepLater();
            }

            @Override
            public void rollBack() {
                // A sweep that finds nothing does no harm.
            }
        };
    }

    private void sweepLater() {
        if (blocks.nextEnd().isPresent() && isSweeping.compareAndSet(false, true)) {
            try {
                var _ = control.executor().schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("shutting down: blocks are swept no more");
            }
        }
    }

    private void onChange() {
        pools.saveBlocks();
        sweepLater();
    }

    private void sweep() {
        isSweeping.set(false);
        List<Block> ended = blocks.removeExpired();
        ended.forEach(log::ended);
        if (!ended.isEmpty()) {
            pools.saveBlocks();
        }
        sweepLater();
    }
}
