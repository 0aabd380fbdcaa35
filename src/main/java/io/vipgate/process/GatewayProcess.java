package io.vipgate.process;

import io.vipgate.config.Loaded;
import io.vipgate.config.ShutdownConfig;
import io.vipgate.gateway.Gateway;
import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import io.vipgate.operations.ConfigControl;
import io.vipgate.operations.Readiness;
import io.vipgate.probe.ProbeCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway as a process of the system: what its signals do, and what its service manager is told.
 *
 * <pre>
 *            ┌─SIGHUP, the file replaced─┐
 *            ▼                           │
 * running ───┴──── reload ───────────────┘
 *    │
 *    └──SIGTERM, SIGINT──► grace (still accepting) ──► drain ──► stopped
 *                                    └──a second one, any time──► stopped at once, halted if that takes 2 s
 *                                                                 a third: halted
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class GatewayProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);

    /** What {@code ps} and keepalived's track_process call the process; at most 15 bytes. */
    private static final String NAME = "vipgate-run";

    /** The exit status of an end that nothing was waited for. */
    private static final int HALTED = 1;
    /** How long a stop at once may take: whatever it waits for, the process ends. */
    private static final long HALT_AFTER_MILLIS = 2_000;

    /** How long a halt may take. */
    private static final long LAST_MILLIS = 500;

    private static final ReloadOutcome STOPPING = new ReloadOutcome.Stopping();

    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch second = new CountDownLatch(1);
    private final SystemdNotifier notifier = SystemdNotifier.of(System.getenv(), ProcessHandle.current().pid());
    private final ExecutorService reloads = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("vipgate-reload").daemon().factory());
    private volatile @Nullable Gateway served;
    private volatile boolean isStopping;
    private final Object startLock = new Object();
    private volatile @Nullable Reloader reloader;
    /** A SIGHUP has come while there was nobody to follow it. Guarded by the lock. */
    private boolean isReloadDue;

    /**
     * Takes the signals over. To be called before the gateway serves: until then SIGTERM ends the process without a
     * drain.
     */
    public static GatewayProcess start() {
        GatewayProcess process = new GatewayProcess();
        AtomicInteger signals = new AtomicInteger();
        Runnable stop = () -> process.onStop(signals.incrementAndGet());
        Signals.on("TERM", stop);
        Signals.on("INT", stop);
        Signals.on("HUP", process::onHangUp);
        return process;
    }

    private GatewayProcess() {}

    /** Has the system call the process by the gateway's name; every program in Java is called {@code java} otherwise. */
    public static void takeName() {
        try {
            // Of the first thread, which is the process's.
            Files.writeString(Path.of("/proc/self/comm"), NAME);
        } catch (IOException e) {
            LOG.debug("the process can't take its name: {}", e.toString());
        }
    }

    /**
     * Sends this process a signal, as an operator would.
     *
     * @param name without SIG: TERM, INT or HUP
     * @throws IllegalStateException if the signal can't be sent
     */
    public static void signal(String name) {
        Signals.raise(name);
    }

    private void onStop(int count) {
        Gateway present = served;
        if (present != null) {
            // First: who is told that the process stops finds a gateway that stops.
            present.announceStop();
        }
        isStopping = true;
        if (count == 1) {
            first.countDown();
        } else if (count == 2 && present != null) {
            second.countDown();
            haltLater();
        } else {
            // The start hangs, perhaps in a name lookup, and nothing is there to drain; or the end does.
            halt();
        }
    }

    /** On a signal's own thread, which nobody waits for. */
    private static void haltLater() {
        try {
            Thread.sleep(HALT_AFTER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        halt();
    }

    /** Ends the process, whatever it waits for; what its probes have started goes first, if that can be done soon. */
    private static void halt() {
        Thread killing = Thread.ofPlatform().daemon().name("vipgate-commands-end").start(ProbeCommands::endAll);
        try {
            killing.join(LAST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(HALTED);
    }

    private void onHangUp() {
        Reloader present;
        synchronized (startLock) {
            present = reloader;
            if (present == null && served == null) {
                isReloadDue = true;
                LOG.info("SIGHUP: still starting; the file is read again after that");
                return;
            }
        }
        if (present == null) {
            LOG.warn("SIGHUP: there is no file to read again");
            return;
        }
        inTurn(() -> reload(present, ReloadRequest.PLAIN));
    }

    /** As the last of the changes that are due. */
    private void inTurn(Runnable change) {
        try {
            Future<?> _ = reloads.submit(change);
        } catch (RejectedExecutionException e) {
            LOG.debug("no reload: shutting down");
        }
    }

    /** The operator's reloads are as by SIGHUP, one after the other. */
    private final class OperatorsControl implements ConfigControl {
        private final Reloader present;

        OperatorsControl(Reloader present) {
            this.present = present;
        }

        @Override
        public ReloadOutcome reload(ReloadRequest request) {
            return request.isDryRun()
                    ? present.reload(request)
                    : now(() -> GatewayProcess.this.reload(present, request));
        }

        @Override
        public ReloadOutcome confirm() {
            return present.confirm();
        }

        @Override
        public ReloadOutcome rollBack(int steps, boolean isDryRun) {
            return isDryRun ? present.rollBack(steps, true) : now(() -> told(() -> present.rollBack(steps, false)));
        }

        @Override
        public List<Earlier> earlier() {
            return present.earlier();
        }

        @Override
        public Optional<Instant> confirmBy() {
            return present.confirmBy();
        }
    }

    private ReloadOutcome now(Callable<ReloadOutcome> change) {
        try {
            return reloads.submit(change).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return STOPPING;
        } catch (RejectedExecutionException e) {
            return STOPPING;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private ReloadOutcome reload(Reloader present, ReloadRequest request) {
        // Whatever becomes of the reload: a rotation must not depend on it.
        present.reopenLogs();
        return told(() -> present.reload(request));
    }

    /** Makes a change that the service manager is told of. */
    private ReloadOutcome told(Supplier<ReloadOutcome> change) {
        if (isStopping) {
            LOG.info("no reload while shutting down");
            return STOPPING;
        }
        String status = "the last reload failed; see the log";
        notifier.reloading();
        try {
            ReloadOutcome outcome = change.get();
            status = outcome instanceof ReloadOutcome.Refused
                    ? "the last reload was refused; see the log"
                    : "serving";
            return outcome;
        } finally {
            if (!isStopping) {
                notifier.ready(status);
            }
        }
    }

    /** Whether it has been told to stop. */
    public boolean isStopping() {
        return isStopping;
    }

    /**
     * Serves until SIGTERM or SIGINT, unless one has come already, then stops the gateway as configured. SIGHUP, and a
     * replaced file where that is configured, reload.
     *
     * @param file what to reload from
     * @param first what the gateway has started with
     * @throws InterruptedException if the thread is interrupted
     */
    public void serve(GatewayServer server, Reloader file, Loaded first) throws InterruptedException {
        Future<?> _ = reloads.submit(() -> file.onStarted(first));
        serve(server, file);
    }

    /**
     * Serves as {@link #serve(GatewayServer, Reloader, Loaded)}.
     *
     * @param file what to reload from; null when there is nothing
     * @throws InterruptedException if the thread is interrupted
     */
    public void serve(GatewayServer server, @Nullable Reloader file) throws InterruptedException {
        boolean wasHungUp;
        synchronized (startLock) {
            reloader = file;
            served = server.gateway();
            wasHungUp = isReloadDue;
        }
        if (file != null) {
            server.operations().configureBy(new OperatorsControl(file));
        }
        notifier.ready("serving");
        if (wasHungUp) {
            onHangUp();
        }
        notifier.pingPeriod().ifPresent(period -> server.periodic().every(period,
                () -> notifier.ping(server.gateway().isAlive(Readiness.MAX_LOOP_SILENCE))));
        ListedFiles listed = new ListedFiles();
        // As they are now: a change before the watch first looks is one too.
        boolean _ = listed.haveChanged(server.gateway().config());
        try (ConfigFileWatch _ = file == null
                ? null
                : ConfigFileWatch.start(file.file(), file.firstRead(), () -> server.gateway().config().reload().watch(),
                        () -> listed.haveChanged(server.gateway().config()),
                        this::onHangUp, () -> inTurn(file::rereadLists))) {
            first.await();
        }
        if (file != null) {
            file.onStopping();
        }
        stop(server.gateway(), server.gateway().config().shutdown());
    }

    private void stop(Gateway gateway, ShutdownConfig shutdown) throws InterruptedException {
        String how = shutdown.grace().toMillis() + " ms of grace, then up to " + shutdown.drain().toMillis()
                + " ms for open relays";
        gateway.announceStop();
        LOG.info("stopping: {}", how);
        notifier.stopping(how);
        Thread stopper = Thread.ofPlatform().name("vipgate-stop").daemon()
                .start(() -> drain(gateway, shutdown, second));
        // A second signal stops the waiting, and the close that follows resets what is left.
        second.await();
        stopper.interrupt();
        stopper.join(TimeUnit.SECONDS.toMillis(1));
    }

    private static void drain(Gateway gateway, ShutdownConfig shutdown, CountDownLatch done) {
        try {
            Thread.sleep(shutdown.grace());
            int open = gateway.drain(shutdown.drain());
            LOG.info("stopped; {} relays were open when the drain began", open);
        } catch (InterruptedException e) {
            LOG.info("stopped at once by a second signal");
        } catch (IllegalStateException e) {
            if (!Thread.currentThread().isInterrupted()) {
                throw e;
            }
            // While the control thread was asked.
            LOG.info("stopped at once by a second signal");
        } finally {
            done.countDown();
        }
    }

    @Override
    public void close() {
        reloads.shutdownNow();
    }
}
