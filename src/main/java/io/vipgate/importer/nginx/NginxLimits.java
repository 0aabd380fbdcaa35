package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The {@code limit_conn} directives of a server: for single clients as {@code perSource}, for all of its one address as
 * {@code maxConnections}.
 *
 * <p>Confined to one import.
 */
final class NginxLimits {
    private static final Set<String> CLIENT = Set.of("$binary_remote_addr", "$remote_addr");
    private static final Set<String> SERVER = Set.of("$server_addr", "$server_port", "$server_addr:$server_port");

    private final Notes notes;
    private final NginxServer server;
    private final NginxZones zones;
    private final List<Statement> limits;

    NginxLimits(Notes notes, NginxServer server, NginxZones zones) {
        this.notes = notes;
        this.server = server;
        this.zones = zones;
        limits = server.directives("limit_conn");
    }

    private String key(Statement limit) {
        return zones.key(limit.word(1)).map(key -> key.replaceAll("[{}]", "")).orElse("");
    }

    /** The section for those who can come. */
    Map<String, Object> of(ClientSet reach) {
        Map<String, Object> section = new LinkedHashMap<>();
        for (Statement limit : limits) {
            OptionalInt most = most(limit);
            if (!CLIENT.contains(key(limit)) || most.isEmpty()) {
                continue;
            }
            if (section.isEmpty() && !reach.ipv6().all().isEmpty()) {
                section.put("ipv6Prefix", 128);
            }
            section.merge("maxConnections", most.getAsInt(), NginxLimits::lower);
            if (zones.isShared(limit.word(1))) {
                notes.addLoss(limit, "several servers count in the zone together; each listener counts for itself");
            }
        }
        if (!section.isEmpty() && isDryRun()) {
            section.put("dryRun", true);
        }
        return section;
    }

    private static Object lower(Object one, Object other) {
        return one instanceof Integer a && other instanceof Integer b ? Math.min(a, b) : one;
    }

    /** Where peers are counted, not the clients behind them, there are no limits. */
    Map<String, Object> ofPeers() {
        limits.stream().filter(limit -> CLIENT.contains(key(limit))).forEach(limit -> notes.addLoss(limit,
                "counted the connections of each balancer; perSource would count those of its clients, and is left out"));
        return Map.of();
    }

    /**
     * Of all clients together.
     *
     * @param addresses how many the server listens on
     */
    OptionalInt ofAll(int addresses) {
        OptionalInt lowest = OptionalInt.empty();
        for (Statement limit : limits) {
            Optional<String> key = zones.key(limit.word(1));
            OptionalInt most = most(limit);
            if (CLIENT.contains(key(limit)) && most.isPresent()) {
                continue;
            }
            boolean isWhole = SERVER.contains(key(limit)) && most.isPresent() && addresses == 1
                    && !zones.isShared(limit.word(1)) && !isDryRun();
            if (isWhole) {
                lowest = lowest.isEmpty() || most.getAsInt() < lowest.getAsInt() ? most : lowest;
            } else {
                notes.addLoss(limit, (key.isEmpty() ? "no limit_conn_zone of that name here" : "counts by " + key.get())
                        + ", and vipgate by the client's address or for a listener: those that nginx refused beyond the limit "
                        + "get in now");
            }
        }
        return lowest;
    }

    private static OptionalInt most(Statement limit) {
        return limit.word(2).matches("[1-9][0-9]{0,4}")
                ? OptionalInt.of(Integer.parseInt(limit.word(2)))
                : OptionalInt.empty();
    }

    private boolean isDryRun() {
        return server.directive("limit_conn_dry_run").filter(each -> each.word(1).equals("on")).isPresent();
    }
}
