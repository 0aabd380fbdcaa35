package io.vipgate.relay;

import io.vipgate.pool.Endpoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of a relay that have failed.
 *
 * <p>Immutable.
 *
 * @param endpoints where, one for each attempt
 * @param last why the last one did; null when none has
 */
record FailedAttempts(List<Endpoint> endpoints, @Nullable ConnectFailure last) {
    static final FailedAttempts NONE = new FailedAttempts(List.of(), null);

    /** These and one more. */
    FailedAttempts with(@Nullable Endpoint endpoint, ConnectFailure failure) {
        return new FailedAttempts(endpoint == null ? endpoints : and(endpoint), failure);
    }

    /** Their endpoints and one more. */
    List<Endpoint> and(Endpoint endpoint) {
        List<Endpoint> more = new ArrayList<>(endpoints);
        more.add(endpoint);
        return more;
    }
}
