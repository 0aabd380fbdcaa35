package io.vipgate.admin;

import io.vipgate.admin.http.Exchange;
import io.vipgate.admin.http.Response;
import java.util.Set;
import io.vipgate.admin.model.HealthAnswer;
import io.vipgate.admin.model.ReadinessAnswer;
import java.util.List;

/**
 * {@code /healthz} and {@code /readyz}.
 *
 * <p>Stateless.
 */
final class HealthResponses {
    private static final Set<String> PATHS = Set.of("/healthz", "/readyz");

    private HealthResponses() {}

    /** Whether the request is for one of them; they are there at once. */
    static boolean areAskedBy(Exchange exchange) {
        return PATHS.contains(exchange.path()) && !exchange.hasBody();
    }

    static Response health(HealthSource condition) {
        boolean isAlive = condition.isAlive();
        return Response.of(isAlive ? 200 : 503, new HealthAnswer(isAlive));
    }

    static Response readiness(HealthSource condition) {
        List<String> reasons = condition.reasonsAgainstClients();
        return Response.of(reasons.isEmpty() ? 200 : 503,
                new ReadinessAnswer(reasons.isEmpty(), reasons));
    }
}
