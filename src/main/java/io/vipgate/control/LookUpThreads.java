package io.vipgate.control;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Threads for look-ups of names, which block in native code for as long as name servers are silent. Platform threads, one
 * for each name that is being looked up: others would keep a carrier from all virtual threads.
 *
 * <p>Their number is bounded, and yet names that hang hold up no others for long. A look-up that is not over in a second is
 * late, and gives its place to the next one; a name whose last look-up was late queues with its like, for a share of its
 * own.
 *
 * <p>Thread-safe.
 */
final class LookUpThreads implements AutoCloseable {
    /** Look-ups at a time that are not late. */
    static final int MAX_IN_TIME = 64;
    /** Late ones at a time that hold no place of the others. */
    static final int MAX_LATE = 192;
    /** Look-ups at a time of names that were late before, out of the late ones. */
    static final int MAX_OFTEN_LATE = 64;

    /** Look-ups at a time. */
    static final int MAX = MAX_IN_TIME + MAX_LATE;

    private static final Executor WHEN_LATE = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Runnable::run);

    private final Queue<LookUp> waiting = new ArrayDeque<>();
    private final Queue<LookUp> waitingOftenLate = new ArrayDeque<>();
    private final Set<String> lateNames = new HashSet<>();
    private final Set<Thread> threads = new HashSet<>();
    private int inTime;
    private int late;
    private boolean isClosed;

    /**
     * Has a name looked up as soon as there is a thread for it.
     *
     * @param lookUp must not throw
     * @param onNone runs instead, perhaps at once, if no thread can be made
     * @throws RejectedExecutionException once this is closed
     */
    synchronized void run(String host, Runnable lookUp, Runnable onNone) {
        if (isClosed) {
            throw new RejectedExecutionException("closed");
        }
        boolean isOftenLate = lateNames.contains(host);
        (isOftenLate ? waitingOftenLate : waiting).add(new LookUp(host, lookUp, onNone, isOftenLate));
        startWaiting();
    }

    /** Forgets which other names were late. */
    synchronized void retain(Collection<String> hosts) {
        lateNames.retainAll(hosts);
    }

    private void startWaiting() {
        while (inTime < MAX_IN_TIME && !waiting.isEmpty()) {
            inTime++;
            start(waiting.remove());
        }
        while (late < MAX_OFTEN_LATE && !waitingOftenLate.isEmpty()) {
            late++;
            start(waitingOftenLate.remove());
        }
    }

    private void start(LookUp lookUp) {
        Thread thread = Thread.ofPlatform().name("vipgate-resolve-" + lookUp.host).daemon()
                .unstarted(() -> perform(lookUp));
        threads.add(thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            threads.remove(thread);
            leavePlace(lookUp);
            lookUp.onNone.run();
            return;
        }
        WHEN_LATE.execute(() -> onLate(lookUp));
    }

    private void perform(LookUp lookUp) {
        try {
            lookUp.action.run();
        } finally {
            onEnd(lookUp);
        }
    }

    private synchronized void onLate(LookUp lookUp) {
        if (!lookUp.isOver && !isClosed) {
            lookUp.hasBeenLate = true;
            lateNames.add(lookUp.host);
            makeRoom(lookUp);
            startWaiting();
        }
    }

    /** Unless so many are late that this one keeps a place of those in time. */
    private void makeRoom(LookUp lookUp) {
        if (!lookUp.isCountedLate && late < MAX_LATE) {
            lookUp.isCountedLate = true;
            late++;
            inTime--;
        }
    }

    private synchronized void onEnd(LookUp lookUp) {
        lookUp.isOver = true;
        threads.remove(Thread.currentThread());
        if (!lookUp.hasBeenLate) {
            lateNames.remove(lookUp.host);
        }
        leavePlace(lookUp);
        if (!isClosed) {
            startWaiting();
        }
    }

    private void leavePlace(LookUp lookUp) {
        if (lookUp.isCountedLate) {
            late--;
        } else {
            inTime--;
        }
    }

    /** Interrupts what runs, which native code may not heed, and forgets what waits. */
    @Override
    public synchronized void close() {
        isClosed = true;
        waiting.clear();
        waitingOftenLate.clear();
        threads.forEach(Thread::interrupt);
    }

    private static final class LookUp {
        final String host;
        final Runnable action;
        final Runnable onNone;
        /** Whether its place is one of the late ones. */
        boolean isCountedLate;
        boolean hasBeenLate;
        boolean isOver;

        LookUp(String host, Runnable action, Runnable onNone, boolean isCountedLate) {
            this.host = host;
            this.action = action;
            this.onNone = onNone;
            this.isCountedLate = isCountedLate;
        }
    }
}
