package io.vipgate.loops;

import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.RelayInfo;

/**
 * Told of what live connects say against an endpoint.
 *
 * <p>Called on the event loops: must be thread-safe, and must not block.
 */
public interface LiveConnects {
    /** The present endpoint of a relay did not take it, through no fault of this machine. */
    void onFailed(RelayInfo relay);

    /** The last connects to an endpoint were overtaken by hedges. */
    void onOvertaken(RelayInfo relay, LoopEndpoint loser);
}
