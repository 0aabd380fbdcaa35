package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A backend, as its frontend sees it, as a pool.
 *
 * <p>Confined to one import.
 */
final class HaproxyPool {
    private static final Duration MAX_SLOW_START = Duration.ofHours(1);

    private final Notes notes;
    private final HaproxySections sections;
    private final HaproxySection frontend;
    private final HaproxySection backend;
    private final List<HaproxyServer> servers;
    private boolean wasTransparent;

    HaproxyPool(Notes notes, HaproxySections sections, HaproxySection frontend, HaproxySection backend,
            List<HaproxyServer> servers) {
        this.notes = notes;
        this.sections = sections;
        this.frontend = frontend;
        this.backend = backend;
        this.servers = HaproxyBalance.ordered(backend, servers);
    }

    /** Whether endpoints saw the clients' addresses as those of the connections. */
    boolean wasTransparent() {
        return wasTransparent;
    }

    /**
     * The pool for clients of a port.
     *
     * @param listener where the backend itself listens, if it does
     */
    DraftPool draft(String name, int clientPort, Optional<HostPort> listener) {
        DraftPool pool = new DraftPool(backend.section().line(), name);
        HaproxyEndpoints endpoints = new HaproxyEndpoints(notes, servers, clientPort);
        List<HaproxyServer> accepted = endpoints.addTo(pool);
        endpoints.noteFullServers(accepted, backend.option("allbackups").isPresent());
        pool.set("balance", new HaproxyBalance(notes, backend, accepted).rule());
        serverSettings(pool, accepted);
        new HaproxyChecks(notes, sections, backend, listener).apply(pool, accepted);
        HaproxySource source = new HaproxySource(notes, backend, accepted);
        source.apply(pool);
        wasTransparent |= source.wasTransparent();
        new HaproxyTimeouts(notes, frontend, backend).apply(pool);
        new HaproxyStickTable(notes, sections, backend).apply(pool, accepted);
        return pool;
    }

    private void serverSettings(DraftPool pool, List<HaproxyServer> accepted) {
        List<HaproxyServer> closing = accepted.stream()
                .filter(each -> each.value("on-marked-down").filter(what -> what.equals("shutdown-sessions"))
                        .isPresent())
                .toList();
        if (!closing.isEmpty()) {
            pool.set("onDown", "close");
            accepted.stream().filter(each -> !closing.contains(each)).findFirst()
                    .ifPresent(other -> notes.addLoss(closing.getFirst().statement(),
                            "on-marked-down shutdown-sessions: onDown applies to a whole pool, so open connections of "
                                    + other.name() + " are reset too when it goes down"));
        }
        slowStart(pool, accepted);
    }

    private void slowStart(DraftPool pool, List<HaproxyServer> accepted) {
        Optional<HaproxyServer> slow = accepted.stream().filter(each -> !ramp(each).isZero()).findFirst();
        if (slow.isEmpty()) {
            return;
        }
        Object balance = pool.setting("balance");
        if (balance.equals("source-hash") || balance.equals("first")) {
            notes.leftOut(slow.get().statement(), "slowstart means nothing with " + balance);
            return;
        }
        Duration ramp = ramp(slow.get());
        pool.set("slowStart", Durations.print(Durations.clamp(ramp, Duration.ZERO, MAX_SLOW_START)));
        accepted.stream().filter(each -> !ramp(each).equals(ramp)).findFirst()
                .ifPresent(other -> notes.addLoss(slow.get().statement(), "slowstart holds for a whole pool, so "
                        + "after a return " + other.name() + " has this one too"));
    }

    private static Duration ramp(HaproxyServer server) {
        return server.duration("slowstart").orElse(Duration.ZERO);
    }
}
