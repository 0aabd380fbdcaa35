package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A backend, as its frontend sees it, as a pool.
 *
 * <p>Confined to one import.
 */
final class HaproxyPool {
    private static final Duration MAX_SLOW_START = Duration.ofHours(1);
    /** What {@code rebalance.idleFor} is unless it is said, and at least. */
    private static final Duration IDLE_FOR = Duration.ofSeconds(5);
    private static final Duration LEAST_IDLE_FOR = Duration.ofMillis(500);

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
        backupReturn(pool, accepted);
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

    /** Sessions on backups when a server is back: {@code on-marked-up shutdown-backup-sessions}. */
    private void backupReturn(DraftPool pool, List<HaproxyServer> accepted) {
        Optional<HaproxyServer> returning = accepted.stream()
                .filter(each -> each.value("on-marked-up").filter("shutdown-backup-sessions"::equals).isPresent())
                .findFirst();
        if (returning.isEmpty()) {
            return;
        }
        String shown = "on-marked-up shutdown-backup-sessions: ";
        if (pool.endpoints().stream().noneMatch(DraftEndpoint::isBackup)) {
            notes.add(returning.get().statement(), shown + "there is no backup; it is left out");
            return;
        }
        Duration idle = idle(pool);
        if (idle.dividedBy(2).compareTo(LEAST_IDLE_FOR) < 0) {
            notes.add(returning.get().statement(), shown + "left out: timeouts.idle ends idle sessions sooner");
            return;
        }
        pool.set("rebalance", "when", "recovery");
        pool.set("rebalance", "after", "0s");
        if (idle.compareTo(IDLE_FOR) <= 0) {
            pool.set("rebalance", "idleFor", Durations.print(idle.dividedBy(2)));
        }
        notes.add(returning.get().statement(), shown + "rebalance closes what is at backups little by little, idle "
                + "relays alone, and evens the shares of the others out; HAProxy closes all at once, busy ones too");
    }

    private static Duration idle(DraftPool pool) {
        return pool.setting("timeouts") instanceof Map<?, ?> timeouts && timeouts.get("idle") instanceof String idle
                ? Durations.of(Long.parseLong(idle.replaceAll("\\D", "")), idle.replaceAll("\\d", ""))
                : Durations.MAX;
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
