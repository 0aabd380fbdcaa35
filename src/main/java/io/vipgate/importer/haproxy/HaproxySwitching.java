package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.HelloOutcome;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SampleHello;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.haproxy.HaproxyDestination.Verdict;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a frontend does with a client of an address by what it begins with: {@code tcp-request content} rules, then {@code use_backend}
 * rules, of which the first that matches decides, then {@code default_backend}.
 *
 * <p>Confined to one listener.
 */
final class HaproxySwitching {
    static final String NO_SERVER = "no equivalent: the clients that it chose are sent to any endpoint";

    private final Notes notes;
    private final HaproxySections sections;
    private final HaproxySection frontend;
    private final HaproxyHellos hellos;
    private final HostPort bind;
    private final HaproxyAcls acls;
    private final List<Statement> contents;
    private final List<Statement> rules;
    private final Set<Statement> used = new HashSet<>();
    private final Map<HaproxySection, HaproxyAcls> aclsOf = new HashMap<>();

    HaproxySwitching(Notes notes, HaproxySections sections, HaproxySection frontend, HaproxyHellos hellos,
            HostPort bind) {
        this.notes = notes;
        this.sections = sections;
        this.frontend = frontend;
        this.hellos = hellos;
        this.bind = bind;
        acls = new HaproxyAcls(frontend);
        contents = HaproxyRules.of(frontend, "content");
        rules = frontend.all("use_backend");
    }

    /** Names the rules that choose some of the clients, of whom none gets to them. */
    void reportUnused(List<SampleHello> clients) {
        rules.stream().filter(rule -> !used.contains(rule))
                .filter(rule -> clients.stream().anyMatch(hello -> acls.test(HaproxyRules.condition(rule),
                        new HaproxyDestination(bind, hellos.seenIn(hello))) == Verdict.YES))
                .forEach(rule -> notes.add(rule, "chooses nobody: rules before it lead all of its clients elsewhere"));
    }

    HelloOutcome<HaproxyTarget> outcome(SampleHello hello) {
        HaproxyDestination destination = new HaproxyDestination(bind, hellos.seenIn(hello));
        if (isRejected(destination)) {
            return HelloOutcome.refused();
        }
        for (Statement rule : rules) {
            Verdict verdict = acls.test(HaproxyRules.condition(rule), destination);
            if (verdict != Verdict.NO) {
                used.add(rule);
            }
            if (verdict == Verdict.UNKNOWN) {
                notes.addLoss(rule,
                        "no more than names and protocols of TLS decides which pool a client of a listener gets: "
                                + "the clients that this rule chose go where others go now");
            }
            if (verdict == Verdict.YES) {
                Optional<HelloOutcome<HaproxyTarget>> found = by(rule, hello, destination);
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        Optional<Statement> byDefault = frontend.last("default_backend");
        if (byDefault.isPresent()) {
            return backend(byDefault.get(), byDefault.get().word(1), destination);
        }
        return frontend.hasServers() ? HelloOutcome.to(server(frontend, destination)) : HelloOutcome.refused();
    }

    /** Where addresses decide too, it is not for what a client begins with: {@link HaproxyDoors}. */
    private boolean isRejected(HaproxyDestination destination) {
        for (Statement rule : contents) {
            Verdict verdict = acls.test(HaproxyRules.condition(rule), destination);
            boolean isAccepting = rule.word(2).equals("accept");
            if (isAccepting && verdict != Verdict.NO) {
                return false;
            }
            if (verdict == Verdict.YES && (rule.word(2).equals("reject") || rule.word(2).equals("silent-drop"))) {
                return true;
            }
        }
        return false;
    }

    /** The backend that a rule names; empty where a computed name is none. */
    private Optional<HelloOutcome<HaproxyTarget>> by(Statement rule, SampleHello hello,
            HaproxyDestination destination) {
        String name = rule.word(1).replace("%[dst_port]", String.valueOf(bind.port()));
        if (!name.contains("%")) {
            return name.equals(rule.word(1)) || sections.backend(name).isPresent()
                    ? Optional.of(backend(rule, name, destination))
                    : Optional.empty();
        }
        Optional<HaproxyComputedName> computed = hellos.computed(rule);
        if (computed.isEmpty()) {
            notes.addLoss(rule,
                    "which backend it names is computed for each connection by more than a map of the TLS name; "
                            + "its clients are refused, or go where others go");
            return Optional.of(HelloOutcome.untold());
        }
        if (computed.get().missing().isPresent() && !hello.name().isEmpty()) {
            return Optional.of(HelloOutcome.untold());
        }
        return computed.get().of(hello).filter(each -> sections.backend(each).isPresent())
                .map(each -> backend(rule, each, destination));
    }

    private HelloOutcome<HaproxyTarget> backend(Statement rule, String name, HaproxyDestination destination) {
        Optional<HaproxySection> backend = sections.backend(name);
        if (backend.isEmpty() || !backend.get().isTcp()) {
            notes.addLoss(rule, backend.isEmpty()
                    ? "no such backend; what leads there is left out"
                    : "backend " + name + " is left out, and so is what leads there");
            return HelloOutcome.untold();
        }
        return HelloOutcome.to(server(backend.get(), destination));
    }

    /** The first {@code use-server} rule that matches decides. */
    private HaproxyTarget server(HaproxySection backend, HaproxyDestination destination) {
        HaproxyAcls conditions = aclsOf.computeIfAbsent(backend, HaproxyAcls::new);
        for (Statement rule : backend.all("use-server")) {
            Verdict verdict = conditions.test(HaproxyRules.condition(rule), destination);
            Optional<HaproxyServer> server = sections.server(backend, rule.word(1));
            if (verdict == Verdict.YES && server.isPresent()) {
                return new HaproxyTarget(backend, server.get().name());
            }
            if (verdict != Verdict.NO) {
                notes.addLoss(rule, NO_SERVER);
            }
        }
        return HaproxyTarget.of(backend);
    }
}
