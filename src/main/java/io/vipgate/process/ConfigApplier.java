package io.vipgate.process;

import io.vipgate.access.AccessList;
import io.vipgate.config.AccessConfig;
import io.vipgate.config.ConfigDiff;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.Loaded;
import io.vipgate.control.StartException;
import io.vipgate.gateway.ReloadOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies a configuration that has been read to a gateway that runs.
 *
 * <p>Confined to the change that is under way.
 */
final class ConfigApplier {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigApplier.class);

    private final GatewayServer server;
    private final Path file;

    /**
     * Makes one.
     *
     * @param file where configurations come from, for the log
     */
    ConfigApplier(GatewayServer server, Path file) {
        this.server = server;
        this.file = file;
    }

    /** What would change. */
    ReloadOutcome preview(Loaded loaded) {
        List<ConfigDiff.Change> changes = ConfigDiff.between(server.gateway().config(), loaded.config());
        return new ReloadOutcome.Previewed(changes.stream().map(ConfigDiff.Change::toString).toList(),
                changes.stream().filter(ConfigDiff.Change::needsRestart).map(ConfigDiff.Change::toString).toList());
    }

    /** Makes a change, atomically; says so in the log. */
    ReloadOutcome apply(Loaded loaded) {
        GatewayConfig before = server.gateway().config();
        List<ConfigDiff.Change> changes = ConfigDiff.between(before, loaded.config());
        Map<String, AccessList> listsBefore = server.admissions().lists();
        try {
            server.gateway().apply(loaded.config());
        } catch (StartException e) {
            return refused(List.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException | Error e) {
            String now = e.getSuppressed().length == 0
                    ? "everything is as it was"
                    : "not everything could be taken back: restart the gateway";
            server.events().add("reload failed, " + now);
            LOG.error("reload of {} failed by a fault of the gateway itself, {}", file, now, e);
            return new ReloadOutcome.Refused(List.of("a fault of the gateway itself: " + e + "; " + now));
        }
        Logging.apply(loaded.config().log());
        loaded.warnings().forEach(warning -> LOG.warn("{}", warning));
        List<String> needRestart = changes.stream().filter(ConfigDiff.Change::needsRestart)
                .map(ConfigDiff.Change::toString)
                .toList();
        List<String> lines = new ArrayList<>(changes.stream().map(ConfigDiff.Change::toString).toList());
        lines.addAll(changedFiles(before, listsBefore));
        server.events().add("reloaded: " + (lines.isEmpty() ? "nothing has changed" : String.join("; ", lines)));
        LOG.info("reloaded {}: {}", file, lines.isEmpty() ? "nothing has changed" : String.join("; ", lines));
        if (!needRestart.isEmpty()) {
            LOG.warn("requires a restart: {}", String.join("; ", needRestart));
        }
        return new ReloadOutcome.Applied(List.copyOf(lines), needRestart, null);
    }

    /** Access lists whose entries stand in the configuration as before, and in whose files there is something else. */
    private List<String> changedFiles(GatewayConfig before, Map<String, AccessList> listsBefore) {
        List<String> changed = new ArrayList<>();
        server.admissions().lists().forEach((listener, list) -> {
            AccessList old = listsBefore.get(listener);
            if (old != null && !old.hasSameNetworks(list) && access(before, listener)
                    .equals(access(server.gateway().config(), listener))) {
                changed.add("listeners." + listener + ".access: files with other networks, " + list.size() + " in all, "
                        + old.size() + " before");
            }
        });
        Collections.sort(changed);
        return changed;
    }

    private static Optional<AccessConfig> access(GatewayConfig config, String listener) {
        return Optional.ofNullable(config.listeners().get(listener)).flatMap(ListenerConfig::access);
    }

    /** Nothing has changed, and that is told. */
    ReloadOutcome refused(List<String> problems) {
        server.events().add("reload refused: " + String.join("; ", problems));
        LOG.error("reload of {} refused, nothing has changed: {}", file, String.join("; ", problems));
        return new ReloadOutcome.Refused(problems);
    }
}
