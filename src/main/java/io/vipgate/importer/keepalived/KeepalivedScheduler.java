package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The scheduler of a virtual server as the rule of a pool; ipvsadm(8) and the kernel's {@code ip_vs_*} modules.
 *
 * <p>Confined to one virtual server.
 */
final class KeepalivedScheduler {
    private static final int MAX_CONNECTIONS = 10_000_000;

    private final Notes notes;
    private final Statement server;
    private final Statement statement;
    private final String name;

    KeepalivedScheduler(Notes notes, Statement server) {
        this.notes = notes;
        this.server = server;
        statement = server.last("lb_algo", "lvs_sched").orElse(server);
        name = server.last("lb_algo", "lvs_sched").map(each -> each.word(1)).orElse("wlc");
    }

    boolean usesWeights() {
        return !Set.of("rr", "lc").contains(name);
    }

    /** By which weight comes first. */
    private boolean isFirst() {
        return Set.of("fo", "ovf").contains(name);
    }

    /** Sets the rule of the pool, which has its endpoints. */
    void apply(DraftPool pool) {
        pool.set("balance", switch (name) {
            case "rr", "wrr" -> "round-robin";
            case "lc", "wlc" -> "least-connections";
            case "sh", "mh" -> byClient();
            case "twos" -> "power-of-two";
            case "fo", "ovf" -> "first";
            case "sed", "nq" -> {
                notes.add(statement, "the nearest is least-connections, which also counts connections by weight, but "
                        + "without the one to be placed");
                yield "least-connections";
            }
            case "lblc", "lblcr" -> {
                notes.addLoss(statement, "sent the clients of one virtual address to one real server until that was "
                        + "overloaded; least-connections takes its place, which shares them by weight");
                yield "least-connections";
            }
            case "dh" -> {
                notes.addLoss(statement,
                        "hashes the address that clients connect to, so each virtual address had one real "
                                + "server; source-hash uses the client's, and shares by weight");
                yield "source-hash";
            }
            default -> {
                notes.addLoss(statement,
                        "no scheduler of LVS; least-connections takes its place, as keepalived's wlc does");
                yield "least-connections";
            }
        });
        if (isFirst()) {
            orderByWeight(pool);
        }
    }

    private String byClient() {
        if (server.last("sh-port", "mh-port", "flag-2").isPresent()) {
            notes.add(statement, "hashes the client's port too, so each connection had a place of its own; "
                    + "weighted-random places them by the same shares");
            return "weighted-random";
        }
        notes.add(statement,
                "source-hash also spreads clients by weight, but with another hash: most of them change their "
                        + "endpoint once, at the migration");
        return "source-hash";
    }

    /** The heaviest comes first, and the next one only while it is not there: {@code fo}, or while it is full: {@code ovf}. */
    private void orderByWeight(DraftPool pool) {
        List<DraftEndpoint> ordered = pool.endpoints().stream()
                .sorted(Comparator.comparing(DraftEndpoint::isBackup)
                        .thenComparing(Comparator.comparingLong(DraftEndpoint::weight).reversed()))
                .toList();
        pool.replaceEndpoints(ordered.stream().map(this::withoutRank).toList());
        notes.add(statement, name.equals("fo")
                ? "the real server with the largest weight takes everything while it is up, then the next one: they are "
                        + "written in that order"
                : "a real server takes one connection more than its weight, then the next one by weight: maxConnections says "
                        + "so, and they are written in that order");
    }

    private DraftEndpoint withoutRank(DraftEndpoint endpoint) {
        long room = name.equals("ovf") && !endpoint.isBackup()
                ? Math.min(MAX_CONNECTIONS, endpoint.weight() + 1)
                : 0;
        int max = Math.toIntExact(endpoint.maxConnections() == 0 || (room > 0 && room < endpoint.maxConnections())
                ? room
                : endpoint.maxConnections());
        return new DraftEndpoint(endpoint.line(), endpoint.name(), endpoint.address(), Math.min(1, endpoint.weight()),
                endpoint.isBackup(), max, endpoint.isProbed());
    }
}
