package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;
import io.vipgate.pool.Endpoint;

/**
 * Which endpoints can be connected to from a client's own address, in a pool that requires that: those of the client's
 * family, and of them first those whose answers are not known to get lost.
 *
 * <p>Immutable.
 */
record RequiredSource(ReturnPaths returnPaths, boolean isIpv4, long now) {
    static RequiredSource of(TransparentSource source, long clientHigh, long clientLow, long now) {
        return new RequiredSource(source.returnPaths(), ClientAddress.isIpv4(clientHigh, clientLow), now);
    }

    boolean isPossible(Endpoint endpoint) {
        return TransparentSource.isOfFamily(endpoint, isIpv4);
    }

    boolean isGood(Endpoint endpoint) {
        return isPossible(endpoint) && !returnPaths.isLost(endpoint, now);
    }
}
