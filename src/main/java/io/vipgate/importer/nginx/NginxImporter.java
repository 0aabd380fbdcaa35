package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
    private static final String TRANSPARENT = "where proxy_bind was transparent, the endpoints saw the clients' addresses; a "
            + "proxy connects from its own. Set proxyProtocol: v2 in the pools, and the endpoints to expect it, to carry the "
            + "clients' addresses over";
    private static final Set<String> PROCESS_DIRECTIVES = Set.of("user", "worker_processes", "worker_rlimit_nofile",
            "pid",
            "events", "error_log", "load_module", "daemon", "master_process", "worker_cpu_affinity", "worker_priority",
            "env", "pcre_jit", "thread_pool", "timer_resolution", "lock_file", "ssl_engine", "working_directory",
            "worker_shutdown_timeout");

    private final Notes notes = new Notes();
    private final ConfigDraft draft = new ConfigDraft(notes);
    private final Map<String, Statement> upstreams = new HashMap<>();
    private final Set<Statement> used = new HashSet<>();
    private boolean sendsProxyHeader;
    private boolean wasTransparent;

    private NginxImporter() {}

    /** Reads the text of an nginx.conf, or of a file with the inside of a stream section. */
    public static ImportResult convert(String text) {
        return new NginxImporter().run(text);
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
        return draft.finish(wasTransparent ? TRANSPARENT : sendsProxyHeader ? SENT_ADDRESSES : CLIENT_ADDRESSES,
                NOTHING_IMPORTED);
    }

    private void section(Statement statement) {
        switch (statement.name()) {
            case "stream" -> stream(statement);
            case "http", "mail" -> notes.add(statement, "layer 7, vipgate is layer 4; the section is left out");
            case "include" -> notes.add(statement,
                    "not followed: import that file too, or put its text in place of the line");
            default -> notes.add(statement, PROCESS_DIRECTIVES.contains(statement.name())
                    ? "concerns nginx's own process; it is left out"
                    : "not in a stream section; it is left out");
        }
    }

    private void stream(Statement stream) {
        upstreams.clear();
        stream.all("upstream").forEach(each -> upstreams.putIfAbsent(each.word(1), each));
        for (Statement statement : stream.block()) {
            switch (statement.name()) {
                case "upstream" -> {
                }
                case "server" -> server(new NginxServer(notes, statement, new Statement(stream.line(), stream.words(),
                        stream.block().stream().filter(each -> NginxServer.isInherited(each.name())).toList(), true)));
                case "include" -> notes.add(statement,
                        "not followed: import that file too, or put its text in place of the line");
                case "map", "geo", "split_clients", "if", "limit_conn_zone", "js_import", "js_set",
                        "variables_hash_max_size", "variables_hash_bucket_size" ->
                    notes.leftOut(statement, "variables have no equivalent");
                case "log_format" -> notes.add(statement, "not carried over; see accessLog");
                default -> {
                    if (!NginxServer.isInherited(statement.name())) {
                        notes.leftOut(statement, "no equivalent");
                    }
                }
            }
        }
        unused();
    }

    /** Names that nothing refers to, in their order. */
    private void unused() {
        upstreams.values().stream().filter(each -> !used.contains(each)).forEach(each -> notes.leftOut(each,
                "no server that is carried over uses it"));
    }

    private void server(NginxServer server) {
        if (draft.isFull()) {
            return;
        }
        Statement statement = server.statement();
        NginxListen listen = new NginxListen(notes);
        server.listens().forEach(listen::read);
        server.report();
        Optional<Statement> pass = server.directive("proxy_pass");
        if (pass.isEmpty() || listen.addresses().isEmpty() || server.encrypts()) {
            draft.missListener();
            notes.addLoss(statement, (pass.isEmpty()
                    ? "no proxy_pass"
                    : server.encrypts()
                            ? "proxy_ssl: vipgate sends what the client sends, and does not encrypt"
                            : "no address to listen on")
                    + "; it is left out");
            return;
        }
        Optional<DraftPool> found = pool(pass.get());
        if (found.isEmpty()) {
            draft.missListener();
            return;
        }
        DraftPool pool = found.get();
        server.apply(pool, listen.keepAlive());
        sendsProxyHeader |= server.sendsHeader();
        wasTransparent |= server.wasTransparent();
        DraftListener listener = draft.addListener(statement.line(), listen.addresses().getFirst().name(),
                listen.addresses(),
                draft.addPool(pool));
        if (listen.backlog() > 0) {
            listener.set("backlog", listen.backlog());
        }
    }

    /** The upstream of the name, or the one address that is written in its place. */
    private Optional<DraftPool> pool(Statement pass) {
        String to = pass.word(1);
        Statement upstream = upstreams.get(to);
        if (upstream != null) {
            DraftPool pool = new DraftPool(upstream.line(), to);
            new NginxUpstream(draft, notes, upstream).apply(pool);
            used.add(upstream);
            notes.add(upstream, "nginx found failures only when it connected; now the endpoints are probed by a TCP "
                    + "connect every 500 ms, see probe");
            return Optional.of(pool);
        }
        Optional<HostPort> address = HostPort.endpoint(to, OptionalInt.empty());
        if (address.isEmpty()) {
            notes.addLoss(pass, to.contains("$")
                    ? "a variable has no equivalent: a listener has one pool; the server is left out"
                    : to.startsWith("unix:")
                            ? "a unix socket is no endpoint; the server is left out"
                            : "no upstream of this name, and no address with a port; the server is left out");
            return Optional.empty();
        }
        DraftPool pool = new DraftPool(pass.line(), address.get().name());
        pool.add(new DraftEndpoint(pass.line(), "", address.get()));
        return Optional.of(pool);
    }
}
