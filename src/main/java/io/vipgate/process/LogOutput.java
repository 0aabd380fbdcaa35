package io.vipgate.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the log goes: a queue with a bound in bytes, and one thread that writes, so that nobody who logs ever waits for
 * whoever reads it. What does not fit is dropped and counted, and told when the log moves again.
 *
 * <p>Thread-safe.
 */
final class LogOutput {
    /** Bytes that wait at most, but for a single line that is longer. */
    static final int MAX_BYTES = 256 << 10;
    /** An output that is set not to block, and full, is tried again after that. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final WritableByteChannel out;
    private final Queue<byte[]> lines = new ConcurrentLinkedQueue<>();
    /** Bytes that wait, or are being written. */
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private volatile @Nullable Thread writer;

    /**
     * Makes an output that queues; {@link #start} has it write.
     *
     * @param out may block for as long as it likes
     */
    LogOutput(WritableByteChannel out) {
        this.out = out;
    }

    /** Standard error, past {@link System#err}, which keeps silent about what it could not write. */
    static LogOutput toStandardError() {
        return new LogOutput(new FileOutputStream(FileDescriptor.err).getChannel());
    }

    /**
     * Begins to write.
     *
     * @param onDropped logs how many lines were dropped, when the log moves again
     */
    synchronized void start(LongConsumer onDropped) {
        if (writer == null) {
            writer = Thread.ofPlatform().name("vipgate-log").daemon().start(() -> write(onDropped));
        }
    }

    /** Has a line written, soon; counts it where there is no room. Never waits. */
    void offer(byte[] line) {
        long before = waiting.getAndAdd(line.length);
        if (before > 0 && before + line.length > MAX_BYTES) {
            waiting.addAndGet(-line.length);
            dropped.incrementAndGet();
            return;
        }
        lines.add(line);
        LockSupport.unpark(writer);
    }

    /** Lines that found no room or could not be written. */
    long dropped() {
        return dropped.get();
    }

    private void write(LongConsumer onDropped) {
        long told = 0;
        boolean isMoving = true;
        while (true) {
            byte[] line = lines.poll();
            if (line != null) {
                isMoving = write(line);
                waiting.addAndGet(-line.length);
            } else if (isMoving && dropped.get() > told) {
                long now = dropped.get();
                onDropped.accept(now - told);
                told = now;
            } else {
                LockSupport.park(this);
            }
        }
    }

    private boolean write(byte[] line) {
        try {
            ByteBuffer left = ByteBuffer.wrap(line);
            while (left.hasRemaining()) {
                if (out.write(left) == 0) {
                    LockSupport.parkNanos(this, RETRY_NANOS);
                }
            }
            return true;
        } catch (IOException e) {
            // Nobody is left who could be told.
            dropped.incrementAndGet();
            return false;
        }
    }

    /** Waits until all is written, for so long at most. */
    void flush(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (waiting.get() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(this, STEP_NANOS);
        }
    }

    /** For what prints instead of logging: it waits no more than what logs does. */
    PrintStream asPrintStream() {
        return new PrintStream(new OutputStream() {
            @Override
            public void write(int each) {
                offer(new byte[]{(byte) each});
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                Objects.checkFromIndexSize(offset, length, bytes.length);
                if (length > 0) {
                    offer(Arrays.copyOfRange(bytes, offset, offset + length));
                }
            }
        }, true, StandardCharsets.UTF_8);
    }
}
