package io.vipgate.probe;

import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.eventloop.ReadyHandler;
import io.vipgate.eventloop.Registration;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * Where probes run: an event loop of their own, so that neither they nor relays hold each other up. It begins with the first
 * pool that is probed.
 *
 * <p>Thread-safe for {@link #execute} and {@link #close}; everything else is confined to the loop's thread.
 */
public final class ProbeLoop implements AutoCloseable {
    /** What is read or written at once; a check that has more waits for its next turn. */
    static final int PIECE_BYTES = 16 << 10;

    private final EventLoops threads;
    private final EventLoop loop;
    private final SystemCalls systemCalls;
    private final StallDetector stalls;
    private final StallDetector blockingStalls;
    private final MemorySegment piece = Arena.ofAuto().allocate(PIECE_BYTES, Long.BYTES);

    private final ClientAddress local = new ClientAddress();
    private final ClientAddress remote = new ClientAddress();

    private ProbeLoop(EventLoops threads, UnaryOperator<SystemCalls> calls, LongSupplier stallClock) {
        this.threads = threads;
        loop = threads.all().getFirst();
        systemCalls = calls.apply(loop.systemCalls());
        stalls = StallDetector.on(loop, stallClock);
        blockingStalls = StallDetector.onVirtualThreads(stallClock);
    }

    /**
     * Starts the loop and its thread.
     *
     * @throws IllegalStateException if there is no descriptor left for it
     */
    public static ProbeLoop open() {
        return open(UnaryOperator.identity(), System::nanoTime);
    }

    /**
     * The same for a test.
     *
     * @param calls changes the system calls
     * @param stallClock what tells stalls
     */
    static ProbeLoop open(UnaryOperator<SystemCalls> calls, LongSupplier stallClock) {
        return new ProbeLoop(EventLoops.one("vipgate-probes"), calls, stallClock);
    }

    /**
     * Runs a task on the loop, soon.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
     */
    void execute(Runnable task) {
        loop.execute(task);
    }

    boolean inLoop() {
        return loop.inEventLoop();
    }

    /** Runs a task when this time has come, in the time of {@link System#nanoTime()}. */
    Future<?> scheduleAt(Runnable task, long nanos) {
        return loop.scheduleRevocable(task, Math.max(0, nanos - System.nanoTime()));
    }

    /** Runs a task once the other checks have had their turn. */
    void executeAfterOthers(Runnable task) {
        loop.executeAfterNextBatch(task);
    }

    Registration register(int fd, int events, ReadyHandler handler) {
        return loop.register(fd, events, handler);
    }

    SystemCalls systemCalls() {
        return systemCalls;
    }

    /** Whether a connection has the same two ends. */
    boolean hasReachedItself(int fd, InetSocketAddress address) {
        if (systemCalls.localAddress(fd, local) != 0) {
            return false;
        }
        remote.set(address.getAddress(), address.getPort());
        return local.port() == remote.port() && local.low() == remote.low() && local.high() == remote.high();
    }

    /** For checks on the loop. */
    StallDetector stalls() {
        return stalls;
    }

    /** For checks on virtual threads. */
    StallDetector blockingStalls() {
        return blockingStalls;
    }

    /** Memory for what is read or written right now. */
    MemorySegment piece() {
        return piece;
    }

    /** Ends the loop and waits for its thread; sockets of checks under way are closed. */
    @Override
    public void close() {
        threads.close();
    }
}
