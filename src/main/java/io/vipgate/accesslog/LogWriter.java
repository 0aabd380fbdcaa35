package io.vipgate.accesslog;

import io.vipgate.accesslog.AccessLogPlan.Form;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes lines of what the event loops have noted, and writes them in batches.
 *
 * <p>What can't be written stays: first in the buffer, then in the queues, which drop what does not fit. An entry goes where
 * the plan of its time says; lines for a file that is not written to any more are tried once more, then dropped.
 *
 * <p>Confined to the writer's thread, but for {@link #dropped}, which is thread-safe.
 */
final class LogWriter {
    /** Bytes that are written together at most, but for the last line. */
    static final int BATCH_BYTES = 64 << 10;

    private final List<EntryQueue> queues;
    private final LongSupplier clock;
    private final LineFormat text = new TextFormat();
    private final LineFormat json = new JsonFormat();
    private final LineBuffer lines = new LineBuffer();
    private final AtomicLong dropped = new AtomicLong();
    private @Nullable LogFile file;

    /**
     * Makes a writer.
     *
     * @param queues may grow meanwhile
     * @param clock monotonic, in nanoseconds
     */
    LogWriter(List<EntryQueue> queues, LongSupplier clock) {
        this.queues = queues;
        this.clock = clock;
    }

    /** Lines that were made and could not be written. */
    long dropped() {
        return dropped.get();
    }

    /**
     * Writes what is there.
     *
     * @param plan what holds now; null when nothing is to be logged
     */
    void turn(@Nullable AccessLogPlan plan) {
        for (EntryQueue queue : queues) {
            drain(queue);
        }
        flush();
        if (plan == null) {
            leave();
        } else {
            boolean _ = use(plan).open();
        }
    }

    private void drain(EntryQueue queue) {
        Entry entry = queue.peek();
        // Bounded, so that the others have their turn too.
        for (int i = 0; i < AccessLog.CAPACITY && entry != null; i++) {
            AccessLogPlan plan = Objects.requireNonNull(entry.plan);
            LogFile _ = use(plan);
            if (lines.size() >= BATCH_BYTES && !flush()) {
                return;
            }
            (plan.form() == Form.JSON ? json : text).append(entry, lines);
            queue.release();
            entry = queue.peek();
        }
    }

    private LogFile use(AccessLogPlan plan) {
        LogFile present = file;
        if (present == null || !Objects.equals(present.path(), plan.file())) {
            leave();
            present = new LogFile(plan.file(), clock);
            file = present;
        }
        return present;
    }

    /** Writes the buffer; says whether it is empty now. */
    private boolean flush() {
        if (file != null && !lines.isEmpty()) {
            ByteBuffer content = lines.content();
            dropped.addAndGet(file.write(content));
            lines.discard(content.position());
        }
        return lines.isEmpty();
    }

    /** From now on what is written to the file's name goes to whatever has that name. */
    void reopen() {
        boolean _ = flush();
        if (file != null) {
            file.close();
            file.retryNow();
        }
    }

    /** Writes what is in the buffer if that is possible at once, and closes the file. */
    private void leave() {
        LogFile present = file;
        if (present != null) {
            present.retryNow();
            if (!flush()) {
                dropped.addAndGet(lines.lines());
                lines.discard(lines.size());
            }
            present.close();
            file = null;
        }
    }

    /** Writes what is there, if that is possible at once, and closes the file. */
    void end() {
        if (file != null) {
            file.retryNow();
        }
        turn(null);
        for (EntryQueue queue : queues) {
            while (queue.peek() != null) {
                queue.release();
                dropped.incrementAndGet();
            }
        }
    }
}
