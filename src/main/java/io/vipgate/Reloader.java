package io.vipgate;

import io.vipgate.config.ConfigDiff;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.Loaded;
import io.vipgate.config.Problem;
import io.vipgate.config.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again and has the gateway become what it says, whole or not at all.
 *
 * <p>Thread-safe: one reload after the other.
 */
public final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);
    /** A file that was written less than this ago may still be being written. */
    private static final Duration SETTLED = Duration.ofMillis(200);
    private static final int MOST_WAITS = 25;
    private static final List<String> NEED_RESTART = List.of("runtime", "admin.bind", "metrics");

    private final Gateway gateway;
    private final Path file;
    private final @Nullable FileState firstRead;
    private final Map<String, String> environment;

    /** What became of a reload. */
    public sealed interface Outcome {
        /**
         * The configuration holds.
         *
         * @param changes what differs from before, one line each
         * @param needRestart those of them that take effect at the next start
         */
        record Applied(List<String> changes, List<String> needRestart) implements Outcome {}

        /**
         * Nothing has changed.
         *
         * @param problems why, one line each
         */
        record Refused(List<String> problems) implements Outcome {}
    }

    /**
     * Makes a reloader.
     *
     * @param file the configuration
     * @param firstRead the file just before it was read for the first time; null when it was not there
     * @param environment what <code>${NAME}</code> in values stands for; a process can't see a newer one
     */
    public Reloader(Gateway gateway, Path file, @Nullable FileState firstRead, Map<String, String> environment) {
        this.gateway = gateway;
        this.file = file;
        this.firstRead = firstRead;
        this.environment = Map.copyOf(environment);
    }

    /** The configuration's file. */
    public Path file() {
        return file;
    }

    @Nullable
    FileState firstRead() {
        return firstRead;
    }

    /** Has log files that were renamed opened by their names again. */
    public void reopenLogs() {
        gateway.reopenAccessLog();
    }

    /** Reads the file and makes the change; says so in the log. */
    public synchronized Outcome reload() {
        awaitSettled();
        Outcome outcome = switch (ConfigLoader.load(file, environment)) {
            case Rejected rejected -> refused(rejected.problems().stream().map(Problem::toString).toList());
            case Loaded loaded -> apply(loaded);
        };
        switch (outcome) {
            case Outcome.Applied _ -> gateway.reloads().onApplied();
            case Outcome.Refused _ -> gateway.reloads().onRejected();
        }
        return outcome;
    }

    /** An editor or a copy may still be at it: half a file can be valid. */
    private void awaitSettled() {
        try {
            for (int i = 0; i < MOST_WAITS; i++) {
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

    private Outcome apply(Loaded loaded) {
        GatewayConfig before = gateway.config();
        List<ConfigDiff.Change> changes = ConfigDiff.between(before, loaded.config());
        try {
            gateway.apply(loaded.config());
        } catch (StartException e) {
            return refused(List.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            // A fault of ours: what has been changed so far can't be told.
            LOG.error("reload of {} failed", file, e);
            return new Outcome.Refused(List.of("a fault of the gateway itself: " + e));
        }
        Logging.apply(loaded.config().log());
        loaded.warnings().forEach(warning -> LOG.warn("{}", warning));
        if (!loaded.pendingKeys().isEmpty()) {
            LOG.warn("no effect yet in this version: {}", String.join(", ", loaded.pendingKeys()));
        }
        List<String> needRestart = changes.stream().filter(Reloader::needsRestart).map(ConfigDiff.Change::toString)
                .toList();
        List<String> lines = changes.stream().map(ConfigDiff.Change::toString).toList();
        gateway.tell("reloaded: " + (lines.isEmpty() ? "nothing has changed" : String.join("; ", lines)));
        LOG.info("reloaded {}: {}", file, lines.isEmpty() ? "nothing has changed" : String.join("; ", lines));
        if (!needRestart.isEmpty()) {
            LOG.warn("takes effect at the next start: {}", String.join("; ", needRestart));
        }
        return new Outcome.Applied(lines, needRestart);
    }

    static boolean needsRestart(ConfigDiff.Change change) {
        return NEED_RESTART.stream().anyMatch(key -> change.path().equals(key) || change.path().startsWith(key + "."))
                || change.path().equals("admin");
    }

    private Outcome refused(List<String> problems) {
        gateway.tell("reload refused: " + String.join("; ", problems));
        LOG.error("reload of {} refused, nothing has changed: {}", file, String.join("; ", problems));
        return new Outcome.Refused(problems);
    }
}
