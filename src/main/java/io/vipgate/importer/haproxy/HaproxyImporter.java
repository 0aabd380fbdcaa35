package io.vipgate.importer.haproxy;

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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

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
    private static final String TRANSPARENT = "where HAProxy was transparent, clientAddress: require keeps the clients' "
            + "addresses: vipgate check --routing prints what the machine and the endpoints need for it. Elsewhere the "
            + "endpoints see the gateway's address, as they saw HAProxy's (proxyProtocol: v2 in the pool changes that)";

    private final Notes notes = new Notes();
    private final ConfigDraft draft = new ConfigDraft(notes);
    private final Map<HaproxySection, Set<DraftPool>> pools = new HashMap<>();
    private boolean sendsProxyHeader;
    private boolean wasTransparent;

    private final GivenFiles files;

    private HaproxyImporter(GivenFiles files) {
        this.files = files;
    }

    /** Reads the text of a haproxy.cfg. */
    public static ImportResult convert(String text) {
        return convert(text, GivenFiles.NONE);
    }

    /**
     * Reads the text of a haproxy.cfg.
     *
     * @param files lists and maps of server names that it may name
     */
    public static ImportResult convert(String text, GivenFiles files) {
        return new HaproxyImporter(files).run(text);
    }

    private ImportResult run(String text) {
        HaproxySections sections;
        try {
            sections = new HaproxySections(notes, HaproxyParser.parse(text, notes));
        } catch (SyntaxException e) {
            return ImportResult.failed(e.problem(), notes.inOrder());
        }
        sections.frontends().forEach(frontend -> frontend(frontend, sections));
        sections.backends()
                .filter(backend -> !backend.isFrontend() && backend.isTcp() && !pools.containsKey(backend))
                .filter(backend -> !backend.isTableAlone())
                .forEach(backend -> notes.leftOut(backend.section(),
                        "no rule of a frontend that is carried over leads to it"));
        return draft.finish(wasTransparent ? TRANSPARENT : sendsProxyHeader ? SENT_ADDRESSES : CLIENT_ADDRESSES,
                NOTHING_IMPORTED);
    }

    private void frontend(HaproxySection frontend, HaproxySections sections) {
        if (draft.isFull()) {
            return;
        }
        frontend.statements().forEach(each -> HaproxyUnsupported.report(each, notes));
        HaproxyBinds binds = binds(frontend);
        if (binds.addresses().isEmpty()) {
            draft.missListener();
            notes.addLoss(frontend.section(), "no address to listen on; it is left out");
            return;
        }
        Optional<Statement> header = frontend.all("tcp-request", "connection", "expect-netscaler-cip").stream()
                .findFirst();
        if (header.isPresent()) {
            draft.missListener();
            notes.addLoss(header.get(), "vipgate does not accept a NetScaler header; the frontend of line "
                    + frontend.section().line() + " is left out");
            return;
        }
        HaproxyHellos hellos = new HaproxyHellos(notes, sections, frontend, files);
        List<HaproxyRoutes.Route> routes = new HaproxyRoutes(notes, sections, frontend, hellos)
                .of(binds.addresses());
        if (routes.isEmpty()) {
            draft.missListener();
        }
        HaproxyPreread preread = new HaproxyPreread(notes, frontend);
        preread.report(routes.stream().allMatch(route -> route.led().isPlain()));
        for (HaproxyRoutes.Route route : routes) {
            Map<HaproxySection, Drafting> backends = new LinkedHashMap<>();
            for (HaproxySection backend : route.backends()) {
                if (backend != frontend) {
                    backend.statements().forEach(each -> HaproxyUnsupported.report(each, notes));
                }
                List<HaproxyServer> servers = new HaproxyServers(notes).of(backend);
                servers.forEach(server -> HaproxyUnsupported.report(server, notes));
                backends.put(backend, new Drafting(new HaproxyPool(notes, sections, frontend, backend, servers),
                        servers));
            }
            Optional<List<Group>> groups = groups(route, binds, backends.values(),
                    doors(frontend, route, sections.tables(), hellos));
            if (groups.isEmpty()) {
                notes.addLoss(frontend.section(),
                        "more tcp-request rules than can be followed for so many addresses; it is left out");
            }
            groups.ifPresentOrElse(each -> listeners(frontend, route, each, routes, binds, backends, preread),
                    draft::missListener);
            wasTransparent |= backends.values().stream().anyMatch(each -> each.pool.wasTransparent());
        }
    }

    /** A backend that becomes a pool. */
    private record Drafting(HaproxyPool pool, List<HaproxyServer> servers) {}

    /** Rules of one of several backends would hold for the clients of all. */
    private HaproxyDoors doors(HaproxySection frontend, HaproxyRoutes.Route route, HaproxyTables tables,
            HaproxyHellos hellos) {
        if (route.led().isPlain()) {
            return new HaproxyDoors(notes, tables, frontend, route.backend(), hellos);
        }
        route.backends().stream().filter(backend -> backend != frontend)
                .flatMap(backend -> HaproxyRules.of(backend, "content").stream())
                .filter(rule -> rule.word(2).equals("reject") || rule.word(2).equals("silent-drop"))
                .forEach(rule -> notes.addLoss(rule,
                        "holds for the clients of its backend alone, and access of a listener "
                                + "for all: those whom it refused are accepted now"));
        return new HaproxyDoors(notes, tables, frontend, frontend, hellos);
    }

    private HaproxyBinds binds(HaproxySection frontend) {
        HaproxyBinds binds = new HaproxyBinds(notes);
        frontend.all("bind").forEach(binds::read);
        if (frontend.section().words().size() > 2 && frontend.section().word(2).contains(":")) {
            binds.read(new Statement(frontend.section().line(), List.of("bind", frontend.section().word(2)), List.of(),
                    false));
        }
        return binds;
    }

    /**
     * Addresses of a route that one listener can have.
     *
     * @param clientPort 0 where servers have ports of their own
     */
    private record Group(int clientPort, DraftDoor door, List<HostPort> binds) {}

    /** Servers that have the port of the client need a pool for each port; who may come in, and as whom, is a listener's. */
    private Optional<List<Group>> groups(HaproxyRoutes.Route route, HaproxyBinds binds, Collection<Drafting> backends,
            HaproxyDoors doors) {
        if (!doors.canFollow(route.binds().size())) {
            return Optional.empty();
        }
        boolean followsClientPort = backends.stream().flatMap(each -> each.servers.stream())
                .anyMatch(HaproxyServer::followsClientPort);
        List<Group> groups = new ArrayList<>();
        Map<Map.Entry<Integer, DraftDoor>, Group> known = new HashMap<>();
        for (HostPort bind : route.binds()) {
            Optional<DraftDoor> door = doors.at(bind, binds.acceptingProxy(bind));
            if (door.isEmpty()) {
                draft.missListener();
                continue;
            }
            int port = followsClientPort ? bind.port() : 0;
            known.computeIfAbsent(Map.entry(port, door.get()), _ -> {
                Group group = new Group(port, door.get(), new ArrayList<>());
                groups.add(group);
                return group;
            }).binds.add(bind);
        }
        return Optional.of(groups);
    }

    private void listeners(HaproxySection frontend, HaproxyRoutes.Route route, List<Group> groups,
            List<HaproxyRoutes.Route> routes, HaproxyBinds binds, Map<HaproxySection, Drafting> backends,
            HaproxyPreread preread) {
        boolean hasPorts = groups.stream().mapToInt(Group::clientPort).distinct().count() > 1;
        for (Group group : groups) {
            if (draft.isFull()) {
                return;
            }
            HostPort first = group.binds.getFirst();
            boolean isOnly = routes.size() == 1 && groups.size() == 1;
            boolean isPortTaken = Stream.concat(
                    routes.stream().filter(each -> !each.equals(route))
                            .flatMap(each -> each.binds().stream()),
                    groups.stream().filter(each -> !each.equals(group)).flatMap(each -> each.binds.stream()))
                    .anyMatch(bind -> bind.port() == first.port());
            String suffix = isOnly ? "" : "-" + (isPortTaken ? first.name() : first.port());
            DraftRoutes<DraftPool> led = pools(frontend, route, group, hasPorts, binds, backends);
            DraftListener listener = listener(frontend, frontend.name() + suffix, binds, group.binds,
                    led.byDefault());
            if (!led.isPlain()) {
                listener.lead(led, preread.settings());
                draft.count(led.names().size() + led.alpn().size());
            }
            group.door.applyTo(listener);
            draft.count(group.door.size());
            if (!isOnly && !group.door.perSource().isEmpty()) {
                notes.addLoss(frontend.section(),
                        "becomes several listeners, and each counts the connections of a client for "
                                + "itself");
            }
        }
    }

    private DraftRoutes<DraftPool> pools(HaproxySection frontend, HaproxyRoutes.Route route, Group group,
            boolean hasPorts, HaproxyBinds binds, Map<HaproxySection, Drafting> backends) {
        Map<HaproxyTarget, DraftPool> pools = new HashMap<>();
        for (HaproxyTarget target : route.led().targets()) {
            HaproxySection backend = target.backend();
            Drafting drafting = Objects.requireNonNull(backends.get(backend));
            DraftPool drafted = drafting.pool.draft(target.name() + (hasPorts ? "-" + group.clientPort : ""),
                    group.binds.getFirst().port(),
                    backend == frontend ? Optional.of(binds.addresses().getFirst()) : Optional.empty());
            target.applyTo(drafted);
            if (!target.server().isEmpty()
                    && drafted.endpoints().stream().anyMatch(each -> each.maxConnections() > 0)) {
                notes.addLoss(backend.section(),
                        "becomes several pools, for use-server, and each counts the connections of a "
                                + "server for itself");
            }
            this.pools.computeIfAbsent(backend, _ -> new HashSet<>());
            pools.put(target, target.server().isEmpty()
                    ? poolOf(frontend, backend, drafted, drafting.servers.size())
                    : draft.addPool(drafted));
        }
        return route.led().map(target -> Optional.ofNullable(pools.get(target))).orElseThrow();
    }

    /** The pool, or an equal one that is there already; where a backend becomes several that share less, that is noted. */
    private DraftPool poolOf(HaproxySection frontend, HaproxySection backend, DraftPool drafted, int servers) {
        DraftPool pool = draft.addPool(drafted);
        if (pool == drafted) {
            for (int missed = servers - pool.endpoints().size(); missed > 0; missed--) {
                draft.missEndpoint();
            }
        }
        Set<DraftPool> others = pools.computeIfAbsent(backend, _ -> new HashSet<>());
        boolean sharesMore = !pool.setting("pinning").equals("") || pool.setting("balance").equals("least-connections")
                || pool.endpoints().stream().anyMatch(each -> each.maxConnections() > 0);
        if (others.add(pool) && others.size() == 2 && sharesMore) {
            notes.addLoss(frontend.section(),
                    "backend " + backend.name() + " becomes several pools, since its frontends differ "
                            + "in timeouts or its servers in ports: pins, limits and counts of connections are apart");
        }
        return pool;
    }

    private DraftListener listener(HaproxySection frontend, String name, HaproxyBinds binds, List<HostPort> addresses,
            DraftPool pool) {
        sendsProxyHeader |= !pool.setting("proxyProtocol").equals("");
        DraftListener listener = draft.addListener(frontend.section().line(), name, addresses, pool);
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
        return listener;
    }
}
