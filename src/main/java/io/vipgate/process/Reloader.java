package io.vipgate.process;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import io.vipgate.config.Rejected;
import io.vipgate.control.StartException;
import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import io.vipgate.operations.ConfigControl;
import io.vipgate.pool.Pool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the configuration of a gateway that runs: reads the file again, for good or on trial, and goes back to earlier ones.
 *
 * <p>Thread-safe: one change after the other.
 */
public final class Reloader implements ConfigControl {
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);
    /** A file that was written less than this ago may still be being written. */
    private static final Duration SETTLED = Duration.ofMillis(200);
    private static final int MAX_WAITS = 25;

    private final GatewayServer server;
    private final Path file;
    private final @Nullable FileIdentity firstRead;
    private final Map<String, String> environment;
    private final ConfigApplier applier;
    private volatile @Nullable ConfigTrial trial;
    private final ConfigHistory history = new ConfigHistory();

    /**
     * Makes a reloader.
     *
     * @param file the configuration
     * @param firstRead the file just before it was read for the first time; null when it was not there
     * @param environment what <code>${NAME}</code> in values stands for; a process can't see a newer one
     */
    public Reloader(GatewayServer server, Path file, @Nullable FileIdentity firstRead,
            Map<String, String> environment) {
        this.server = server;
        this.file = file;
        this.firstRead = firstRead;
        this.environment = Map.copyOf(environment);
        applier = new ConfigApplier(server, file);
    }

    /** The configuration's file. */
    public Path file() {
        return file;
    }

    @Nullable
    FileIdentity firstRead() {
        return firstRead;
    }

    /** Has log files that were renamed opened by their names again. */
    public void reopenLogs() {
        server.accessLog().reopen();
    }

    /** Reads the file and makes the change; says so in the log. */
    public ReloadOutcome reload() {
        return reload(ReloadRequest.PLAIN);
    }

    @Override
    public synchronized ReloadOutcome reload(ReloadRequest request) {
        if (trial != null && !request.isDryRun()) {
            return onTrial();
        }
        awaitSettled();
        ReloadOutcome outcome = switch (ConfigLoader.load(file, environment)) {
            case Rejected rejected -> {
                List<String> problems = rejected.problems().stream().map(Problem::toString).toList();
                yield request.isDryRun() ? new ReloadOutcome.Refused(problems) : applier.refused(problems);
            }
            case Loaded loaded -> request.isDryRun() ? applier.preview(loaded) : tryOut(loaded, request);
        };
        switch (outcome) {
            case ReloadOutcome.Applied _ -> server.reloads().onApplied();
            case ReloadOutcome.Refused _,ReloadOutcome.Stopping _ when !request.isDryRun() ->
                server.reloads().onRejected();
            default -> {
                return outcome;
            }
        }
        return outcome;
    }

    private ReloadOutcome onTrial() {
        ConfigTrial present = trial;
        server.reloads().onRejected();
        return applier.refused(List.of("the configuration that was loaded last is on trial until "
                + (present == null ? "now" : present.endsAt()) + " (expected: vipgate confirm, or that it goes back)"));
    }

    // ---- back ----

    /** Remembers what the gateway has started with. */
    public synchronized void onStarted(Loaded loaded) {
        history.keepBeside(loaded.config().stateFile());
        history.onHeld(loaded.text());
    }

    @Override
    public synchronized ReloadOutcome rollBack(int steps, boolean isDryRun) {
        if (trial != null && !isDryRun) {
            return onTrial();
        }
        Optional<ConfigHistory.Held> earlier = history.before(steps);
        if (earlier.isEmpty()) {
            return new ReloadOutcome.Refused(List.of("no configuration is known that held " + steps
                    + " before this one (expected: at most " + (history.list().size() - 1 - history.present()) + ")"));
        }
        String label = "the configuration of " + earlier.get().since();
        LoadResult result = ConfigLoader.parse(label, earlier.get().text().getBytes(StandardCharsets.UTF_8),
                environment);
        if (result instanceof Rejected rejected) {
            List<String> problems = rejected.problems().stream().map(Problem::toString).toList();
            return isDryRun ? new ReloadOutcome.Refused(problems) : applier.refused(problems);
        }
        Loaded loaded = (Loaded) result;
        if (isDryRun) {
            return applier.preview(loaded);
        }
        ReloadOutcome outcome = applier.apply(loaded);
        if (outcome instanceof ReloadOutcome.Applied) {
            history.onRolledBack(steps);
            server.reloads().onApplied();
            LOG.info("{} holds again; {} says something else", label, file);
        } else {
            server.reloads().onRejected();
        }
        return outcome;
    }

    @Override
    public synchronized List<Earlier> earlier() {
        List<ConfigHistory.Held> all = history.list();
        return all.subList(Math.min(all.size(), history.present()), all.size()).stream()
                .map(held -> new Earlier(held.since())).toList();
    }

    // ---- on trial ----

    private ReloadOutcome tryOut(Loaded loaded, ReloadRequest request) {
        GatewayConfig before = server.gateway().config();
        ReloadOutcome outcome = applier.apply(loaded);
        if (!(outcome instanceof ReloadOutcome.Applied applied)) {
            return outcome;
        }
        if (!request.isOnTrial()) {
            history.keepBeside(loaded.config().stateFile());
            history.onHeld(loaded.text());
            return outcome;
        }
        ConfigTrial begun = new ConfigTrial(request, loaded.text());
        trial = begun;
        long since = System.nanoTime();
        begun.start(() -> lostPool(since, request.noneUpFor()), (ended, why) -> onTrialOver(ended, before, why));
        String text = begun.mustBeConfirmed()
                ? "on trial until " + begun.endsAt() + ": it goes back to the one before unless it is confirmed"
                : "on trial until " + begun.endsAt();
        server.events().add(text);
        LOG.info("the configuration is {}", text);
        return new ReloadOutcome.Applied(applied.changes(), applied.needRestart(),
                begun.mustBeConfirmed() ? begun.endsAt() : null);
    }

    /** A pool that has lost its last endpoint since then, for so long; empty when there is none. */
    private String lostPool(long since, Duration noneUpFor) {
        if (noneUpFor.isZero()) {
            return "";
        }
        long now = System.nanoTime();
        for (String name : server.gateway().config().pools().keySet()) {
            OptionalLong lost = server.gateway().findPool(name).map(Pool::noneUpSince).orElse(OptionalLong.empty());
            if (lost.isPresent() && lost.getAsLong() - since >= 0 && now - lost.getAsLong() >= noneUpFor.toNanos()) {
                return "pool " + name + " has had no endpoint up for " + noneUpFor.toSeconds() + " s";
            }
        }
        return "";
    }

    private synchronized void onTrialOver(ConfigTrial ended, GatewayConfig before, String why) {
        if (!ended.equals(trial)) {
            return;
        }
        trial = null;
        if (why.isEmpty()) {
            history.onHeld(ended.text());
            server.events().add("the configuration stays");
            LOG.info("the configuration of {} stays: its trial is over", file);
        } else if (!server.gateway().isStopping()) {
            takeBack(before, why);
        }
    }

    private void takeBack(GatewayConfig before, String why) {
        try {
            server.gateway().apply(before);
            Logging.apply(before.log());
            server.reloads().onApplied();
            server.events().add("reload taken back: " + why);
            LOG.warn("reload of {} taken back: {}; the configuration before holds, and the file says something else",
                    file,
                    why);
        } catch (StartException | RuntimeException | Error e) {
            server.events().add("reload not taken back, by a fault: " + e.getMessage());
            LOG.error("reload of {} can't be taken back ({}): {}", file, why, e.toString());
        }
    }

    @Override
    public synchronized ReloadOutcome confirm() {
        ConfigTrial present = trial;
        if (present == null) {
            return new ReloadOutcome.Refused(List.of("no configuration is on trial"));
        }
        trial = null;
        present.end();
        history.onHeld(present.text());
        server.events().add("configuration confirmed");
        LOG.info("the configuration of {} is confirmed", file);
        return new ReloadOutcome.Applied(List.of(), List.of(), null);
    }

    @Override
    public Optional<Instant> confirmBy() {
        ConfigTrial present = trial;
        return present == null || !present.mustBeConfirmed() ? Optional.empty() : Optional.of(present.endsAt());
    }

    // ---- reading ----

    /** An editor or a copy may still be at it: half a file can be valid. */
    private void awaitSettled() {
        try {
            for (int i = 0; i < MAX_WAITS; i++) {
                long age = System.currentTimeMillis()
                        - Files.readAttributes(file, BasicFileAttributes.class).lastModifiedTime().toMillis();
                if (age < 0 || age >= SETTLED.toMillis()) {
                    return;
                }
                Thread.sleep(SETTLED.toMillis() - age);
            }
        } catch (IOException e) {
            LOG.debug("the loader will say why the file can't be read: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
