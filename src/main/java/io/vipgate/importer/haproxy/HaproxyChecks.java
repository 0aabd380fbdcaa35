package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The checks of a backend's servers as the one probe of a pool. Who is checked otherwise than the first is lost to that, which is noted.
 *
 * <p>Confined to one import.
 */
final class HaproxyChecks {
    /** Keys that say how soon a probe decides, not what. */
    private static final Set<String> TIMES = Set.of("interval", "fastInterval", "timeout", "rise", "fall");

    private final Notes notes;
    private final HaproxySection backend;
    private final HaproxyTracks tracks;
    private final Optional<HostPort> listener;
    private final Map<HaproxySection, HaproxyCheck> checks = new HashMap<>();

    HaproxyChecks(Notes notes, HaproxySections sections, HaproxySection backend, Optional<HostPort> listener) {
        this.notes = notes;
        this.backend = backend;
        this.listener = listener;
        tracks = new HaproxyTracks(sections);
    }

    void apply(DraftPool pool, List<HaproxyServer> servers) {
        Optional<HaproxyServer> first = Optional.empty();
        Map<String, Object> probe = Map.of("type", "none");
        boolean hasCheck = servers.stream().anyMatch(HaproxyServer::isChecked);
        for (HaproxyServer server : servers) {
            Optional<HaproxyTracks.Checked> checked = tracks.of(backend, server);
            if (checked.isEmpty()) {
                unchecked(server, hasCheck);
                continue;
            }
            if (server.has("track")) {
                tracked(server, checked.get());
            }
            Map<String, Object> own = probe(checked.get(), server, first.isEmpty());
            if (first.isEmpty()) {
                first = Optional.of(server);
                probe = own;
            } else if (!own.equals(probe)) {
                boolean isOnlyTime = without(own).equals(without(probe));
                String text = "is checked differently from the one of line " + first.get().statement().line()
                        + "; a pool has one probe, and that one's is used";
                if (isOnlyTime) {
                    notes.add(server.statement(), text + ", which asks the same at other intervals");
                } else {
                    notes.addLoss(server.statement(), text);
                }
            }
        }
        pool.set("probe", probe);
        if (!hasCheck && !servers.isEmpty()) {
            notes.add(backend.section(),
                    "no server has check, so none is probed; remove probe to get a TCP connect every "
                            + "500 ms");
        }
    }

    private static Map<String, Object> without(Map<String, Object> probe) {
        Map<String, Object> rest = new HashMap<>(probe);
        rest.keySet().removeAll(TIMES);
        return rest;
    }

    private void unchecked(HaproxyServer server, boolean hasCheck) {
        if (server.has("track")) {
            notes.addLoss(server.statement(), "track " + server.value("track").orElse("")
                    + ": no server with a check is found there; it is probed as the others of the pool, if they are");
        } else if (hasCheck) {
            notes.add(server.statement(), "has no check: it is not probed and always counts as up, as before");
        }
    }

    private void tracked(HaproxyServer server, HaproxyTracks.Checked checked) {
        notes.add(server.statement(),
                "track " + server.value("track").orElse("") + ": is probed by itself, as the server of line "
                        + checked.server().statement().line() + " is checked");
    }

    /** What concerns the line of another server than the first is said too; what concerns the check is said once. */
    private Map<String, Object> probe(HaproxyTracks.Checked checked, HaproxyServer server, boolean isFirst) {
        Notes own = isFirst ? notes : new Notes();
        Map<String, Object> probe = checks
                .computeIfAbsent(checked.backend(), section -> new HaproxyCheck(notes, section,
                        section.isFrontend() ? listener : Optional.empty()))
                .of(checked.server(), server, own);
        if (!isFirst) {
            int line = server.statement().line();
            own.inOrder().stream().filter(each -> each.line() == line && each.isLoss())
                    .forEach(each -> notes.addLoss(line, each.text()));
        }
        return probe;
    }
}
