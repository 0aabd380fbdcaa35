package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
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
    private static final String BY_NAME = "; vipgate does not choose by the TLS name yet";
    private static final String BY_CONTENT = "; vipgate does not look into what clients send";

    private final Notes notes;
    private final NginxVariables variables;
    private final Statement server;
    private final Statement pass;
    private final Function<HostPort, NginxArrival> arrivals;

    /** With how clients come to each address. */
    NginxTargets(Notes notes, NginxVariables variables, Statement server, Statement pass,
            Function<HostPort, NginxArrival> arrivals) {
        this.notes = notes;
        this.variables = variables;
        this.server = server;
        this.pass = pass;
        this.arrivals = arrivals;
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
                && variables.evaluate(pass.word(1), server, bind, "", arrivals.apply(bind)).deciders()
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
                .map(clients -> new NginxTarget(choice, clients, ClientSet.NONE))
                .or(() -> variables.unserved(text, server, bind, arrival, arrival.peers())
                        .map(peers -> new NginxTarget(choice, ClientSet.NONE, peers)));
    }

    private Optional<NginxTarget> target(HostPort bind, NginxArrival arrival) {
        NginxChoice choice = variables.evaluate(pass.word(1), server, bind, NginxVariables.OTHER_ADDRESS, arrival);
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
                        + (deciders.contains("ssl_preread_server_name")
                                ? BY_NAME
                                : deciders.contains("ssl_preread") ? BY_CONTENT : ""))
                + "; the listener on " + bind + " is left out");
        return Optional.empty();
    }
}
