package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The {@code source} of a backend and its servers as that of a pool.
 *
 * <p>Confined to one import.
 */
final class HaproxySource {
    private static final Set<String> CLIENT = Set.of("clientip", "client");

    private final Notes notes;
    private final HaproxySection backend;
    private final List<HaproxyServer> servers;
    private boolean wasTransparent;

    HaproxySource(Notes notes, HaproxySection backend, List<HaproxyServer> servers) {
        this.notes = notes;
        this.backend = backend;
        this.servers = servers;
    }

    /** Whether endpoints saw the clients' addresses as those of the connections. */
    boolean wasTransparent() {
        return wasTransparent;
    }

    void apply(DraftPool pool) {
        Optional<Statement> statement = backend.last("source");
        String common = statement.map(each -> each.word(1)).orElse("");
        String commonAs = statement.map(each -> each.word(each.words().indexOf("usesrc") + 1))
                .filter(_ -> statement.get().words().contains("usesrc")).orElse("");
        Map<String, Statement> sources = new LinkedHashMap<>();
        Map<String, Statement> addresses = new LinkedHashMap<>();
        for (HaproxyServer server : servers) {
            Statement line = server.has("source") ? server.statement() : statement.orElse(backend.section());
            String usesrc = server.has("source") ? server.value("usesrc").orElse("") : commonAs;
            sources.putIfAbsent(server.value("source").orElse(common), line);
            addresses.putIfAbsent(usesrc, line);
        }
        if (sources.isEmpty() || transparent(pool, addresses)) {
            return;
        }
        Map.Entry<String, Statement> first = sources.entrySet().iterator().next();
        sources.entrySet().stream().skip(1).forEach(each -> notes.add(each.getValue(), "source "
                + (each.getKey().isEmpty() ? "of its own is not written" : each.getKey())
                + ": source applies to a whole pool, and is "
                + (first.getKey().isEmpty() ? "not set" : first.getKey())));
        if (!first.getKey().isEmpty()) {
            set(pool, first.getKey(), first.getValue());
        }
    }

    /**
     * Takes clients' addresses for connections where all servers got them.
     *
     * @param addresses what {@code usesrc} says, with a line that does; empty where there is none
     */
    private boolean transparent(DraftPool pool, Map<String, Statement> addresses) {
        boolean isWhole = CLIENT.containsAll(addresses.keySet());
        addresses.forEach((usesrc, line) -> {
            if (!usesrc.isEmpty() && !CLIENT.contains(usesrc)) {
                notes.addLoss(line, "usesrc " + usesrc + ": servers saw that address; now they see the gateway's");
            } else if (!usesrc.isEmpty() && !isWhole) {
                notes.addLoss(line,
                        "usesrc: clientAddress holds for a whole pool, and other servers of it did not see the "
                                + "clients' addresses: none does now");
            } else if (usesrc.equals("client")) {
                notes.addLoss(line, "usesrc client: servers see the client's address, but another port of it");
            }
        });
        if (isWhole) {
            wasTransparent = true;
            pool.set("clientAddress", "require");
        }
        return isWhole;
    }

    private void set(DraftPool pool, String text, Statement at) {
        int colon = text.lastIndexOf(':');
        String host = text.indexOf(':') == colon && colon > 0 ? text.substring(0, colon) : text;
        Optional<HostPort> address = HostPort.address(HostPort.withoutBrackets(host), 1);
        if (address.filter(each -> !each.isWildcard()).isPresent()) {
            pool.set("source", address.get().host());
        } else if (address.isEmpty() && !host.equals("*")) {
            notes.leftOut(at, "source " + text + ": not an address");
        }
    }
}
