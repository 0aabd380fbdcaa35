package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.DraftAccess;
import io.vipgate.importer.common.DraftDoor;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the {@code tcp-request} rules and {@code accept-proxy} of a frontend, and of the backend behind it, come to at an address.
 *
 * <p>Confined to one import.
 */
final class HaproxyDoors {
    /** Of rules that are followed for all addresses together: far more than a file has that somebody wrote. */
    private static final int MAX_RULES = 2_000;
    private static final Pattern DESTINATION = Pattern.compile("dst(_port)?(,.*)?|.*%\\[dst.*");

    private final Notes notes;
    private final HaproxyTables tables;
    private final HaproxySection frontend;
    private final HaproxySection backend;
    private final HaproxyHellos hellos;
    private final boolean dependsOnDestination;
    private final Map<Kind, Optional<DraftDoor>> known = new HashMap<>();

    /**
     * Addresses that have the same door, where no rule looks at the address that a client came to.
     *
     * @param isProxied whether a header must come first
     */
    private record Kind(boolean isProxied, ClientSet clients) {}

    HaproxyDoors(Notes notes, HaproxyTables tables, HaproxySection frontend, HaproxySection backend,
            HaproxyHellos hellos) {
        this.notes = notes;
        this.tables = tables;
        this.frontend = frontend;
        this.backend = backend;
        this.hellos = hellos;
        dependsOnDestination = rules().stream().anyMatch(rule -> rule.words().stream()
                .anyMatch(word -> word.contains("dst")))
                || frontend.all("acl").stream().anyMatch(acl -> acl.word(2).contains("dst"));
    }

    private List<Statement> rules() {
        return frontend.all("tcp-request");
    }

    /**
     * Whether all rules are followed for so many addresses; the rest is noted.
     *
     * @param binds how many addresses there are
     */
    boolean canFollow(int binds) {
        int times = (dependsOnDestination ? binds : 1) * Math.max(1, hellos.ofContents().size());
        return (long) (rules().size() + frontend.all("acl").size()) * times <= MAX_RULES;
    }

    /**
     * The door of an address; empty where it can't be told who must send a header.
     *
     * @param acceptProxy the line that says that all must
     */
    Optional<DraftDoor> at(HostPort bind, Optional<Statement> acceptProxy) {
        if (dependsOnDestination) {
            return find(bind, acceptProxy);
        }
        Kind kind = new Kind(acceptProxy.isPresent(), ClientSet.reaching(bind));
        Optional<DraftDoor> door = known.get(kind);
        if (door == null) {
            door = find(bind, acceptProxy);
            known.put(kind, door);
        }
        return door;
    }

    private Optional<DraftDoor> find(HostPort bind, Optional<Statement> acceptProxy) {
        HaproxyFacts facts = new HaproxyFacts();
        HaproxyDestination destination = new HaproxyDestination(bind);
        HaproxyClients clients = new HaproxyClients(destination, facts, tables, frontend);
        HaproxyAcls acls = new HaproxyAcls(frontend);
        HaproxyRules connections = new HaproxyRules(notes, acls, clients)
                .follow(HaproxyRules.of(frontend, "connection"));
        boolean isProxied = acceptProxy.isPresent() || connections.isSending();
        if (isProxied) {
            clients.passHeader();
            tellWhatAsksForTheDestination();
        }
        HaproxyWhere refused = refused(HaproxyRules.of(frontend, "session"), acls, clients)
                .or(refusedByContents(acls, clients));
        if (backend != frontend) {
            refused = refused.or(refused(HaproxyRules.of(backend, "content"), new HaproxyAcls(backend),
                    new HaproxyClients(destination, facts, tables, backend)));
        }
        HaproxyAdmission admission = new HaproxyAdmission(notes, frontend, facts, clients.networks());
        HaproxyLimits limits = new HaproxyLimits(notes, line(), facts, tables);
        if (isProxied) {
            return proxied(bind, acceptProxy, connections, refused, admission, limits);
        }
        HaproxyWhere all = connections.refused().or(refused);
        return Optional.of(new DraftDoor(Map.of(), admission.access(all, ClientSet.NONE),
                limits.of(all, ClientSet.reaching(bind))));
    }

    private HaproxyWhere refused(List<Statement> rules, HaproxyAcls acls, HaproxyClients clients) {
        return new HaproxyRules(notes, acls, clients).follow(rules).refused();
    }

    /** Whoever is refused whatever his address is refused by what he begins with: {@link HaproxyRoutes}. */
    private HaproxyWhere refusedByContents(HaproxyAcls acls, HaproxyClients clients) {
        List<Statement> contents = HaproxyRules.of(frontend, "content");
        if (hellos.ofContents().isEmpty()) {
            return refused(contents, acls, clients);
        }
        List<HaproxyRules> some = hellos.ofContents().stream()
                .map(hello -> new HaproxyRules(notes, acls, clients.seeing(hellos.seenIn(hello))).follow(contents))
                .filter(rules -> !rules.refused().isEverywhere()).toList();
        HaproxyWhere alike = some.stream().map(HaproxyRules::refused).reduce(HaproxyWhere::and)
                .orElse(HaproxyWhere.NOWHERE);
        some.stream().flatMap(rules -> rules.refusing().stream())
                .filter(each -> !each.clients().without(alike).isNowhere())
                .forEach(each -> notes.addLoss(each.rule(), HaproxyRules.NOT_TOLD));
        return alike;
    }

    private Statement line() {
        return rules().stream().findFirst().orElse(frontend.section());
    }

    /** Rules of connections look at the balancer, those of sessions and contents at the client in its header. */
    private Optional<DraftDoor> proxied(HostPort bind, Optional<Statement> acceptProxy, HaproxyRules connections,
            HaproxyWhere refused, HaproxyAdmission admission, HaproxyLimits limits) {
        Statement expecting = acceptProxy.orElseGet(() -> rules().stream()
                .filter(rule -> rule.word(2).equals("expect-proxy")).findFirst().orElse(frontend.section()));
        ClientSet admitted = connections.refused().surely(0).complement();
        ClientSet from = acceptProxy.isPresent() ? admitted : connections.sending().and(admitted);
        List<String> networks = DraftAccess.admitting(from);
        boolean isTold = acceptProxy.isPresent() || connections.isSendingTold();
        if (!isTold || networks.isEmpty() || networks.size() > HaproxyAdmission.MAX_ENTRIES) {
            notes.addLoss(expecting, "more than networks decides who must send a PROXY header, and "
                    + "acceptProxy.from takes networks alone; the listener on " + bind + " is left out");
            return Optional.empty();
        }
        boolean areOthersRefused = admitted.and(ClientSet.reaching(bind)).without(from).isEmpty();
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("from", networks);
        if (!areOthersRefused) {
            section.put("others", "direct");
        }
        if (DraftDoor.isWide(networks)) {
            notes.add(expecting, "HAProxy took the header from "
                    + (from.isAll() ? "whoever connects" : "a great part of all addresses")
                    + ", and so does acceptProxy.from: whoever can reach the listener from there can claim to be anybody. Write "
                    + "the networks of the balancers there");
        }
        tellWhomConnectionsRefused(connections, bind,
                areOthersRefused ? from.complement() : refused.surely(0).without(from));
        return Optional.of(new DraftDoor(section, admission.access(refused, from), limits.of(refused, ClientSet.ALL)));
    }

    /** Behind a header the destination of a connection is the one that the header names. */
    private void tellWhatAsksForTheDestination() {
        Set<String> named = frontend.all("acl").stream().filter(acl -> DESTINATION.matcher(acl.word(2)).matches())
                .map(acl -> acl.word(1)).collect(Collectors.toSet());
        Stream.of(frontend.all("use_backend"), HaproxyRules.of(frontend, "session"),
                HaproxyRules.of(frontend, "content"))
                .flatMap(List::stream)
                .filter(rule -> rule.words().stream().map(word -> word.replaceFirst("^!+", ""))
                        .anyMatch(word -> named.contains(word) || DESTINATION.matcher(word).matches()))
                .forEach(rule -> notes.addLoss(rule,
                        "behind a PROXY header HAProxy asked for the destination that the header "
                                + "names; the rule is carried over for the address and port that the balancer connects to"));
    }

    /**
     * Names the rules of connections that refused others than those who are refused now.
     *
     * @param refusedNow the peers that are refused whatever a header names
     */
    private void tellWhomConnectionsRefused(HaproxyRules connections, HostPort bind, ClientSet refusedNow) {
        ClientSet letIn = ClientSet.reaching(bind).without(refusedNow);
        for (HaproxyRules.Refusing each : connections.refusing()) {
            if (each.clients().surely().stream().anyMatch(peers -> !peers.and(letIn).isEmpty())) {
                notes.addLoss(each.rule(),
                        "rules of connections are about the balancer or client that connects; access and "
                                + "perSource are about the client that a header names: whom this rule refused is let in now");
            }
        }
    }
}
