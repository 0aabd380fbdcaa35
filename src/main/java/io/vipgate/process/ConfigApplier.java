package io.vipgate.process;

import io.vipgate.access.AccessList;
import io.vipgate.config.AccessConfig;
import io.vipgate.config.ConfigDiff;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.Problem;
import io.vipgate.control.StartException;
import io.vipgate.control.StoppingException;
import io.vipgate.gateway.ReloadOutcome;
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

    ConfigApplier(GatewayServer server) {
        this.server = server;
    }

    /** What would change. */
    ReloadOutcome preview(GatewayConfig next) {
        List<ConfigDiff.Change> changes = ConfigDiff.between(server.gateway().config(), next);
        return new ReloadOutcome.Previewed(changes.stream().map(ConfigDiff.Change::toString).toList(),
                changes.stream().filter(ConfigDiff.Change::needsRestart).map(ConfigDiff.Change::toString).toList());
    }

    /** Makes a change, atomically; says so in the log, and counts it. */
    ReloadOutcome apply(ConfigAct act, GatewayConfig next, List<Problem> warnings) {
        GatewayConfig before = server.gateway().config();
        List<ConfigDiff.Change> changes = ConfigDiff.between(before, next);
        Map<String, AccessList> listsBefore = server.admissions().lists();
        try {
            server.gateway().apply(next);
        } catch (StoppingException e) {
            LOG.info("{}: {}, nothing has changed", act.name(), e.getMessage());
            return new ReloadOutcome.Stopping();
        } catch (StartException e) {
            return refused(act, List.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException | Error e) {
            String now = e.getSuppressed().length == 0
                    ? "everything is as it was"
                    : "not everything could be taken back: restart the gateway";
            server.reloads().onRejected();
            server.events().add(act.shortName() + " failed, " + now);
            LOG.error("{} failed by a fault of the gateway itself, {}", act.name(), now, e);
            return new ReloadOutcome.Refused(List.of("a fault of the gateway itself: " + e + "; " + now));
        }
        server.reloads().onApplied();
        Logging.apply(next.log());
        warnings.forEach(warning -> LOG.warn("{}", warning));
        List<String> needRestart = changes.stream().filter(ConfigDiff.Change::needsRestart)
                .map(ConfigDiff.Change::toString)
                .toList();
        List<String> lines = new ArrayList<>(changes.stream().map(ConfigDiff.Change::toString).toList());
        lines.addAll(changedFiles(before, listsBefore));
        String text = lines.isEmpty() ? "nothing has changed" : String.join("; ", lines);
        server.events().add(act.shortDone() + ": " + text);
        LOG.info("{}: {}", act.done(), text);
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

    /** Nothing has changed, and that is told and counted. */
    ReloadOutcome refused(ConfigAct act, List<String> problems) {
        server.reloads().onRejected();
        server.events().add(act.shortName() + " refused: " + String.join("; ", problems));
        LOG.error("{} refused, nothing has changed: {}", act.name(), String.join("; ", problems));
        return new ReloadOutcome.Refused(problems);
    }
}
