package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A backend, as its frontend sees it, as a pool.
 *
 * <p>Confined to one import.
 */
final class HaproxyPool {
    private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_SLOW_START = Duration.ofHours(1);
    private static final long MAX_ATTEMPTS = 16;

    private final Notes notes;
    private final HaproxySection frontend;
    private final HaproxySection backend;
    private final List<HaproxyServer> servers;
    private boolean wasTransparent;

    HaproxyPool(Notes notes, HaproxySection frontend, HaproxySection backend, List<HaproxyServer> servers) {
        this.notes = notes;
        this.frontend = frontend;
        this.backend = backend;
        this.servers = servers;
    }

    /** Whether endpoints saw the clients' addresses as those of the connections. */
    boolean wasTransparent() {
        return wasTransparent;
    }

    DraftPool draft(String name, int clientPort) {
        DraftPool pool = new DraftPool(backend.section().line(), name);
        balance(pool);
        List<HaproxyServer> accepted = endpoints(pool, clientPort);
        serverSettings(pool, accepted);
        probe(pool, accepted);
        source(pool);
        timeouts(pool);
        retries(pool);
        new HaproxyStickTable(notes, backend).apply(pool);
        return pool;
    }

    // ---- endpoints ----

    private void balance(DraftPool pool) {
        Optional<Statement> statement = backend.last("balance");
        String text = statement.map(each -> each.rest(1)).orElse("roundrobin");
        String rule = text.split("[ (]", 2)[0];
        String argument = text.length() > rule.length() ? text.substring(rule.length() + 1).replace(")", "") : "";
        pool.set("balance", switch (rule) {
            case "roundrobin", "static-rr" -> "round-robin";
            case "leastconn" -> "least-connections";
            case "source" -> sourceHash(statement);
            case "random" -> argument.equals("1") ? "weighted-random" : powerOfTwo(statement, argument);
            case "first" -> first(statement);
            case "hash" -> argument.equals("src") ? sourceHash(statement) : unknownBalance(statement);
            default -> unknownBalance(statement);
        });
    }

    private String sourceHash(Optional<Statement> statement) {
        statement.ifPresent(each -> notes.add(each,
                "source-hash also spreads clients by weight, but with another hash: most of "
                        + "them change their endpoint once, at the migration. It always moves as few as possible when an endpoint "
                        + "goes, as hash-type consistent does"));
        return "source-hash";
    }

    private String first(Optional<Statement> statement) {
        if (servers.stream().anyMatch(server -> server.has("id"))) {
            statement.ifPresent(each -> notes.add(each, "the order is that of the file, whatever the servers' id; move "
                    + "the endpoints where that differs"));
        }
        return "first";
    }

    private String powerOfTwo(Optional<Statement> statement, String draws) {
        if (!draws.isEmpty() && !draws.equals("2")) {
            statement.ifPresent(each -> notes.add(each, "power-of-two takes the better of two, not of " + draws));
        }
        return "power-of-two";
    }

    private String unknownBalance(Optional<Statement> statement) {
        statement.ifPresent(
                each -> notes.add(each, "inspects what is relayed, or is not known; round-robin takes its place"));
        return "round-robin";
    }

    private List<HaproxyServer> endpoints(DraftPool pool, int clientPort) {
        List<HaproxyServer> accepted = new ArrayList<>();
        String proxyProtocol = "";
        for (HaproxyServer server : servers) {
            Statement statement = server.statement();
            Optional<HostPort> address = server.endpoint(clientPort);
            if (server.has("ssl")) {
                notes.leftOut(statement, "ssl: vipgate sends what the client sends, and does not encrypt");
            } else if (address.isEmpty()) {
                notes.leftOut(statement,
                        "an address and a port are expected, not a unix socket or a variable");
            } else if (!proxyProtocol.isEmpty() && proxyProtocol.equals("none") != server.proxyProtocol()
                    .equals("none")) {
                notes.add(statement, "proxyProtocol applies to a whole pool, and is " + proxyProtocol
                        + " for the first server; a server that differs is left out");
            } else {
                proxyProtocol = proxyProtocol.isEmpty() ? server.proxyProtocol() : proxyProtocol;
                accepted.add(server);
                pool.add(endpoint(server, address.get()));
            }
        }
        if (!proxyProtocol.isEmpty() && !proxyProtocol.equals("none")) {
            pool.set("proxyProtocol", proxyProtocol);
        }
        List<HaproxyServer> backups = accepted.stream().filter(each -> each.has("backup")).toList();
        if (backups.size() > 1 && backend.option("allbackups").isEmpty()) {
            notes.add(backups.get(1).statement(), "a second backup was used only when the first was down, as option "
                    + "allbackups is not set; backup endpoints share the connections");
        }
        return accepted;
    }

    private DraftEndpoint endpoint(HaproxyServer server, HostPort address) {
        Statement statement = server.statement();
        if (server.has("disabled")) {
            notes.add(statement, "disabled: its weight is 0, so it gets no connections until that is raised");
        }
        long max = server.number("maxconn", 0);
        if (max > 0) {
            notes.add(statement, "maxconn: beyond maxConnections vipgate does not queue, it uses another endpoint");
        }
        return new DraftEndpoint(statement.line(), server.name(), address,
                server.has("disabled") ? 0 : server.number("weight", 1), server.has("backup"), (int) max,
                server.has("check") || servers.stream().noneMatch(each -> each.has("check")));
    }

    // ---- settings ----

    private void serverSettings(DraftPool pool, List<HaproxyServer> accepted) {
        for (HaproxyServer server : accepted) {
            server.value("on-marked-down").ifPresent(what -> {
                if (what.equals("shutdown-sessions")) {
                    pool.set("onDown", "close");
                }
            });
            server.duration("slowstart").filter(each -> !each.isZero()).ifPresent(each -> pool.set("slowStart",
                    Durations.print(Durations.clamp(each, Duration.ZERO, MAX_SLOW_START))));
        }
        Object balance = pool.setting("balance");
        if ((balance.equals("source-hash") || balance.equals("first")) && !pool.setting("slowStart").equals("")) {
            pool.remove("slowStart");
            notes.leftOut(backend.section(), "slowstart means nothing with " + balance);
        }
    }

    private void probe(DraftPool pool, List<HaproxyServer> accepted) {
        List<HaproxyServer> checked = accepted.stream().filter(each -> each.has("check")).toList();
        if (checked.isEmpty()) {
            pool.set("probe", Map.of("type", "none"));
            notes.add(backend.section(),
                    "no server has check, so none is probed; remove probe to get a TCP connect every "
                            + "500 ms");
            return;
        }
        Map<String, Object> probe = new HaproxyProbe(notes, backend).of(checked.getFirst());
        pool.set("probe", probe);
        for (HaproxyServer server : accepted) {
            if (!server.has("check")) {
                notes.add(server.statement(), "has no check: it is not probed and always counts as up, as before");
            } else if (!new HaproxyProbe(new Notes(), backend).of(server).equals(probe)) {
                notes.add(server.statement(), "is checked differently from the one of line "
                        + checked.getFirst().statement().line() + "; a pool has one probe, and that one's is used");
            }
        }
    }

    private void source(DraftPool pool) {
        Optional<Statement> statement = backend.last("source");
        String text = statement.map(each -> each.word(1)).orElse("");
        Statement at = statement.orElse(backend.section());
        boolean isTransparent = statement.filter(each -> each.words().contains("usesrc")).isPresent();
        for (HaproxyServer server : servers) {
            if (server.has("source")) {
                text = server.value("source").orElse("");
                at = server.statement();
            }
            isTransparent |= server.has("usesrc");
        }
        if (isTransparent) {
            wasTransparent = true;
            notes.add(at, "usesrc: endpoints saw the clients' addresses; now they see the gateway's");
        }
        if (text.isEmpty()) {
            return;
        }
        int colon = text.lastIndexOf(':');
        String host = text.indexOf(':') == colon && colon > 0 ? text.substring(0, colon) : text;
        Optional<HostPort> address = HostPort.address(host.replaceAll("^\\[|]$", ""), 1);
        if (address.filter(each -> !each.isWildcard()).isPresent()) {
            pool.set("source", address.get().host());
        } else if (address.isEmpty()) {
            notes.leftOut(at, "source " + text + ": not an address");
        }
    }

    private void timeouts(DraftPool pool) {
        backend.timeout("connect").ifPresent(each -> pool.set("connect", "timeout",
                Durations.print(clamp(backend.last("timeout", "connect"), each, MAX_CONNECT_TIMEOUT))));
        Optional<Duration> client = frontend.timeout("client");
        Optional<Duration> server = backend.timeout("server");
        Optional<Duration> tunnel = backend.timeout("tunnel").or(() -> frontend.timeout("tunnel"));
        Optional<Statement> statement = backend.last("timeout", "tunnel").or(() -> backend.last("timeout", "server"))
                .or(() -> frontend.last("timeout", "client"));
        tunnel.or(() -> shorter(client, server)).ifPresentOrElse(
                idle -> pool.set("timeouts", "idle", Durations.print(clamp(statement, idle, Durations.MAX))),
                () -> notes.add(frontend.section(),
                        "no timeout client or server: HAProxy waits forever; timeouts.idle "
                                + "is 10m unless it is set"));
        if (tunnel.isEmpty() && client.isPresent() && server.isPresent() && !client.equals(server)) {
            statement.ifPresent(each -> notes.add(each, "differs from timeout client (" + Durations.print(client.get())
                    + "); timeouts.idle applies to both sides and is the shorter one"));
        }
        shorter(frontend.timeout("client-fin"), backend.timeout("server-fin")).ifPresent(each -> pool.set("timeouts",
                "halfClosed", Durations.print(clamp(backend.last("timeout", "server-fin")
                        .or(() -> frontend.last("timeout", "client-fin")), each, Durations.MAX))));
    }

    private Duration clamp(Optional<Statement> statement, Duration value, Duration max) {
        Duration kept = Durations.clamp(value, MIN_TIMEOUT, max);
        if (!kept.equals(value)) {
            statement.ifPresent(
                    each -> notes.add(each, "becomes " + Durations.print(kept) + ", the nearest that vipgate takes"));
        }
        return kept;
    }

    private static Optional<Duration> shorter(Optional<Duration> a, Optional<Duration> b) {
        return a.isPresent() && b.isPresent() && b.get().compareTo(a.get()) < 0 ? b : a.or(() -> b);
    }

    private void retries(DraftPool pool) {
        backend.last("retries").ifPresent(statement -> {
            if (!statement.word(1).matches("[0-9]{1,9}")) {
                notes.leftOut(statement, "not a whole number");
                return;
            }
            pool.set("connect", "attempts", Math.min(MAX_ATTEMPTS, Long.parseLong(statement.word(1)) + 1));
            if (backend.option("redispatch").isEmpty()) {
                notes.add(statement, "each attempt uses another endpoint, as with option redispatch");
            }
        });
    }
}
