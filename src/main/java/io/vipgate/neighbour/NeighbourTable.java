package io.vipgate.neighbour;

import io.vipgate.neighbour.Neighbour.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the kernel who answers for an address, in the network namespace of the calling thread. Needs no privilege, only that
 * sockets of the family AF_NETLINK are allowed.
 *
 * <p>An address costs two questions, and the table is never read as a whole, however large it is: first the route, which
 * knows whether the address is this machine's own or lies behind a router, and which interface leads there; then that
 * interface's entry. {@code /proc/net/arp} would tell IPv4 alone and no state, and {@code ip neigh} is a process for each
 * look and not in the container image.
 *
 * <p>Confined to one thread.
 */
public final class NeighbourTable {
    private static final int ENOENT = 2;

    private final RouteQueries queries = new RouteQueries();
    private final Map<Integer, String> interfaceNames = new HashMap<>();

    /**
     * Asks for several addresses. Never waits for anybody but the kernel.
     *
     * @return the answers in the order of the addresses
     * @throws IOException if no such socket can be opened
     */
    public List<Neighbour> lookUp(List<InetAddress> addresses) throws IOException {
        try (RouteQueries open = queries) {
            open.open();
            interfaceNames.clear();
            List<Neighbour> answers = new ArrayList<>(addresses.size());
            for (InetAddress address : addresses) {
                answers.add(lookUp(address));
            }
            return answers;
        }
    }

    private Neighbour lookUp(InetAddress address) {
        return switch (queries.route(address)) {
            case NetlinkMessages.Reply.Route route when route.isLocal() -> unresolved(Reason.OWN_ADDRESS);
            case NetlinkMessages.Reply.Route route when !route.isUnicast() -> unresolved(Reason.NO_ROUTE);
            case NetlinkMessages.Reply.Route route when route.hasGateway() -> unresolved(Reason.ROUTED);
            case NetlinkMessages.Reply.Route route when route.interfaceIndex() > 0 ->
                lookUp(address, route.interfaceIndex());
            case NetlinkMessages.Reply.Refused(int errno) when RouteQueries.isNoRoute(errno) ->
                unresolved(Reason.NO_ROUTE);
            default -> unresolved(Reason.UNREADABLE);
        };
    }

    private Neighbour lookUp(InetAddress address, int interfaceIndex) {
        return switch (queries.neighbour(interfaceIndex, address)) {
            case NetlinkMessages.Reply.Entry(MacAddress mac) when mac != null ->
                new Neighbour.Resolved(interfaceNames.computeIfAbsent(interfaceIndex, RouteQueries::interfaceName),
                        mac);
            case NetlinkMessages.Reply.Entry _ -> unresolved(Reason.NO_ENTRY);
            case NetlinkMessages.Reply.Refused(int errno) when errno == ENOENT -> unresolved(Reason.NO_ENTRY);
            // Linux before 5.0 answers only for its whole table.
            default -> unresolved(Reason.UNREADABLE);
        };
    }

    private static Neighbour unresolved(Reason reason) {
        return new Neighbour.Unresolved(reason);
    }
}
