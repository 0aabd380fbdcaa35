package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The {@code balance} line of a backend as the rule of a pool.
 *
 * <p>Confined to one import.
 */
final class HaproxyBalance {
    /** They need mode http; in mode tcp HAProxy warns and takes roundrobin. */
    private static final Set<String> HTTP_ONLY = Set.of("uri", "url_param", "hdr");

    private final Notes notes;
    private final HaproxySection backend;
    private final List<HaproxyServer> servers;

    HaproxyBalance(Notes notes, HaproxySection backend, List<HaproxyServer> servers) {
        this.notes = notes;
        this.backend = backend;
        this.servers = servers;
    }

    /** The servers in the order in which {@code balance first} takes them: by their id, which is their number where none is written. */
    static List<HaproxyServer> ordered(HaproxySection backend, List<HaproxyServer> servers) {
        if (!backend.last("balance").map(each -> each.word(1)).orElse("").equals("first")) {
            return servers;
        }
        Set<Long> written = servers.stream().filter(each -> each.number("id", 0) > 0).map(each -> each.number("id", 0))
                .collect(Collectors.toSet());
        SortedMap<Long, HaproxyServer> byId = new TreeMap<>();
        long next = 1;
        for (HaproxyServer server : servers) {
            long id = server.number("id", 0);
            while (id == 0 && written.contains(next)) {
                next++;
            }
            byId.putIfAbsent(id == 0 ? next++ : id, server);
        }
        return byId.size() == servers.size() ? List.copyOf(byId.values()) : servers;
    }

    String rule() {
        List<HaproxyServer> backups = servers.stream().filter(each -> each.has("backup")).toList();
        String rule = written();
        if (backups.size() < 2 || rule.equals("first") || backend.option("allbackups").isPresent()) {
            return rule;
        }
        int primaries = servers.size() - backups.size();
        if (primaries <= 1) {
            notes.add(backups.get(1).statement(), "a second backup was used only while the first was down, as option "
                    + "allbackups is not set: balance: first keeps that order"
                    + (primaries == 0 ? "" : ", and one server beside them needs no other rule"));
            return "first";
        }
        notes.addLoss(backups.get(1).statement(), "a second backup was used only while the first was down, as option "
                + "allbackups is not set; backup endpoints share the connections");
        return rule;
    }

    private String written() {
        Optional<Statement> statement = backend.last("balance");
        String text = statement.map(each -> each.rest(1)).orElse("roundrobin");
        String rule = text.split("[ (,]", 2)[0];
        String argument = text.length() > rule.length() ? text.substring(rule.length() + 1).replace(")", "") : "";
        return switch (rule) {
            case "roundrobin", "static-rr" -> "round-robin";
            case "leastconn" -> "least-connections";
            case "source" -> sourceHash(statement);
            case "random" -> argument.equals("1") ? "weighted-random" : powerOfTwo(statement, argument);
            case "first" -> "first";
            case "hash" -> argument.equals("src") ? sourceHash(statement) : unknown(statement);
            default -> HTTP_ONLY.contains(rule) ? httpOnly(statement) : unknown(statement);
        };
    }

    private String sourceHash(Optional<Statement> statement) {
        statement.ifPresent(each -> notes.add(each,
                "source-hash also spreads clients by weight, but with another hash: most of "
                        + "them change their endpoint once, at the migration. It always moves as few as possible when an endpoint "
                        + "goes, as hash-type consistent does"));
        backend.last("hash-balance-factor").filter(each -> !each.word(1).equals("0")).ifPresent(each -> notes.addLoss(
                each,
                "an endpoint with more than its share of connections was passed over; source-hash looks at the address alone"));
        return "source-hash";
    }

    private String powerOfTwo(Optional<Statement> statement, String draws) {
        if (!draws.isEmpty() && !draws.equals("2")) {
            statement.ifPresent(each -> notes.add(each, "power-of-two takes the better of two, not of " + draws));
        }
        return "power-of-two";
    }

    private String httpOnly(Optional<Statement> statement) {
        statement.ifPresent(
                each -> notes.add(each, "needs mode http: HAProxy itself falls back to roundrobin in mode tcp"));
        return "round-robin";
    }

    private String unknown(Optional<Statement> statement) {
        statement.ifPresent(each -> notes.addLoss(each,
                "chose a server by what a client sends, or is not known; round-robin takes its place, so a client is sent to "
                        + "another endpoint each time"));
        return "round-robin";
    }
}
