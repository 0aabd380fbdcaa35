package io.vipgate.probe;

import io.vipgate.linux.ChildProcesses;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The commands that this process has started for its probes, so that none of them, nor what they have started, outlives
 * its time or this process. Each has a mark of its own, out of a range that no other process has.
 *
 * <p>Orphans of theirs become children of this process: so it is known at once whether a command that has ended left
 * anybody behind, and nobody who ends stays a zombie.
 *
 * <p>Ends with the JVM by itself; {@link Runtime#halt} alone must be preceded by {@link #endAll}. Who is killed without
 * a word (SIGKILL, the kernel's out-of-memory killer) ends nobody: that is left to the service manager.
 *
 * <p>Thread-safe.
 */
public final class ProbeCommands {
    /** Marks have at most 18 digits: a random part of this process, and a number. */
    private static final int NUMBER_BITS = 32;
    private static final long RANGE = ThreadLocalRandom.current().nextLong(1, 1L << 27);

    /** How long those who were killed may take to go. */
    private static final long KILL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOOK_AGAIN_MILLIS = 5;
    /** How long the end waits for a command that is being started. */
    private static final long END_MILLIS = 200;

    private static final Set<ProcessHandle> RUNNING = ConcurrentHashMap.newKeySet();
    /** While this process has the mark of the command that it starts. */
    private static final ReentrantLock STARTING = new ReentrantLock();
    private static long unmarked;
    private static long number;
    private static volatile boolean hasBegun;
    private static volatile boolean adoptsOrphans;
    private static volatile boolean isOver;

    private ProbeCommands() {}

    /** Made with the first command: to link system calls takes longer than to ask whether there is time for one. */
    private static final class Kernel {
        static final ChildProcesses CHILDREN = new ChildProcesses();
    }

    /**
     * A command that was started.
     *
     * @param process the command itself
     * @param mark    its own, and that of all it starts
     */
    record Command(Process process, long mark) {
        /** Kills it with all that it has started, and waits a moment for them to go. */
        void kill() {
            tree(List.of(process.toHandle())).kill();
            awaitEnd();
        }

        /** Kills what it has left behind, if anything, when its time is over. */
        void killRestAt(long deadlineNanos) {
            if (hasLeftAnything()) {
                var _ = Thread.ofVirtual().name("vipgate-probe-rest").start(() -> {
                    try {
                        TimeUnit.NANOSECONDS.sleep(deadlineNanos - System.nanoTime());
                    } catch (InterruptedException _) {
                        // Nobody interrupts it; and if so, its time is over.
                        Thread.currentThread().interrupt();
                    }
                    tree(List.of()).kill();
                    awaitEnd();
                });
            }
        }

        private ProcessTree tree(List<ProcessHandle> roots) {
            return new ProcessTree(roots, other -> other == mark);
        }

        private boolean hasLeftAnything() {
            return reapOrphans(mark) || !adoptsOrphans;
        }

        private void awaitEnd() {
            long end = System.nanoTime() + KILL_NANOS;
            try {
                boolean _ = process.waitFor(KILL_NANOS, TimeUnit.NANOSECONDS);
                while (reapOrphans(mark) && System.nanoTime() - end < 0) {
                    Thread.sleep(LOOK_AGAIN_MILLIS);
                }
            } catch (InterruptedException _) {
                // The killing is done, only the waiting is cut short.
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Starts a command.
     *
     * @return null if another one was being started all the time until the deadline, or this process ends
     * @throws IOException if it can't be started
     */
    static @Nullable Command start(ProcessBuilder builder, long deadlineNanos)
            throws IOException, InterruptedException {
        if (!STARTING.tryLock(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return null;
        }
        try {
            return isOver ? null : startMarked(builder);
        } finally {
            STARTING.unlock();
        }
    }

    private static Command startMarked(ProcessBuilder builder) throws IOException {
        if (!hasBegun) {
            hasBegun = true;
            Runtime.getRuntime().addShutdownHook(
                    Thread.ofPlatform().name("vipgate-commands-end").unstarted(ProbeCommands::endAll));
            unmarked = Kernel.CHILDREN.mark();
            adoptsOrphans = Kernel.CHILDREN.adoptOrphans();
        }
        long mark = RANGE << NUMBER_BITS | number++;
        boolean isMarked = Kernel.CHILDREN.mark(mark);
        try {
            Process process = builder.start();
            ProcessHandle handle = process.toHandle();
            RUNNING.add(handle);
            var _ = process.onExit().thenRun(() -> RUNNING.remove(handle));
            return new Command(process, mark);
        } finally {
            if (isMarked) {
                Kernel.CHILDREN.mark(unmarked);
            }
        }
    }

    /** Reaps all orphans that have ended; whether any that lives has the mark. */
    private static boolean reapOrphans(long mark) {
        boolean isAnyLeft = false;
        for (long pid : adoptsOrphans ? Kernel.CHILDREN.adopted() : List.<Long>of()) {
            OptionalLong itsMark = ChildProcesses.markOf(pid);
            if (itsMark.isPresent() && isOwn(itsMark.getAsLong()) && !isRunning(pid) && !Kernel.CHILDREN.reap(pid)) {
                isAnyLeft |= itsMark.getAsLong() == mark;
            }
        }
        return isAnyLeft;
    }

    /** The JDK itself waits for those that it has started. */
    private static boolean isRunning(long pid) {
        return RUNNING.stream().anyMatch(process -> process.pid() == pid);
    }

    private static boolean isOwn(long mark) {
        return mark >> NUMBER_BITS == RANGE;
    }

    /** Whether none may be started any more. */
    static boolean isOver() {
        return isOver;
    }

    /** Kills all of them with their descendants, as the process is about to end; none is started from now on. */
    public static void endAll() {
        isOver = true;
        if (!hasBegun) {
            return;
        }
        boolean isAlone = false;
        try {
            isAlone = STARTING.tryLock(END_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            new ProcessTree(RUNNING, ProbeCommands::isOwn).kill();
        } finally {
            if (isAlone) {
                STARTING.unlock();
            }
        }
    }
}
