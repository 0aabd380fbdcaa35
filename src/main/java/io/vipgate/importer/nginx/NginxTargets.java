package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.HelloFit;
import io.vipgate.importer.common.HelloOutcome;
import io.vipgate.importer.common.DraftRoutes;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SampleHello;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where a server passes its clients on to: to one target, whatever address they came to, or to one for each, where variables say so.
 *
 * <p>Confined to one import.
 */
final class NginxTargets {
    private static final String BY_CONTENT = "; more of what clients send decides than names and protocols that the file has";

    private final Notes notes;
    private final NginxVariables variables;
    private final Statement server;
    private final Statement pass;
    private final Function<HostPort, NginxArrival> arrivals;
    private final NginxHellos hellos;
    private final boolean readsHello;

    /**
     * With how clients come to each address.
     *
     * @param readsHello whether variables have what clients begin with
     */
    NginxTargets(Notes notes, NginxVariables variables, Statement server, Statement pass, boolean readsHello,
            Function<HostPort, NginxArrival> arrivals) {
        this.notes = notes;
        this.variables = variables;
        this.server = server;
        this.pass = pass;
        this.readsHello = readsHello;
        this.arrivals = arrivals;
        hellos = new NginxHellos(readsHello ? notes : new Notes(), variables, server, pass.word(1));
        if (hellos.isUsed() && !readsHello) {
            notes.add(pass, "without ssl_preread on, nginx has nothing in variables of TLS, whatever a client sends");
        }
    }

    /** Without it variables of TLS are empty. */
    private Optional<SampleHello> unread() {
        return readsHello ? Optional.empty() : Optional.of(SampleHello.NOT_TLS);
    }

    /**
     * The addresses to listen on, by what clients of theirs are passed on to.
     *
     * @return choices that are constant, or have shares
     */
    Map<NginxTarget, List<HostPort>> of(List<HostPort> binds) {
        Map<NginxTarget, List<HostPort>> targets = new LinkedHashMap<>();
        if (pass.word(1).indexOf('$') < 0) {
            target(binds.getFirst(), NginxArrival.DIRECT).ifPresent(target -> targets.put(target, binds));
            return targets;
        }
        for (HostPort bind : binds) {
            for (HostPort part : parts(bind)) {
                target(part, arrivals.apply(bind))
                        .ifPresent(target -> targets.computeIfAbsent(target, _ -> new ArrayList<>()).add(part));
            }
        }
        return targets;
    }

    /** A wildcard, and before it the addresses that a map tells apart. */
    private List<HostPort> parts(HostPort bind) {
        List<HostPort> parts = new ArrayList<>();
        boolean dependsOnAddress = bind.isWildcard()
                && variables.evaluate(pass.word(1), server, bind, "", arrivals.apply(bind), unread()).deciders()
                        .contains("$server_addr");
        if (dependsOnAddress) {
            variables.serverAddresses().stream().flatMap(host -> HostPort.address(host, bind.port()).stream())
                    .filter(each -> bind.host().isEmpty() || each.isIpv6() == bind.isIpv6()).forEach(parts::add);
        }
        parts.add(bind);
        return parts;
    }

    /** For those whom it is not empty for, where the address of the client or of the balancer decides. */
    private Optional<NginxTarget> bySource(String only, HostPort bind, NginxArrival arrival) {
        NginxChoice choice = NginxChoice.constant(only);
        String text = pass.word(1);
        return variables.unserved(text, server, bind, arrival, arrival.clients())
                .map(clients -> new NginxTarget(DraftRoutes.plain(choice), clients, ClientSet.NONE))
                .or(() -> variables.unserved(text, server, bind, arrival, arrival.peers())
                        .map(peers -> new NginxTarget(DraftRoutes.plain(choice), ClientSet.NONE, peers)));
    }

    private Optional<NginxTarget> target(HostPort bind, NginxArrival arrival) {
        NginxChoice choice = variables.evaluate(pass.word(1), server, bind, NginxVariables.OTHER_ADDRESS, arrival,
                unread());
        if (readsHello && hellos.isUsed() && !(choice.isComplete() && choice.values().size() == 1)) {
            Optional<NginxTarget> target = byHello(bind, arrival);
            if (target.isPresent()) {
                return target;
            }
        }
        String deciders = String.join(", ", choice.deciders());
        boolean canBeEmpty = choice.values().containsKey("");
        if (choice.isComplete() && choice.values().size() == (canBeEmpty ? 2 : 1)) {
            String only = choice.values().keySet().stream().filter(value -> !value.isEmpty()).findFirst().orElse("");
            Optional<NginxTarget> target = canBeEmpty ? bySource(only, bind, arrival) : Optional.empty();
            if (target.isPresent()) {
                return target;
            }
            if (canBeEmpty) {
                notes.addLoss(pass, "nginx refused clients for whom " + deciders + " gives no value; now they go to "
                        + only + ", as all others do");
            } else if (!choice.deciders().isEmpty()) {
                notes.add(pass, "is " + only + " whatever " + deciders + " is");
            }
            return Optional.of(NginxTarget.forAll(NginxChoice.constant(only)));
        }
        if (choice.isComplete() && choice.hasShares() && !canBeEmpty) {
            return Optional.of(NginxTarget.forAll(choice));
        }
        notes.addLoss(pass, (choice.isConstant()
                ? "no upstream for clients that come to " + bind
                : deciders + " decides where a client goes, but a listener has one pool"
                        + (deciders.contains("ssl_preread") ? BY_CONTENT : ""))
                + "; the listener on " + bind + " is left out");
        return Optional.empty();
    }

    private Optional<NginxTarget> byHello(HostPort bind, NginxArrival arrival) {
        HelloFit<NginxChoice> fit = new HelloFit<>(hellos.keys(), hello -> outcome(hello, variables.evaluate(
                pass.word(1), server, bind, NginxVariables.OTHER_ADDRESS, arrival, Optional.of(hello))),
                choice -> String.join(" or ", choice.values().keySet()));
        return fit.routes(loss -> notes.addLoss(pass, loss)).map(NginxTarget::by);
    }

    private static HelloOutcome<NginxChoice> outcome(SampleHello hello, NginxChoice choice) {
        if (choice.isConstant()) {
            String value = choice.values().keySet().iterator().next();
            return value.isEmpty() || value.startsWith(":")
                    ? HelloOutcome.refused()
                    : hello.isMadeUp() && value.contains(hello.name())
                            ? HelloOutcome.untold()
                            : HelloOutcome.to(NginxChoice.constant(value));
        }
        boolean isShared = choice.isComplete() && choice.hasShares() && !choice.values().containsKey("");
        return isShared ? HelloOutcome.to(choice) : HelloOutcome.untold();
    }
}
