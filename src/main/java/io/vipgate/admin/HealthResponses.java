package io.vipgate.admin;

import io.vipgate.json.Json;
import java.util.List;

/**
 * {@code /healthz} and {@code /readyz}.
 *
 * <p>Stateless.
 */
final class HealthResponses {
    private HealthResponses() {}

    static Response health(HealthSource condition) {
        boolean isAlive = condition.isAlive();
        return Response.of(isAlive ? 200 : 503, Json.object().with("alive", isAlive).build());
    }

    static Response readiness(HealthSource condition) {
        List<String> reasons = condition.reasonsAgainstClients();
        return Response.of(reasons.isEmpty() ? 200 : 503,
                Json.object().with("ready", reasons.isEmpty()).with("reasons", Json.ofTexts(reasons)).build());
    }
}
