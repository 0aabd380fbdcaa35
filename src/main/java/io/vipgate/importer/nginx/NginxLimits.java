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

    /** The variable, without a dollar sign, whose address connections are told apart by. */
    private Optional<String> address(Statement limit) {
        String key = key(limit).replaceFirst("^\\$(?:binary_(?=remote_addr$))?", "");
        return key(limit).startsWith("$") && NginxArrival.isAddress(key) && most(limit).isPresent()
                ? Optional.of(key)
                : Optional.empty();
    }

    private boolean isOf(Set<String> variables, Statement limit) {
        return address(limit).filter(variables::contains).isPresent();
    }

    boolean isFor(NginxArrival arrival) {
        return limits.stream().anyMatch(limit -> isOf(arrival.clients(), limit));
    }

    /** The section for those who can come; where peers are counted, not the clients behind them, there are no limits. */
    Map<String, Object> of(NginxArrival arrival, ClientSet reach) {
        Map<String, Object> section = new LinkedHashMap<>();
        for (Statement limit : limits) {
            OptionalInt most = most(limit);
            if (!isOf(arrival.clients(), limit) || most.isEmpty()) {
                note(limit, arrival);
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

    private void note(Statement limit, NginxArrival arrival) {
        if (isOf(arrival.peers(), limit)) {
            notes.addLoss(limit,
                    "counted the connections of each balancer; perSource would count those of its clients, and "
                            + "is left out");
        } else if (address(limit).isPresent()) {
            notes.add(limit, "counts nobody where no PROXY header comes; it is left out there");
        }
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
            if (address(limit).isPresent()) {
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
