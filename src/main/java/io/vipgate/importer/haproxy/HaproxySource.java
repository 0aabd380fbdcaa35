package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code source} of a backend and its servers as that of a pool.
 *
 * <p>Confined to one import.
 */
final class HaproxySource {
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
        statement.filter(each -> each.words().contains("usesrc")).ifPresent(this::transparent);
        Map<String, Statement> sources = new LinkedHashMap<>();
        for (HaproxyServer server : servers) {
            sources.putIfAbsent(server.value("source").orElse(common), server.has("source")
                    ? server.statement()
                    : statement.orElse(backend.section()));
            if (server.has("usesrc")) {
                transparent(server.statement());
            }
        }
        if (sources.isEmpty()) {
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

    private void transparent(Statement at) {
        wasTransparent = true;
        notes.add(at, "usesrc: endpoints saw the clients' addresses; now they see the gateway's");
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
