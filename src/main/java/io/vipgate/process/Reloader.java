package io.vipgate.process;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import io.vipgate.config.Rejected;
import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import io.vipgate.operations.ConfigControl;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final GatewayServer server;
    private final SettledFile file;
    private final @Nullable FileIdentity firstRead;
    private final ConfigAct reload;
    private final ConfigApplier applier;
    private final ConfigHistory history = new ConfigHistory(InstantSource.system());
    private volatile @Nullable ConfigTrial trial;

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
        this.file = new SettledFile(file, environment);
        this.firstRead = firstRead;
        reload = ConfigAct.reload(file);
        applier = new ConfigApplier(server);
    }

    /** The configuration's file. */
    public Path file() {
        return file.path();
    }

    @Nullable
    FileIdentity firstRead() {
        return firstRead;
    }

    /** Has log files that were renamed opened by their names again. */
    public void reopenLogs() {
        server.accessLog().reopen();
    }

    /** Remembers what the gateway has started with. */
    public synchronized void onStarted(Loaded loaded) {
        history.onHeld(loaded.text(), loaded.config().stateFile());
    }

    /** The gateway stops: what is on trial is decided by whoever starts it again. */
    void onStopping() {
        ConfigTrial present = trial;
        if (present != null) {
            present.end();
            LOG.warn("stopping while a configuration is on trial: a start reads {}, and nothing takes it back then",
                    file.path());
        }
    }

    /** Reads the file and makes the change; says so in the log. */
    public ReloadOutcome reload() {
        return reload(ReloadRequest.PLAIN);
    }

    @Override
    public ReloadOutcome reload(ReloadRequest request) {
        return request.isDryRun() ? preview(file.load()) : change(request);
    }

    /** Holds nobody up: a confirmation must not wait for a file that is being written. */
    private ReloadOutcome preview(LoadResult read) {
        return switch (read) {
            case Rejected rejected -> new ReloadOutcome.Refused(problems(rejected));
            case Loaded loaded -> applier.preview(loaded.config());
        };
    }

    private synchronized ReloadOutcome change(ReloadRequest request) {
        ConfigTrial present = trial;
        if (present != null) {
            return applier.refused(reload, onTrial(present));
        }
        return switch (file.load()) {
            case Rejected rejected -> applier.refused(reload, problems(rejected));
            case Loaded loaded -> apply(loaded, request);
        };
    }

    private ReloadOutcome apply(Loaded loaded, ReloadRequest request) {
        GatewayConfig before = server.gateway().config();
        PoolOutage outage = new PoolOutage(server.gateway(), System.nanoTime(), request.noneUpFor());
        ReloadOutcome outcome = applier.apply(reload, loaded.config(), loaded.warnings());
        if (!(outcome instanceof ReloadOutcome.Applied applied)) {
            return outcome;
        }
        if (request.isOnTrial()) {
            return begin(new ConfigTrial(request, loaded, before), outage, applied);
        }
        hold(loaded);
        return outcome;
    }

    private void hold(Loaded loaded) {
        history.onHeld(loaded.text(), loaded.config().stateFile());
    }

    /** Reads the files of access lists again, for the configuration that holds: the file may say another one. */
    synchronized void rereadLists() {
        if (!server.gateway().isStopping()) {
            var _ = applier.apply(ConfigAct.lists(), server.gateway().config(), List.of());
        }
    }

    private static List<String> problems(Rejected rejected) {
        return rejected.problems().stream().map(Problem::toString).toList();
    }

    // ---- on trial ----

    private ReloadOutcome begin(ConfigTrial begun, PoolOutage outage, ReloadOutcome.Applied applied) {
        trial = begun;
        begun.start(outage::find, this::onTrialOver);
        Instant end = begun.endsAt();
        tell("the configuration is on trial until " + end
                + (begun.mustBeConfirmed() ? ": it goes back to the one before unless it is confirmed" : ""));
        return new ReloadOutcome.Applied(applied.changes(), applied.needRestart(),
                begun.mustBeConfirmed() ? end : null);
    }

    private static List<String> onTrial(ConfigTrial present) {
        return List.of("the configuration that was loaded last is on trial until " + present.endsAt()
                + " (expected: vipgate confirm or vipgate rollback first)");
    }

    private synchronized boolean onTrialOver(ConfigTrial ended, String why) {
        if (!ended.equals(trial) || server.gateway().isStopping()) {
            return true;
        }
        if (why.isEmpty()) {
            keep(ended, "the configuration stays: its trial is over");
            return true;
        }
        return takeBack(ended, why) instanceof ReloadOutcome.Applied;
    }

    private void keep(ConfigTrial ended, String text) {
        trial = null;
        ended.end();
        hold(ended.loaded());
        tell(text);
    }

    private ReloadOutcome takeBack(ConfigTrial ended, String why) {
        ReloadOutcome outcome = applier.apply(ConfigAct.takingBack(), ended.before(), List.of());
        if (outcome instanceof ReloadOutcome.Applied) {
            trial = null;
            ended.end();
            server.events().add("reload taken back: " + why);
            LOG.warn(
                    "reload of {} taken back: {}; the configuration before holds, but the next reload or start reads the file",
                    file.path(), why);
        }
        return outcome;
    }

    @Override
    public synchronized ReloadOutcome confirm() {
        ConfigTrial present = trial;
        if (present == null) {
            return new ReloadOutcome.Refused(List.of("no configuration is on trial"));
        }
        keep(present, "the configuration is confirmed");
        return new ReloadOutcome.Applied(List.of(), List.of(), null);
    }

    @Override
    public Optional<Instant> confirmBy() {
        ConfigTrial present = trial;
        return present == null || !present.mustBeConfirmed() ? Optional.empty() : Optional.of(present.endsAt());
    }

    private void tell(String text) {
        server.events().add(text);
        LOG.info("{}", text);
    }

    // ---- back ----

    @Override
    public synchronized ReloadOutcome rollBack(int steps, boolean isDryRun) {
        ConfigTrial present = trial;
        if (present != null) {
            return steps == 1 ? rollBack(present, isDryRun) : new ReloadOutcome.Refused(onTrial(present));
        }
        Optional<HeldConfig> earlier = history.before(steps);
        if (earlier.isEmpty()) {
            int most = history.since().size() - 1;
            return new ReloadOutcome.Refused(List.of(most <= 0
                    ? "no earlier configuration is known"
                    : "no configuration is known that held " + steps + " before this one (expected: at most " + most
                            + ")"));
        }
        return rollBack(earlier.get(), steps, isDryRun);
    }

    /** What is on trial goes at once. */
    private ReloadOutcome rollBack(ConfigTrial present, boolean isDryRun) {
        return isDryRun ? applier.preview(present.before()) : takeBack(present, "vipgate rollback");
    }

    private ReloadOutcome rollBack(HeldConfig earlier, int steps, boolean isDryRun) {
        LoadResult read = ConfigLoader.parse("the configuration of " + earlier.since(),
                earlier.text().getBytes(StandardCharsets.UTF_8), file.environment());
        if (isDryRun) {
            return preview(read);
        }
        ConfigAct act = ConfigAct.rollback(earlier.since());
        ReloadOutcome outcome = switch (read) {
            case Rejected rejected -> applier.refused(act, problems(rejected));
            case Loaded loaded -> applier.apply(act, loaded.config(), loaded.warnings());
        };
        if (outcome instanceof ReloadOutcome.Applied) {
            history.onRolledBack(steps, server.gateway().config().stateFile());
            LOG.warn("{} is left alone: the next reload or start reads it", file.path());
        }
        return outcome;
    }

    @Override
    public synchronized List<Earlier> earlier() {
        return history.since().stream().map(Earlier::new).toList();
    }
}
