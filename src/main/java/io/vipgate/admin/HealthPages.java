package io.vipgate.admin;

import io.vipgate.json.Json;
import java.util.List;

/**
 * {@code /healthz} and {@code /readyz}.
 *
 * <p>Stateless.
 */
final class HealthPages {
    private HealthPages() {}

    static Answer health(Condition condition) {
        boolean isAlive = condition.isAlive();
        return Answer.of(isAlive ? 200 : 503, Json.members().with("alive", isAlive).make());
    }

    static Answer readiness(Condition condition) {
        List<String> reasons = condition.reasonsAgainstClients();
        return Answer.of(reasons.isEmpty() ? 200 : 503,
                Json.members().with("ready", reasons.isEmpty()).with("reasons", Json.ofTexts(reasons)).make());
    }
}
