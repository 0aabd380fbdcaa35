package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftDoor;
import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.DraftRoutes;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the stream servers of an nginx.conf, or of a file that one includes, into listeners and pools.
 *
 * <p>Confined to one import.
 */
public final class NginxImporter {
    private static final String NOTHING_IMPORTED = "no server of a stream section that could be carried over";
    private static final String CLIENT_ADDRESSES = "the endpoints see the gateway's address in their logs, as they saw "
            + "nginx's. Set proxyProtocol: v2 in the pools, and the endpoints to expect it, to carry the clients' addresses "
            + "over";
    private static final String SENT_ADDRESSES = "the clients' addresses are carried over by proxyProtocol where "
            + "proxy_protocol was on; elsewhere the endpoints see the gateway's address, as they saw nginx's "
            + "(proxyProtocol: v2 in the pool changes that)";
    private static final String TRANSPARENT = "where proxy_bind was transparent, clientAddress: require keeps the clients' "
            + "addresses: vipgate check --routing prints what the machine and the endpoints need for it. Elsewhere the "
            + "endpoints see the gateway's address, as they saw nginx's (proxyProtocol: v2 in the pool changes that)";
    private static final String CLOSES_BOTH_WAYS = "where proxy_half_close is off, nginx ended a connection when either side "
            + "had nothing more to send; vipgate passes that on, and the other direction goes on for timeouts.halfClosed";
    private static final Set<String> PROCESS_DIRECTIVES = Set.of("user", "worker_processes", "worker_rlimit_nofile",
            "pid",
            "events", "error_log", "load_module", "daemon", "master_process", "worker_cpu_affinity", "worker_priority",
            "env", "pcre_jit", "thread_pool", "timer_resolution", "lock_file", "ssl_engine", "working_directory",
            "worker_shutdown_timeout");

    private final Notes notes = new Notes();
    private final ConfigDraft draft = new ConfigDraft(notes);
    private final NginxPools pools = new NginxPools(draft, notes);
    private final GivenFiles files;
    private boolean sendsProxyHeader;
    private boolean wasTransparent;
    private boolean closesBothWays;

    private NginxImporter(GivenFiles files) {
        this.files = files;
    }

    /** Reads the text of an nginx.conf, or of a file with the inside of a stream section. */
    public static ImportResult convert(String text) {
        return convert(text, GivenFiles.NONE);
    }

    /**
     * Reads the text of an nginx.conf, or of a file with the inside of a stream section.
     *
     * @param files what its maps may include
     */
    public static ImportResult convert(String text, GivenFiles files) {
        return new NginxImporter(files).run(text);
    }

    private ImportResult run(String text) {
        List<Statement> statements;
        try {
            statements = NginxParser.parse(text);
        } catch (SyntaxException e) {
            return ImportResult.failed(e.problem(), notes.inOrder());
        }
        boolean isInsideOfStream = statements.stream()
                .anyMatch(each -> each.is("server") && each.all("proxy_pass").findAny().isPresent());
        if (isInsideOfStream) {
            stream(new Statement(1, List.of("stream"), statements, true));
        } else {
            statements.forEach(this::section);
        }
        if (closesBothWays) {
            notes.add(0, CLOSES_BOTH_WAYS);
        }
        return draft.finish(wasTransparent ? TRANSPARENT : sendsProxyHeader ? SENT_ADDRESSES : CLIENT_ADDRESSES,
                NOTHING_IMPORTED);
    }

    private void section(Statement statement) {
        switch (statement.name()) {
            case "stream" -> stream(statement);
            case "http", "mail" -> notes.add(statement, "layer 7, vipgate is layer 4; the section is left out");
            case "include" -> {
                if (statement.word(1).contains("modules")) {
                    notes.add(statement, "loads modules of nginx; it is left out");
                } else {
                    notIncluded(statement);
                }
            }
            default -> notes.add(statement, PROCESS_DIRECTIVES.contains(statement.name())
                    ? "concerns nginx's own process; it is left out"
                    : "not in a stream section; it is left out");
        }
    }

    private void notIncluded(Statement include) {
        notes.addLoss(include,
                "not followed: what that file has is not carried over. Import it too, or put its text in "
                        + "place of the line");
    }

    private void stream(Statement stream) {
        NginxVariables variables = new NginxVariables(files);
        NginxZones zones = new NginxZones(stream);
        stream.all("upstream").forEach(pools::define);
        stream.block().forEach(variables::define);
        Statement inherited = new Statement(stream.line(), stream.words(),
                stream.block().stream().filter(each -> NginxServer.isInherited(each.name())).toList(), true);
        for (Statement statement : stream.block()) {
            switch (statement.name()) {
                case "upstream", "map", "geo", "split_clients", "variables_hash_max_size",
                        "variables_hash_bucket_size", "map_hash_max_size", "map_hash_bucket_size", "limit_conn_zone" ->
                    {
                    }
                case "server" -> server(new NginxServer(notes, statement, inherited), variables, zones);
                case "include" -> notIncluded(statement);
                case "log_format" -> notes.add(statement, "not carried over; see accessLog");
                default -> {
                    if (!NginxServer.isInherited(statement.name())) {
                        notes.leftOut(statement,
                                statement.name().startsWith("js_") || statement.name().startsWith("lua_")
                                        ? "a program; what it decides is not carried over"
                                        : "no equivalent");
                    }
                }
            }
        }
        pools.end();
    }

    private void server(NginxServer server, NginxVariables variables, NginxZones zones) {
        if (draft.isFull()) {
            return;
        }
        Statement statement = server.statement();
        NginxListen listen = new NginxListen(notes);
        server.listens().forEach(listen::read);
        Optional<Statement> pass = server.directive("proxy_pass");
        Optional<String> refusal = server.refusal();
        if (refusal.isPresent() || pass.isEmpty() || listen.addresses().isEmpty()) {
            draft.missListener();
            refusal.or(() -> listen.addresses().isEmpty() && !server.listens().isEmpty()
                    ? Optional.empty()
                    : Optional.of(pass.isEmpty() ? "no proxy_pass" : "no address to listen on"))
                    .ifPresent(reason -> notes.addLoss(statement, reason + "; it is left out"));
            return;
        }
        server.report();
        NginxDoors doors = new NginxDoors(notes, server, zones);
        NginxTargets targets = new NginxTargets(notes, variables, statement, pass.get(), server.readsHello(),
                bind -> doors.arrival(listen.expectingProxy(bind)));
        Map<NginxTarget, List<HostPort>> bindsByTarget = targets.of(listen.addresses());
        if (bindsByTarget.isEmpty()) {
            draft.missListener();
            draft.count(listen.addresses().size());
        }
        if (bindsByTarget.keySet().stream().allMatch(target -> target.routes().isPlain())) {
            server.reportUnusedPreread();
        }
        bindsByTarget.forEach((target, binds) -> {
            String without = bindsByTarget.size() == 1 && binds.containsAll(listen.addresses())
                    ? "the server"
                    : "the listener on " + print(binds);
            Map<NginxChoice, Optional<DraftPool>> drafted = new HashMap<>();
            target.routes().map(choice -> drafted.computeIfAbsent(choice, _ -> pools.of(pass.get(), choice,
                    choice.equals(target.routes().byDefault()) ? without : "what leads there")))
                    .ifPresentOrElse(routes -> listeners(server, listen, target, binds, routes, doors), () -> {
                        draft.missListener();
                        draft.count(binds.size());
                    });
        });
    }

    /** One listener, or one for each of the ways in that its addresses have. */
    private void listeners(NginxServer server, NginxListen listen, NginxTarget target, List<HostPort> binds,
            DraftRoutes<DraftPool> routes, NginxDoors doors) {
        routes.targets().forEach(pool -> server.apply(pool, listen.keepAlive()));
        sendsProxyHeader |= server.sendsHeader();
        wasTransparent |= server.wasTransparent();
        closesBothWays |= !server.keepsHalfClosed();
        Map<DraftDoor, List<HostPort>> byDoor = new LinkedHashMap<>();
        for (HostPort bind : binds) {
            doors.at(bind, listen.expectingProxy(bind), target).ifPresentOrElse(
                    door -> byDoor.computeIfAbsent(door, _ -> new ArrayList<>()).add(bind), draft::missListener);
        }
        byDoor.forEach((door, same) -> {
            Map<DraftPool, DraftPool> added = new HashMap<>();
            DraftRoutes<DraftPool> led = routes.map(pool -> Optional.of(added.computeIfAbsent(pool, draft::addPool)))
                    .orElse(routes);
            DraftListener listener = draft.addListener(server.statement().line(), same.getFirst().name(), same,
                    led.byDefault());
            if (!led.isPlain()) {
                listener.lead(led, server.preread());
                draft.count(led.names().size() + led.alpn().size());
            }
            if (listen.backlog() > 0) {
                listener.set("backlog", listen.backlog());
            }
            doors.limitOfAll(listen.addresses().size()).ifPresent(most -> listener.set("maxConnections", most));
            door.applyTo(listener);
            draft.count(door.size());
            long limited = listen.addresses().stream()
                    .filter(bind -> doors.hasLimits(doors.arrival(listen.expectingProxy(bind)))).count();
            if (!door.perSource().isEmpty() && same.size() < limited) {
                notes.addLoss(server.statement(),
                        "becomes several listeners, and each counts the connections of a client for "
                                + "itself");
            }
        });
    }

    private static String print(List<HostPort> binds) {
        return String.join(", ", binds.stream().map(HostPort::toString).toList());
    }
}
