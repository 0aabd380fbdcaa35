package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftListener;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Turns the tcp frontends, backends and listen sections of a haproxy.cfg into listeners and pools.
 *
 * <p>Confined to one import.
 */
public final class HaproxyImporter {
    private static final String NOTHING_IMPORTED = "no frontend or listen section in mode tcp with a server that could be carried over";
    private static final String CLIENT_ADDRESSES = "the endpoints see the gateway's address in their logs, as they saw "
            + "HAProxy's. Set proxyProtocol: v2 in the pools, and the endpoints to expect it, to carry the clients' "
            + "addresses over";
    private static final String SENT_ADDRESSES = "the clients' addresses are carried over by proxyProtocol where send-proxy "
            + "was set; elsewhere the endpoints see the gateway's address, as they saw HAProxy's (proxyProtocol: v2 in the "
            + "pool changes that)";
    private static final String TRANSPARENT = "where HAProxy was transparent, the endpoints saw the clients' addresses; a "
            + "proxy connects from its own. Set proxyProtocol: v2 in the pools, and the endpoints to expect it, to carry the "
            + "clients' addresses over";

    private final Notes notes = new Notes();
    private final ConfigDraft draft = new ConfigDraft(notes);
    private final List<HaproxySection> frontends = new ArrayList<>();
    private final Map<String, HaproxySection> backends = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private boolean sendsProxyHeader;
    private boolean wasTransparent;

    private HaproxyImporter() {}

    /** Reads the text of a haproxy.cfg. */
    public static ImportResult convert(String text) {
        return new HaproxyImporter().run(text);
    }

    private ImportResult run(String text) {
        try {
            sections(HaproxyParser.parse(text, notes));
        } catch (SyntaxException e) {
            return ImportResult.failed(e.problem(), notes.inOrder());
        }
        frontends.forEach(this::frontend);
        backends.values().stream()
                .filter(backend -> !backend.isFrontend() && isCarriedOver(backend) && !used.contains(backend.name()))
                .forEach(backend -> notes.leftOut(backend.section(),
                        "no frontend that is carried over uses it"));
        return draft.finish(wasTransparent ? TRANSPARENT : sendsProxyHeader ? SENT_ADDRESSES : CLIENT_ADDRESSES,
                NOTHING_IMPORTED);
    }

    // ---- sections ----

    private void sections(List<Statement> sections) {
        Map<String, List<Statement>> named = new HashMap<>();
        List<Statement> latest = List.of();
        for (Statement section : sections) {
            switch (section.name()) {
                case "defaults" -> {
                    String name = section.word(1).equals("from") ? "" : section.word(1);
                    List<Statement> all = new ArrayList<>(inherited(section, name.isEmpty() ? 1 : 2, named, List.of()));
                    all.addAll(section.block());
                    latest = all;
                    named.put(name, all);
                }
                case "frontend", "backend", "listen" ->
                    add(new HaproxySection(section, inherited(section, 2, named, latest)));
                case "global" -> notes.leftOut(section, "concerns HAProxy's own process");
                case "resolvers" -> notes.leftOut(section, "names are looked up by the machine's resolver, every "
                        + "resolve.interval");
                default -> notes.add(section, "no equivalent; the section is left out");
            }
        }
    }

    private List<Statement> inherited(Statement section, int from, Map<String, List<Statement>> named,
            List<Statement> orElse) {
        if (!section.word(from).equals("from")) {
            return orElse;
        }
        List<Statement> found = named.get(section.word(from + 1));
        if (found == null) {
            notes.add(section, "no such defaults section before it");
        }
        return found == null ? orElse : found;
    }

    private void add(HaproxySection section) {
        if (section.isFrontend()) {
            frontends.add(section);
        }
        if (section.isBackend()) {
            backends.putIfAbsent(section.name(), section);
        }
        if (section.isDisabled()) {
            notes.leftOut(section.section(), "disabled");
        } else if (!section.mode().equals("tcp")) {
            notes.leftOut(section.section(), "mode " + section.mode() + " is layer 7, vipgate is layer 4");
        }
    }

    private static boolean isCarriedOver(HaproxySection section) {
        return !section.isDisabled() && section.mode().equals("tcp");
    }

    // ---- frontends ----

    private void frontend(HaproxySection frontend) {
        if (!isCarriedOver(frontend) || draft.isFull()) {
            return;
        }
        frontend.statements().forEach(each -> HaproxyUnsupported.report(each, notes));
        HaproxyBinds binds = new HaproxyBinds(notes);
        frontend.all("bind").forEach(binds::read);
        if (frontend.section().words().size() > 2 && frontend.section().word(2).contains(":")) {
            binds.read(new Statement(frontend.section().line(), List.of("bind", frontend.section().word(2)), List.of(),
                    false));
        }
        Optional<HaproxySection> backend = backendOf(frontend);
        if (backend.isEmpty()) {
            return;
        }
        used.add(backend.get().name());
        if (binds.addresses().isEmpty()) {
            notes.leftOut(frontend.section(), "no address to listen on");
            return;
        }
        if (!backend.get().equals(frontend)) {
            backend.get().statements().forEach(each -> HaproxyUnsupported.report(each, notes));
        }
        List<HaproxyServer> servers = servers(backend.get());
        servers.forEach(server -> HaproxyUnsupported.report(server, notes));
        HaproxyPool pools = new HaproxyPool(notes, frontend, backend.get(), servers);
        if (servers.stream().noneMatch(HaproxyServer::followsClientPort)) {
            listener(frontend, frontend.name(), binds, binds.addresses(),
                    pools.draft(backend.get().name(), binds.addresses().getFirst().port()));
        } else {
            byPort(frontend, backend.get(), binds, pools);
        }
        wasTransparent |= pools.wasTransparent();
    }

    private void byPort(HaproxySection frontend, HaproxySection backend, HaproxyBinds binds, HaproxyPool pools) {
        Map<Integer, List<HostPort>> byPort = new LinkedHashMap<>();
        binds.addresses().forEach(bind -> byPort.computeIfAbsent(bind.port(), _ -> new ArrayList<>()).add(bind));
        byPort.forEach((port, addresses) -> {
            if (draft.isFull()) {
                return;
            }
            String suffix = byPort.size() == 1 ? "" : "-" + port;
            listener(frontend, frontend.name() + suffix, binds, addresses, pools.draft(backend.name() + suffix, port));
        });
    }

    private void listener(HaproxySection frontend, String name, HaproxyBinds binds, List<HostPort> addresses,
            DraftPool pool) {
        sendsProxyHeader |= !pool.setting("proxyProtocol").equals("");
        DraftListener listener = draft.addListener(frontend.section().line(), name, addresses, draft.addPool(pool));
        frontend.last("maxconn").ifPresent(statement -> {
            if (statement.word(1).matches("[1-9][0-9]{0,8}")) {
                listener.set("maxConnections", Integer.parseInt(statement.word(1)));
                notes.add(statement,
                        "beyond maxConnections vipgate closes a new connection at once; HAProxy queued it");
            } else {
                notes.leftOut(statement, "not a whole number from 1 on");
            }
        });
        int backlog = frontend.last("backlog").map(each -> DraftListener.backlog(each.word(1)))
                .filter(OptionalInt::isPresent).orElse(OptionalInt.of(binds.backlog())).getAsInt();
        if (backlog > 0) {
            listener.set("backlog", backlog);
        }
        if (binds.isTransparent()) {
            listener.set("freebind", true);
        }
    }

    private Optional<HaproxySection> backendOf(HaproxySection frontend) {
        Optional<Statement> unconditional = Optional.empty();
        for (Statement statement : frontend.all("use_backend")) {
            if (statement.words().size() == 2 && unconditional.isEmpty()) {
                unconditional = Optional.of(statement);
            } else {
                notes.add(statement,
                        "no equivalent: a listener has one pool; it is left out, and its connections go where the "
                                + "others do");
            }
        }
        Optional<Statement> statement = unconditional.or(() -> frontend.last("default_backend"));
        if (statement.isEmpty()) {
            if (frontend.isBackend()) {
                return Optional.of(frontend);
            }
            notes.leftOut(frontend.section(), "no default_backend");
            return Optional.empty();
        }
        HaproxySection backend = backends.get(statement.get().word(1));
        if (backend == null || !isCarriedOver(backend)) {
            notes.add(statement.get(), backend == null
                    ? "no such backend; the frontend of line " + frontend.section().line() + " is left out"
                    : "that backend is left out, and so is the frontend of line " + frontend.section().line());
            return Optional.empty();
        }
        return Optional.of(backend);
    }

    private List<HaproxyServer> servers(HaproxySection backend) {
        List<HaproxyServer> servers = new ArrayList<>();
        List<Statement> defaults = new ArrayList<>();
        for (Statement statement : backend.statements().toList()) {
            switch (statement.name()) {
                case "default-server" -> defaults.add(statement);
                case "server" ->
                    servers.add(HaproxyServer.of(statement, statement.word(1), statement.word(2), 3, defaults));
                case "server-template" -> {
                    servers.add(HaproxyServer.of(statement, statement.word(1), statement.word(3), 4, defaults));
                    notes.add(statement, "one endpoint: a name stands for as many servers as it has addresses");
                }
                default -> {
                }
            }
        }
        return servers;
    }
}
