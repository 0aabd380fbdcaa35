package io.vipgate.cli;

import io.vipgate.config.ClientAddressMode;
import io.vipgate.config.EndpointAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.neighbour.ReplyRoute;
import io.vipgate.neighbour.ReplyRoutes;
import io.vipgate.text.IpText;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What this machine and the endpoints need so that replies to clients' addresses come back, as a script for a shell: what is
 * missing here as commands, all else as comments.
 *
 * <p>Immutable.
 */
final class RoutingReport {
    private final Map<InetSocketAddress, List<String>> endpoints;
    private final List<String> unknown;
    private final Routes routes;

    /** Who knows what becomes of replies. */
    @FunctionalInterface
    interface Routes {
        List<ReplyRoute> lookUp(List<InetSocketAddress> endpoints) throws IOException;
    }

    private RoutingReport(Map<InetSocketAddress, List<String>> endpoints, List<String> unknown, Routes routes) {
        this.endpoints = endpoints;
        this.unknown = unknown;
        this.routes = routes;
    }

    /** Of the endpoints of a configuration, with names looked up, on this machine. */
    static RoutingReport ofThisMachine(GatewayConfig config) {
        return of(config, new ReplyRoutes()::lookUp);
    }

    static RoutingReport of(GatewayConfig config, Routes routes) {
        Map<InetSocketAddress, List<String>> endpoints = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        config.pools().forEach((pool, its) -> {
            if (its.clientAddress() != ClientAddressMode.NONE) {
                its.endpoints().forEach((name, endpoint) -> {
                    try {
                        for (InetAddress address : addresses(endpoint.address())) {
                            endpoints.computeIfAbsent(new InetSocketAddress(address, endpoint.address().port()),
                                    _ -> new ArrayList<>()).add(pool + "/" + name);
                        }
                    } catch (UnknownHostException e) {
                        unknown.add(pool + "/" + name + ": " + endpoint.address() + " has no address now");
                    }
                });
            }
        });
        return new RoutingReport(endpoints, unknown, routes);
    }

    private static List<InetAddress> addresses(EndpointAddress address) throws UnknownHostException {
        return address.literal().isPresent()
                ? List.of(address.literal().get())
                : List.of(InetAddress.getAllByName(address.host()));
    }

    /**
     * Prints the script.
     *
     * @return whether nothing is missing on this machine
     */
    boolean print(PrintWriter out) {
        if (endpoints.isEmpty() && unknown.isEmpty()) {
            out.println("# no pool has clientAddress: nothing is needed");
            return true;
        }
        List<ReplyRoute> answers;
        try {
            answers = routes.lookUp(List.copyOf(endpoints.keySet()));
        } catch (IOException e) {
            out.println("# the kernel's routes can't be asked: " + Format.clean(String.valueOf(e.getMessage())));
            return false;
        }
        boolean isInPlace = unknown.isEmpty();
        out.println("# On this machine: it takes what endpoints reply to clients' addresses.");
        unknown.forEach(line -> out.println("# " + Format.clean(line)));
        for (ReplyRoute answer : answers) {
            isInPlace &= printRule(answer, out);
        }
        Set<String> tables = new LinkedHashSet<>();
        answers.stream().filter(answer -> answer.verdict() == ReplyRoute.Verdict.NOT_TAKEN)
                .forEach(answer -> tables.add(answer.tableCommand()));
        tables.forEach(out::println);
        printEndpoints(answers, out);
        return isInPlace;
    }

    private boolean printRule(ReplyRoute answer, PrintWriter out) {
        String who = "# " + String.join(", ", endpoints.getOrDefault(answer.endpoint(), List.of())) + ", "
                + IpText.of(answer.endpoint()) + ": ";
        switch (answer.verdict()) {
            case TAKEN -> out.println(who + "in place");
            case NOT_TAKEN -> {
                out.println(who + "missing");
                out.println(answer.ruleCommand());
            }
            case FILTERED -> {
                out.println(who + "dropped by the reverse-path filter, since the route back to it leads elsewhere");
                // With slashes: the name of an interface may have dots, as those of VLANs do.
                out.println("sysctl -w net/ipv4/conf/" + answer.interfaceName() + "/rp_filter=2");
            }
            case OWN_ADDRESS ->
                out.println(who + "on this machine, which sends replies straight to the clients; it can't be "
                        + "connected to from their addresses");
            case NO_ROUTE -> out.println(who + "there is no route to it now");
            case UNREADABLE -> out.println(who + "the kernel does not say");
        }
        return answer.verdict() == ReplyRoute.Verdict.TAKEN;
    }

    /** What can't be seen from here. */
    private static void printEndpoints(List<ReplyRoute> answers, PrintWriter out) {
        List<ReplyRoute> reached = answers.stream().filter(answer -> answer.own() != null).toList();
        if (!reached.isEmpty()) {
            out.println(
                    "# On each endpoint: replies go to the gateway; of a pair of gateways, to their inner virtual address, "
                            + "and those to probes");
            out.println("# straight to each gateway: ip route replace ITS-OWN-ADDRESS dev INTERFACE table "
                    + ReplyRoute.TABLE);
            reached.stream().flatMap(RoutingReport::endpointLines).distinct().forEach(out::println);
        }
    }

    private static Stream<String> endpointLines(ReplyRoute route) {
        String ip = route.isIpv6() ? "#   ip -6" : "#   ip";
        InetAddress own = route.own();
        return own == null
                ? Stream.of()
                : Stream.of(
                        ip + " rule add pref " + ReplyRoute.TABLE + " from " + IpText.of(route.endpoint().getAddress())
                                + " ipproto tcp sport " + route.endpoint().getPort() + " lookup " + ReplyRoute.TABLE,
                        ip + " route replace default via " + IpText.of(own) + " table " + ReplyRoute.TABLE);
    }
}
