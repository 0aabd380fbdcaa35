package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One {@code virtual_server} as a listener and a pool; keepalived.conf(5), "Virtual server(s)", and ipvsadm(8) for what
 * the words mean to the kernel.
 *
 * <p>Confined to one import.
 */
final class KeepalivedVirtualServer {
    private final ConfigDraft draft;
    private final Notes notes;
    private final Statement server;
    private final List<HostPort> binds;
    private final KeepalivedScheduler scheduler;
    private final Duration idle;
    private final boolean keepsPorts;

    /** With how long LVS keeps a connection on which nothing moves. */
    KeepalivedVirtualServer(ConfigDraft draft, Notes notes, Statement server, List<HostPort> binds, Duration idle) {
        this.draft = draft;
        this.notes = notes;
        this.server = server;
        this.binds = binds;
        this.idle = idle;
        scheduler = new KeepalivedScheduler(notes, server);
        keepsPorts = keepsPorts(server, false);
    }

    private static boolean keepsPorts(Statement block, boolean orElse) {
        return block.last("lb_kind", "lvs_method")
                .map(each -> Set.of("DR", "TUN").contains(each.word(1).toUpperCase(Locale.ROOT))).orElse(orElse);
    }

    /** Whether an endpoint has the port that the client came to, so that each port needs a pool of its own. */
    static boolean followsPorts(Statement server) {
        boolean keepsPorts = keepsPorts(server, false);
        return server.block().stream().filter(each -> each.is("real_server") || each.is("sorry_server"))
                .anyMatch(each -> each.word(2).isEmpty() || each.word(2).equals("0")
                        || (each.is("real_server") && keepsPorts(each, keepsPorts)));
    }

    /** Adds it to the draft. */
    void convert(String name, Set<InetAddress> floating) {
        Optional<Statement> protocol = server.last("protocol");
        if (protocol.filter(each -> !each.word(1).equals("TCP")).isPresent()) {
            draft.missListener();
            notes.addLoss(protocol.get(), "only TCP; the virtual_server of line " + server.line() + " is left out");
            return;
        }
        if (protocol.isEmpty()) {
            notes.add(server,
                    "protocol is not set: carried over as TCP, though keepalived 2.2 says that it takes UDP then");
        }
        DraftPool pool = new DraftPool(server.line(), name);
        realServers(pool);
        sorryServer(pool);
        scheduler.apply(pool);
        settings(pool);
        report();
        DraftListener listener = draft.addListener(server.line(), name, binds, draft.addPool(pool));
        if (binds.stream().anyMatch(bind -> bind.literal().filter(floating::contains).isPresent())) {
            listener.set("freebind", true);
        }
    }

    private void realServers(DraftPool pool) {
        boolean usesWeights = scheduler.usesWeights();
        Optional<Statement> first = Optional.empty();
        Optional<Map<String, Object>> probe = Optional.empty();
        Set<Long> weights = new HashSet<>();
        List<DraftEndpoint> endpoints = new ArrayList<>();
        Optional<Statement> unchecked = Optional.empty();
        for (Statement real : server.all("real_server").toList()) {
            Optional<HostPort> address = address(real, keepsPorts(real, keepsPorts));
            if (address.isEmpty()) {
                draft.missEndpoint();
                continue;
            }
            long weight = real.last("weight").map(this::weight).orElse(1L);
            weights.add(weight);
            int max = real.last("uthreshold").map(this::count).orElse(0);
            Optional<Map<String, Object>> own = new KeepalivedProbe(notes, server, real, address.get()).read();
            endpoints.add(new DraftEndpoint(real.line(), "", address.get(),
                    usesWeights ? weight : Math.min(weight, 1), false, max, own.isPresent()));
            if (own.isEmpty()) {
                unchecked = unchecked.or(() -> Optional.of(real));
            } else if (probe.isEmpty()) {
                probe = own;
                first = Optional.of(real);
            } else if (!own.equals(probe)) {
                notes.addLoss(real, "is checked differently from the one of line "
                        + first.map(Statement::line).orElse(0) + "; a pool has one probe, and that one's is used");
            }
        }
        boolean isAnyProbed = probe.isPresent();
        endpoints.forEach(each -> pool.add(isAnyProbed ? each : each.probed()));
        weights.remove(0L);
        if (!usesWeights && (weights.size() > 1 || weights.stream().anyMatch(each -> each != 1))) {
            notes.add(server.last("lb_algo", "lvs_sched").orElse(server), "ignores weights, so those of the "
                    + "real servers are left out; set them on the endpoints if they were intended");
        }
        if (probe.isPresent()) {
            pool.set("probe", probe.get());
            unchecked.ifPresent(
                    real -> notes.add(real, "has no check: it is not probed and always counts as up, as before"));
        } else if (unchecked.isPresent()) {
            pool.set("probe", Map.of("type", "none"));
            notes.add(unchecked.get(), "no check, so keepalived never removed it, and no probe does; remove probe "
                    + "to get a TCP connect every 500 ms");
        }
    }

    private Optional<HostPort> address(Statement real, boolean keepsPort) {
        List<Integer> ports = binds.stream().map(HostPort::port).distinct().toList();
        OptionalInt written = HostPort.port(real.word(2));
        boolean isWritten = !real.word(2).isEmpty() && !real.word(2).equals("0");
        if (!isWritten && ports.size() > 1) {
            throw new IllegalStateException("a pool for each port: " + ports);
        }
        if (isWritten && written.isEmpty()) {
            notes.addLoss(real, "not a port from 1 to 65535; it is left out, and the others take its share");
            return Optional.empty();
        }
        int port = isWritten ? written.getAsInt() : ports.getFirst();
        if (keepsPort && port != ports.getFirst()) {
            notes.add(real, "lb_kind DR or TUN can't change the port, so clients came to port " + ports.getFirst()
                    + " here while " + port + " is written; the endpoint is " + real.word(1) + " port "
                    + ports.getFirst() + ", change it if the service is elsewhere");
            port = ports.getFirst();
        }
        Optional<HostPort> address = HostPort.endpoint(real.word(1), port).filter(each -> each.literal().isPresent());
        if (address.isEmpty()) {
            notes.addLoss(real, "not the address of a host; it is left out, and the others take its share");
        }
        return address;
    }

    private void sorryServer(DraftPool pool) {
        server.last("sorry_server").ifPresent(sorry -> address(sorry, false).ifPresent(address -> {
            server.all("real_server").flatMap(real -> real.last("uthreshold").stream())
                    .filter(each -> count(each) > 0).findFirst()
                    .ifPresent(
                            full -> notes.addLoss(full, "keepalived sends nobody to the sorry_server because the real "
                                    + "servers are full: LVS refuses clients then; now the backup gets them"));
            pool.add(new DraftEndpoint(sorry.line(), "sorry", address).asBackup().unprobed());
            notes.add(sorry,
                    "a backup endpoint that is not probed, as keepalived did not check it, and used when none of "
                            + "the others is available");
        }));
    }

    private void settings(DraftPool pool) {
        new KeepalivedPersistence(notes, server).apply(pool, binds.stream().anyMatch(HostPort::isIpv6));
        pool.set("timeouts", "idle", Durations.print(idle));
        pool.set("onDown", inhibitsOnFailure() ? "keep" : "close");
    }

    private boolean inhibitsOnFailure() {
        return server.last("inhibit_on_failure").isPresent()
                || server.all("real_server").anyMatch(real -> real.last("inhibit_on_failure").isPresent());
    }

    private long weight(Statement statement) {
        if (!statement.word(1).matches("[0-9]{1,9}")) {
            notes.addLoss(statement, "not a whole number; the weight is 1");
            return 1;
        }
        return Long.parseLong(statement.word(1));
    }

    private int count(Statement statement) {
        return statement.word(1).matches("[0-9]{1,9}") ? Integer.parseInt(statement.word(1)) : 0;
    }

    private void report() {
        for (Statement option : server.block()) {
            switch (option.name()) {
                case "lb_algo", "lvs_sched", "persistence_timeout", "persistence_granularity", "protocol",
                        "sorry_server", "virtualhost", "ip_family", "sh-port", "mh-port", "flag-2" ->
                    {
                    }
                case "lb_kind", "lvs_method" -> notes.add(option, forwarding(option.word(1)));
                case "real_server" -> reportReal(option);
                case "inhibit_on_failure" -> inhibition(option);
                case "quorum" -> quorum(option);
                default -> reportRest(option);
            }
        }
    }

    private void reportReal(Statement real) {
        for (Statement option : real.block()) {
            switch (option.name()) {
                case "weight", "uthreshold", "lb_kind", "lvs_method", "virtualhost" -> {
                }
                case "inhibit_on_failure" -> inhibition(option);
                default -> reportRest(option);
            }
        }
    }

    private void reportRest(Statement option) {
        if (!KeepalivedProbe.TIMES.contains(option.name()) && !KeepalivedProbe.isChecker(option.name())) {
            KeepalivedUnsupported.report(option, notes);
        }
    }

    /** How much weight must be up, which decides more than scripts only where there is a sorry server. */
    private void quorum(Statement option) {
        if (option.word(1).equals("1")) {
            return;
        }
        if (server.last("sorry_server").isPresent()) {
            notes.addLoss(option,
                    "no equivalent: keepalived sent all clients to the sorry_server while less weight than this "
                            + "was up; vipgate uses what is up, and the backup when nothing is");
        } else {
            notes.add(option,
                    "no equivalent: without a sorry_server it only decides when quorum_up and quorum_down run; a "
                            + "pool serves with whatever is up");
        }
    }

    private void inhibition(Statement option) {
        boolean isForAll = server.last("inhibit_on_failure").isPresent()
                || server.all("real_server").allMatch(real -> real.last("inhibit_on_failure").isPresent());
        notes.add(option,
                "onDown: keep does the same for open connections; new connections go to other endpoints"
                        + ", those of pinned clients too"
                        + (isForAll
                                ? ""
                                : ". It holds for the whole pool: the real servers without inhibit_on_failure keep their "
                                        + "open connections too when they fail, and keepalived ended those"));
    }

    private static String forwarding(String kind) {
        return switch (kind.toUpperCase(Locale.ROOT)) {
            case "DR", "TUN" ->
                "replies pass through the gateway now; with pools.P.clientAddress the real servers need a route back "
                        + "through it, see vipgate check --routing. The services must listen on the real servers' own "
                        + "addresses; the virtual address on their loopback and their ARP settings are no longer "
                        + "needed";
            default ->
                "the real servers no longer need a route back through the gateway, unless they are to see the clients' "
                        + "addresses, as with NAT: pools.P.clientAddress, and vipgate check --routing";
        };
    }
}
