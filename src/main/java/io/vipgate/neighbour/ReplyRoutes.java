package io.vipgate.neighbour;

import io.vipgate.linux.Errno;
import io.vipgate.neighbour.ReplyRoute.Verdict;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the kernel what it would do with endpoints' replies to clients' addresses: whatever rules, tables and settings there
 * are, the answer is its own. Rules by firewall marks it knows nothing of, since a question has none.
 *
 * <p>Confined to one thread.
 */
public final class ReplyRoutes {
    private static final int EXDEV = 18;
    /** Addresses for benchmarks (RFC 2544) and documents (RFC 3849), which are nobody's: they stand for clients. */
    private static final InetAddress SOME_IPV4 = InetAddress.ofLiteral("198.18.255.254");
    private static final InetAddress SOME_IPV6 = InetAddress.ofLiteral("2001:db8:ffff::fffe");

    private final RouteQueries queries = new RouteQueries();

    /**
     * Asks for several endpoints.
     *
     * @return the answers in the order of the endpoints
     * @throws IOException if the kernel can't be asked
     */
    public List<ReplyRoute> lookUp(List<InetSocketAddress> endpoints) throws IOException {
        try (RouteQueries open = queries) {
            open.open();
            List<ReplyRoute> answers = new ArrayList<>(endpoints.size());
            for (InetSocketAddress endpoint : endpoints) {
                answers.add(lookUp(endpoint));
            }
            return answers;
        }
    }

    private ReplyRoute lookUp(InetSocketAddress endpoint) {
        return switch (queries.route(endpoint.getAddress())) {
            case NetlinkMessages.Reply.Route route when route.isLocal() -> none(endpoint, Verdict.OWN_ADDRESS);
            case NetlinkMessages.Reply.Route route when !route.isUnicast() || route.interfaceIndex() <= 0 ->
                none(endpoint, Verdict.NO_ROUTE);
            case NetlinkMessages.Reply.Route(_, int interfaceIndex, _, InetAddress own) ->
                new ReplyRoute(endpoint, incoming(endpoint, interfaceIndex),
                        RouteQueries.interfaceName(interfaceIndex), own);
            case NetlinkMessages.Reply.Refused(int errno) when RouteQueries.isNoRoute(errno) ->
                none(endpoint, Verdict.NO_ROUTE);
            default -> none(endpoint, Verdict.UNREADABLE);
        };
    }

    private static ReplyRoute none(InetSocketAddress endpoint, Verdict verdict) {
        return new ReplyRoute(endpoint, verdict, "", null);
    }

    private Verdict incoming(InetSocketAddress endpoint, int interfaceIndex) {
        InetAddress client = endpoint.getAddress() instanceof Inet6Address ? SOME_IPV6 : SOME_IPV4;
        return switch (queries.incoming(endpoint, client, interfaceIndex)) {
            case NetlinkMessages.Reply.Route route -> route.isLocal() ? Verdict.TAKEN : Verdict.NOT_TAKEN;
            case NetlinkMessages.Reply.Refused(int errno) when errno == EXDEV || errno == Errno.EINVAL ->
                Verdict.FILTERED;
            case NetlinkMessages.Reply.Refused(int errno) when RouteQueries.isNoRoute(errno) -> Verdict.NOT_TAKEN;
            default -> Verdict.UNREADABLE;
        };
    }
}
