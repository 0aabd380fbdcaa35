package io.vipgate.control;

import io.vipgate.access.Block;
import io.vipgate.text.Sanitizer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of blocks in the log: of each, as long as they are few, else how many there were.
 *
 * <p>Thread-safe.
 */
final class BlockLog {
    private static final Logger LOG = LoggerFactory.getLogger(BlockLog.class);
    private static final int LINES = 20;
    private static final long WINDOW_SECONDS = 10;

    private final ScheduledExecutorService later;
    private int lines;
    private int addedUntold;
    private int liftedUntold;
    private int endedUntold;
    private boolean isWindowOpen;

    /** Makes one that tells the rest by a task of this executor. */
    BlockLog(ScheduledExecutorService later) {
        this.later = later;
    }

    synchronized void added(Block block, String term, int closed, String by) {
        if (mayTell()) {
            LOG.info("block: {} {}{}, {} relays reset, requested by {}", block.network(), term, reason(block), closed,
                    by);
        } else {
            addedUntold++;
        }
    }

    synchronized void lifted(Block block, String by) {
        if (mayTell()) {
            LOG.info("block: {} lifted{}, requested by {}", block.network(), reason(block), by);
        } else {
            liftedUntold++;
        }
    }

    synchronized void ended(Block block) {
        if (mayTell()) {
            LOG.info("block: {} has expired{}", block.network(), reason(block));
        } else {
            endedUntold++;
        }
    }

    private static String reason(Block block) {
        return block.why().isEmpty() ? "" : " (" + Sanitizer.escape(block.why(), block.why().length()) + ")";
    }

    private boolean mayTell() {
        if (!isWindowOpen) {
            isWindowOpen = true;
            lines = 0;
            try {
                var _ = later.schedule(this::closeWindow, WINDOW_SECONDS, TimeUnit.SECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("shutting down: no sums of blocks are told any more");
            }
        }
        return ++lines <= LINES;
    }

    private synchronized void closeWindow() {
        isWindowOpen = false;
        if (addedUntold + liftedUntold + endedUntold > 0) {
            LOG.info("block: {} more added, {} lifted, {} expired in {} s", addedUntold, liftedUntold, endedUntold,
                    WINDOW_SECONDS);
        }
        addedUntold = 0;
        liftedUntold = 0;
        endedUntold = 0;
    }
}
