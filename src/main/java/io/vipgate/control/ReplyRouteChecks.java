package io.vipgate.control;

import io.vipgate.neighbour.ReplyRoute;
import io.vipgate.neighbour.ReplyRoutes;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.PoolSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this machine takes what endpoints reply to clients' addresses, as the kernel's rules and routes are now. Asks on the
 * calling thread, in its network namespace.
 *
 * <p>Stateless.
 */
final class ReplyRouteChecks {
    private static final Logger LOG = LoggerFactory.getLogger(ReplyRouteChecks.class);

    private ReplyRouteChecks() {}

    /** Tells of the endpoints of a pool whose replies would be lost, in one line. */
    static void warn(String pool, PoolSnapshot snapshot) {
        List<Endpoint> endpoints = snapshot.members().stream().map(PoolSnapshot.Member::endpoint).toList();
        List<String> lost = new ArrayList<>();
        String first = "";
        for (Endpoint endpoint : endpoints) {
            Optional<String> why = why(endpoint);
            if (why.isPresent()) {
                first = lost.isEmpty() ? why.get() : first;
                lost.add(endpoint.label());
            }
        }
        if (!lost.isEmpty()) {
            LOG.warn("pool {}: connections to {} from clients' addresses will time out: {}", pool,
                    String.join(", ", lost), first);
        }
    }

    /** Why an endpoint's replies would be lost here; empty when they would not be, or nobody knows. */
    static Optional<String> why(Endpoint endpoint) {
        try {
            ReplyRoute route = new ReplyRoutes().lookUp(List.of(endpoint.address())).getFirst();
            return switch (route.verdict()) {
                case NOT_TAKEN -> Optional.of("this machine does not take the replies of " + endpoint.label() + "; run "
                        + route.ruleCommand() + " and " + route.tableCommand() + ", see vipgate check --routing");
                case FILTERED -> Optional.of("the reverse-path filter drops the replies of " + endpoint.label()
                        + " (net.ipv4.conf." + route.interfaceName() + ".rp_filter)");
                case OWN_ADDRESS -> Optional.of(endpoint.label()
                        + " is on this machine, and sends its replies straight to the clients");
                case TAKEN, NO_ROUTE, UNREADABLE -> Optional.empty();
            };
        } catch (IOException e) {
            LOG.debug("the kernel's routes can't be asked: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
