package io.vipgate.relay;

import io.vipgate.pool.Endpoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relay's search for an endpoint that takes it: which is tried now, which have failed, and the place that is held at
 * one of them.
 *
 * <p>Confined to the event loop of its relay.
 */
final class Attempts {
    private List<Endpoint> failed = List.of();
    private @Nullable LoopEndpoint endpoint;
    private boolean isCounted;

    /** The endpoint that is tried or connected, or the last that was; null when none could be selected. */
    @Nullable
    LoopEndpoint endpoint() {
        return endpoint;
    }

    /** Attempts that have failed. */
    int failed() {
        return failed.size();
    }

    /**
     * Selects an endpoint that has not failed yet and takes a place there.
     *
     * @return null when there is none, or when the pool allows no further attempt
     */
    @Nullable
    LoopEndpoint next(LoopPool pool, long clientHigh, long clientLow) {
        if (failed.size() >= pool.settings().attempts()) {
            return null;
        }
        LoopEndpoint selected = pool.open(clientHigh, clientLow, failed);
        if (selected != null) {
            endpoint = selected;
            isCounted = true;
            if (!failed.isEmpty()) {
                pool.onRetry();
            }
        }
        return selected;
    }

    /** The present attempt has failed; its endpoint is not selected again. */
    void onFailed(ConnectFailure failure) {
        LoopEndpoint present = endpoint;
        if (present != null) {
            present.onConnectFailed(failure);
            List<Endpoint> more = new ArrayList<>(failed);
            more.add(present.endpoint());
            failed = more;
            giveBack();
        }
    }

    /** The relay is over. */
    void onClosed(CloseReason reason) {
        giveBack();
        if (endpoint != null) {
            endpoint.onClosed(reason);
        }
    }

    private void giveBack() {
        if (isCounted && endpoint != null) {
            isCounted = false;
            endpoint.endpoint().close();
        }
    }
}
