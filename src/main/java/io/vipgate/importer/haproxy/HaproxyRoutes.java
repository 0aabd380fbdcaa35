package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.HelloFit;
import io.vipgate.importer.common.DraftRoutes;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which backend the clients of each address and port of a frontend go to, by its {@code use_backend} rules and its
 * {@code default_backend}.
 *
 * <p>Confined to one import.
 */
final class HaproxyRoutes {
    private static final int MAX_SPLIT = 256;
    /** Words of rules that are looked at for all addresses together: far more than a file has that somebody wrote. */
    private static final long MAX_WORK = 5_000_000;

    /**
     * Addresses whose clients go to the same backends.
     *
     * @param led by what they begin with
     */
    record Route(DraftRoutes<HaproxyTarget> led, List<HostPort> binds) {
        /** All that they go to. */
        List<HaproxySection> backends() {
            return led.targets().stream().map(HaproxyTarget::backend).distinct().toList();
        }

        /** That of the clients of whom no more is said. */
        HaproxySection backend() {
            return led.byDefault().backend();
        }
    }

    private final Notes notes;
    private final HaproxySections sections;
    private final HaproxySection frontend;
    private final List<Statement> rules;
    private final HaproxyHellos hellos;
    private final HaproxyAcls acls;
    private final List<String> singleAddresses;
    private final boolean hasServers;
    private final Optional<Statement> byDefault;
    private final List<Route> routes = new ArrayList<>();

    HaproxyRoutes(Notes notes, HaproxySections sections, HaproxySection frontend, HaproxyHellos hellos) {
        this.hellos = hellos;
        this.notes = notes;
        this.sections = sections;
        this.frontend = frontend;
        rules = frontend.all("use_backend");
        acls = new HaproxyAcls(frontend);
        byDefault = frontend.last("default_backend");
        hasServers = frontend.hasServers();
        singleAddresses = acls.singleAddresses(rules).stream().distinct().limit(MAX_SPLIT).toList();
    }

    /** The addresses by their backends, in the order of the addresses; those without a backend are left out, and noted. */
    List<Route> of(List<HostPort> binds) {
        long words = rules.stream().mapToLong(each -> each.words().size()).sum() * acls.longest();
        long samples = hellos.isUsed() ? (1 + hellos.effort()) * hellos.keys().size() : 0;
        if ((words + samples) * binds.size() * (1 + singleAddresses.size()) > MAX_WORK) {
            notes.addLoss(frontend.section(), "more rules than can be followed for so many addresses; it is left out");
            return List.of();
        }
        for (HostPort bind : binds) {
            Optional<DraftRoutes<HaproxyTarget>> backend = ledFrom(bind);
            backend.ifPresent(each -> add(bind, each));
            for (HostPort one : split(bind, binds)) {
                Optional<DraftRoutes<HaproxyTarget>> other = ledFrom(one);
                if (other.isPresent() && !other.equals(backend)) {
                    add(one, other.get());
                    notes.add(frontend.section(), one + " is a listener of its own beside " + bind
                            + ": the address must be this machine's");
                } else if (other.isEmpty() && backend.isPresent()) {
                    notes.addLoss(frontend.section(),
                            "clients of " + one + " had no backend and are taken with those of "
                                    + bind);
                }
            }
        }
        return routes;
    }

    private void add(HostPort bind, DraftRoutes<HaproxyTarget> led) {
        Optional<Route> same = routes.stream().filter(each -> each.led().equals(led)).findFirst();
        if (same.isPresent()) {
            same.get().binds().add(bind);
        } else {
            routes.add(new Route(led, new ArrayList<>(List.of(bind))));
        }
    }

    private Optional<DraftRoutes<HaproxyTarget>> ledFrom(HostPort bind) {
        if (!hellos.isUsed()) {
            return backendOf(bind).map(backend -> {
                backend.all("use-server").forEach(rule -> notes.addLoss(rule, HaproxySwitching.NO_SERVER));
                return DraftRoutes.plain(HaproxyTarget.of(backend));
            });
        }
        HaproxySwitching switching = new HaproxySwitching(notes, sections, frontend, hellos, bind);
        HelloFit<HaproxyTarget> fit = new HelloFit<>(hellos.keys(), switching::outcome, HaproxyTarget::name);
        Optional<DraftRoutes<HaproxyTarget>> led = fit.routes(loss -> notes.addLoss(frontend.section(), loss));
        switching.reportUnused(hellos.keys().samples());
        if (led.isEmpty()) {
            notes.addLoss(frontend.section(), "no backend for " + bind + "; it is left out");
        }
        return led;
    }

    /** The single addresses that a rule tells from all others of a wildcard. */
    private List<HostPort> split(HostPort bind, List<HostPort> binds) {
        if (!bind.isWildcard()) {
            return List.of();
        }
        return singleAddresses.stream().flatMap(host -> HostPort.address(host, bind.port()).stream())
                .filter(one -> bind.literal().isEmpty() || bind.isIpv6() == one.isIpv6())
                .filter(one -> !one.isWildcard() && binds.size() < ConfigDraft.MAX_SIZE / MAX_SPLIT
                        && !binds.contains(one))
                .toList();
    }

    private Optional<HaproxySection> backendOf(HostPort bind) {
        List<Statement> undecided = new ArrayList<>();
        for (Statement rule : rules) {
            List<String> words = rule.words();
            switch (acls.test(words.subList(Math.min(2, words.size()), words.size()), new HaproxyDestination(bind))) {
                case NO -> {
                }
                case UNKNOWN -> undecided.add(rule);
                case YES -> {
                    String name = rule.word(1).replace("%[dst_port]", String.valueOf(bind.port()));
                    if (name.contains("%")) {
                        notes.addLoss(rule, "which backend it names is computed for each connection; " + bind
                                + " is left out");
                        return Optional.empty();
                    }
                    if (name.equals(rule.word(1)) || sections.backend(name).isPresent()) {
                        return decided(rule, name, bind, undecided);
                    }
                }
            }
        }
        if (byDefault.isPresent()) {
            return decided(byDefault.get(), byDefault.get().word(1), bind, undecided);
        }
        if (hasServers) {
            undecided.forEach(rule -> undecided(rule, "the servers of " + frontend.name()));
            return Optional.of(frontend);
        }
        undecided.forEach(
                rule -> notes.addLoss(rule, "it asks for more than the address and port that a client came to, which "
                        + "a listener can't; " + bind + " is left out"));
        if (undecided.isEmpty()) {
            notes.addLoss(frontend.section(),
                    (frontend.isBackend() ? "no server" : "no default_backend") + " for " + bind
                            + "; it is left out");
        }
        return Optional.empty();
    }

    private Optional<HaproxySection> decided(Statement rule, String name, HostPort bind, List<Statement> undecided) {
        Optional<HaproxySection> backend = sections.backend(name);
        if (backend.isEmpty() || !backend.get().isTcp()) {
            notes.addLoss(rule, backend.isEmpty()
                    ? "no such backend; " + bind + " of the frontend of line " + frontend.section().line()
                            + " is left out"
                    : "that backend is left out, and so is " + bind + " of the frontend of line "
                            + frontend.section().line());
            return Optional.empty();
        }
        undecided.stream().filter(each -> !each.word(1).equals(name))
                .forEach(each -> undecided(each, "backend " + name));
        return backend;
    }

    private void undecided(Statement rule, String destination) {
        notes.addLoss(rule,
                "no equivalent: no more than names and protocols of TLS decides which pool a client of a listener gets. The clients "
                        + "that this rule chose go to " + destination + " now");
    }
}
