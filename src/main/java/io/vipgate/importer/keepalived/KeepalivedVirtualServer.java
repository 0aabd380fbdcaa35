package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.net.InetAddress;
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
    private final String scheduler;
    private final boolean keepsPorts;

    KeepalivedVirtualServer(ConfigDraft draft, Notes notes, Statement server, List<HostPort> binds) {
        this.draft = draft;
        this.notes = notes;
        this.server = server;
        this.binds = binds;
        scheduler = server.last("lb_algo", "lvs_sched").map(each -> each.word(1)).orElse("wlc");
        keepsPorts = keepsPorts(server, false);
    }

    private static boolean keepsPorts(Statement block, boolean orElse) {
        return block.last("lb_kind", "lvs_method").map(each -> Set.of("DR", "TUN").contains(each.word(1)))
                .orElse(orElse);
    }

    /** Adds it to the draft. */
    void convert(String name, Set<InetAddress> floating) {
        Optional<Statement> protocol = server.last("protocol").filter(each -> !each.word(1).equals("TCP"));
        if (protocol.isPresent()) {
            notes.add(protocol.get(), "only TCP; the virtual_server of line " + server.line() + " is left out");
            return;
        }
        DraftPool pool = new DraftPool(server.line(), name);
        balance(pool);
        realServers(pool);
        sorryServer(pool);
        if (scheduler.equals("fo") || scheduler.equals("ovf")) {
            long largest = pool.endpoints().stream().filter(each -> !each.isBackup()).mapToLong(DraftEndpoint::weight)
                    .max().orElse(0);
            pool.makeBackupsExceptFirst(endpoint -> endpoint.weight() == largest);
        }
        settings(pool);
        report();
        DraftListener listener = draft.addListener(server.line(), name, binds, draft.addPool(pool));
        if (binds.stream().anyMatch(bind -> bind.literal().filter(floating::contains).isPresent())) {
            listener.set("freebind", true);
        }
    }

    private void balance(DraftPool pool) {
        Statement statement = server.last("lb_algo", "lvs_sched").orElse(server);
        pool.set("balance", switch (scheduler) {
            case "rr", "wrr" -> "round-robin";
            case "lc", "wlc" -> "least-connections";
            case "sh", "mh" -> "source-hash";
            case "twos" -> "power-of-two";
            case "fo", "ovf" -> {
                notes.add(statement,
                        "the real server with the largest weight is the primary, the others are its backups"
                                + (scheduler.equals("ovf") ? "; maxConnections says when it is full" : ""));
                yield "least-connections";
            }
            case "sed", "nq", "lblc", "lblcr" -> {
                notes.add(statement,
                        "the nearest is least-connections; it also counts connections by weight, but ignores "
                                + (scheduler.startsWith("lblc")
                                        ? "where an address went before"
                                        : "the connection to be placed"));
                yield "least-connections";
            }
            case "dh" -> {
                notes.add(statement, "hashes the address that clients connect to, so each address had one real server; "
                        + "source-hash uses the client's");
                yield "source-hash";
            }
            default -> {
                notes.add(statement, "unknown scheduler; least-connections takes its place");
                yield "least-connections";
            }
        });
        if (scheduler.equals("sh") || scheduler.equals("mh")) {
            notes.add(statement,
                    "source-hash also spreads clients by weight, but with another hash: most of them change their "
                            + "endpoint once, at the migration");
        }
    }

    private void realServers(DraftPool pool) {
        boolean usesWeights = !Set.of("rr", "lc").contains(scheduler);
        Optional<Statement> first = Optional.empty();
        Optional<Map<String, Object>> probe = Optional.empty();
        Set<Long> weights = new HashSet<>();
        List<DraftEndpoint> endpoints = new ArrayList<>();
        Optional<Statement> unchecked = Optional.empty();
        for (Statement real : server.all("real_server").toList()) {
            Optional<HostPort> address = address(real, keepsPorts(real, keepsPorts));
            if (address.isEmpty()) {
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
                notes.add(real, "is checked differently from the one of line " + first.map(Statement::line).orElse(0)
                        + "; a pool has one probe, and that one's is used");
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
            notes.leftOut(real, "no port, and the virtual_server has several; an endpoint has one");
            return Optional.empty();
        }
        if (isWritten && written.isEmpty()) {
            notes.leftOut(real, "not a port from 1 to 65535");
            return Optional.empty();
        }
        int port = isWritten ? written.getAsInt() : ports.getFirst();
        if (keepsPort && ports.size() == 1 && port != ports.getFirst()) {
            notes.add(real, "lb_kind DR or TUN can't change the port, so clients came to port " + ports.getFirst()
                    + " here while " + port + " is written; the endpoint is " + real.word(1) + " port "
                    + ports.getFirst() + ", change it if the service is elsewhere");
            port = ports.getFirst();
        }
        Optional<HostPort> address = HostPort.endpoint(real.word(1), port).filter(each -> each.literal().isPresent());
        if (address.isEmpty()) {
            notes.leftOut(real, "not the address of a host");
        }
        return address;
    }

    private void sorryServer(DraftPool pool) {
        server.last("sorry_server").ifPresent(sorry -> address(sorry, false).ifPresent(address -> {
            pool.add(new DraftEndpoint(sorry.line(), "sorry", address).asBackup().unprobed());
            notes.add(sorry,
                    "a backup endpoint that is not probed, and used when none of the others is available");
        }));
    }

    private void settings(DraftPool pool) {
        new KeepalivedPersistence(notes, server).apply(pool, binds.stream().anyMatch(HostPort::isIpv6));
        if (inhibitsOnFailure()) {
            pool.set("onDown", "keep");
        }
    }

    private boolean inhibitsOnFailure() {
        return server.last("inhibit_on_failure").isPresent()
                || server.all("real_server").anyMatch(real -> real.last("inhibit_on_failure").isPresent());
    }

    private long weight(Statement statement) {
        if (!statement.word(1).matches("[0-9]{1,9}")) {
            notes.add(statement, "not a whole number; the weight is 1");
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
                        "sorry_server", "virtualhost", "ip_family" ->
                    {
                    }
                case "lb_kind", "lvs_method" -> notes.add(option, forwarding(option.word(1)));
                case "real_server" -> reportReal(option);
                case "inhibit_on_failure" -> inhibition(option);
                case "quorum" -> {
                    if (!option.word(1).equals("1")) {
                        KeepalivedUnsupported.report(option, notes);
                    }
                }
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

    private void inhibition(Statement option) {
        notes.add(option,
                "onDown: keep does the same for open connections; new connections go to other endpoints"
                        + ", those of pinned clients too");
    }

    private static String forwarding(String kind) {
        return switch (kind.toUpperCase(Locale.ROOT)) {
            case "DR", "TUN" ->
                "replies pass through the gateway now. The services must listen on the real servers' "
                        + "own addresses; the virtual address on their loopback and their ARP settings are no longer "
                        + "needed";
            default -> "the real servers no longer need a route back through the gateway";
        };
    }
}
