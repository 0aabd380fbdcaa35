package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The servers of a backend as the endpoints of a pool. One that can't be an endpoint is lost with its share, which is noted.
 *
 * <p>Confined to one import.
 */
final class HaproxyEndpoints {
    private final Notes notes;
    private final List<HaproxyServer> servers;
    private final int clientPort;
    private final Map<HaproxyServer, String> refused = new LinkedHashMap<>();

    HaproxyEndpoints(Notes notes, List<HaproxyServer> servers, int clientPort) {
        this.notes = notes;
        this.servers = servers;
        this.clientPort = clientPort;
    }

    /** Adds them to the pool; answers the servers that are endpoints now. */
    List<HaproxyServer> addTo(DraftPool pool) {
        List<HaproxyServer> accepted = new ArrayList<>();
        for (HaproxyServer server : servers) {
            String reason = refusal(server, accepted);
            if (reason.isEmpty()) {
                accepted.add(server);
            } else {
                refused.put(server, reason);
            }
        }
        boolean hasCheck = servers.stream().anyMatch(HaproxyServer::isChecked);
        for (HaproxyServer server : accepted) {
            server.endpoint(clientPort).ifPresent(address -> pool.add(endpoint(server, address, hasCheck)));
        }
        refused.forEach((server, reason) -> notes.addLoss(server.statement(), reason + "; it is left out"
                + (accepted.isEmpty()
                        ? ""
                        : server.has("backup")
                                ? ", and no longer stands by"
                                : ", and the others take its share")));
        proxyProtocol(pool, accepted);
        return accepted;
    }

    /**
     * Says where clients go to a backup because a server is full, which HAProxy's never do: they wait.
     *
     * @param usesAllBackups whether the backups share clients, rather than stand by for each other
     */
    void noteFullServers(List<HaproxyServer> accepted, boolean usesAllBackups) {
        List<HaproxyServer> backups = accepted.stream().filter(each -> each.has("backup")).toList();
        accepted.stream().filter(each -> each.number("maxconn", 0) > 0 && !each.has("disabled") && each.weight() > 0)
                .filter(each -> each.has("backup")
                        ? !usesAllBackups && !each.equals(backups.getLast())
                        : !backups.isEmpty())
                .findFirst()
                .ifPresent(full -> notes.addLoss(full.statement(),
                        "maxconn: HAProxy keeps clients waiting while servers "
                                + "are full and uses a backup only while they are down; now a backup gets those for whom the "
                                + "endpoints before it have no room. Where there may be only one at a time, as with a database "
                                + "that is written to, remove maxConnections"));
    }

    private String refusal(HaproxyServer server, List<HaproxyServer> accepted) {
        if (server.isService()) {
            return "SRV records, which say names, ports and weights, are not looked up";
        }
        if (server.has("ssl")) {
            return "ssl: vipgate sends what the client sends, and does not encrypt";
        }
        for (String word : List.of("socks4", "namespace")) {
            if (server.has(word)) {
                return word + ": vipgate connects to the address itself";
            }
        }
        if (server.isClientsAddress()) {
            return server.address() + " stands for the address that the client connected to, and an endpoint has one "
                    + "of its own";
        }
        if (server.endpoint(clientPort).isEmpty()) {
            return server.address().contains("@") || server.address().startsWith("/")
                    ? "a unix socket or another kind of address is no endpoint"
                    : "an address or a name with a port is expected";
        }
        if (!accepted.isEmpty()) {
            String first = accepted.getFirst().proxyProtocol();
            if (first.equals("none") != server.proxyProtocol().equals("none")) {
                return "proxyProtocol applies to a whole pool, and is " + first
                        + " for the first server; this one differs";
            }
        }
        return "";
    }

    private void proxyProtocol(DraftPool pool, List<HaproxyServer> accepted) {
        Object header = accepted.isEmpty() ? "none" : accepted.getFirst().proxyHeader();
        if (!header.equals("none")) {
            pool.set("proxyProtocol", header);
            accepted.stream().filter(each -> !each.proxyHeader().equals(header)).forEach(each -> notes.add(
                    each.statement(),
                    "gets proxyProtocol " + accepted.getFirst().proxyHeaderText() + " as the first server does, not "
                            + each.proxyHeaderText()));
        }
    }

    private DraftEndpoint endpoint(HaproxyServer server, HostPort address, boolean hasCheck) {
        long weight = weight(server);
        if (server.has("disabled")) {
            notes.add(server.statement(), "disabled: its weight is 0, so it gets no connections until that is raised"
                    + (weight == 1 ? "" : " to " + weight));
        }
        if (server.slots() > 1) {
            template(server, address);
            weight *= servers.size() == 1 ? 1 : server.slots();
        } else if (address.literal().isEmpty()) {
            notes.add(server.statement(),
                    "HAProxy uses one of the addresses that the name has; vipgate uses all of them, and "
                            + "they share the weight");
        }
        long max = server.number("maxconn", 0);
        if (max > 0) {
            notes.add(server.statement(),
                    "maxconn: beyond maxConnections vipgate does not queue, it uses another endpoint");
        }
        return new DraftEndpoint(server.statement().line(), server.name(), address,
                server.has("disabled") ? 0 : weight, server.has("backup"), (int) max, server.isChecked() || !hasCheck);
    }

    private long weight(HaproxyServer server) {
        Optional<String> text = server.value("weight");
        long weight = server.weight();
        if (text.isPresent() && !text.get().matches("[0-9]{1,9}")) {
            notes.add(server.statement(), "weight " + text.get() + " is not a whole number: it is " + weight
                    + ", as HAProxy reads it");
        }
        return weight;
    }

    private void template(HaproxyServer server, HostPort address) {
        String text = "one endpoint for " + server.slots() + " servers: ";
        if (address.literal().isPresent()) {
            notes.add(server.statement(), text + "all of them are this address");
        } else if (servers.size() == 1) {
            notes.add(server.statement(), text + "the name stands for as many servers as it has addresses");
        } else {
            notes.addLoss(server.statement(), text + "the name stands for as many servers as it has addresses, and its "
                    + "weight is theirs together; with another number of addresses its share is not as it was");
        }
    }
}
