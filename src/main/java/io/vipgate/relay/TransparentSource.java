package io.vipgate.relay;

import io.vipgate.linux.OwnAddresses;
import io.vipgate.pool.Endpoint;
import java.net.Inet4Address;

/**
 * That the endpoints of a pool are connected to from the client's own address: the transparent source. Shared by all loops.
 *
 * <p>Thread-safe.
 *
 * @param isRequired whether a client is refused where that is not possible; else the gateway's own address is used
 * @param ownAddresses of this machine
 * @param returnPaths what is known of the way back from the pool's endpoints
 */
public record TransparentSource(boolean isRequired, OwnAddresses ownAddresses, ReturnPaths returnPaths) {
    /** Whether an endpoint and a client have addresses of one family. */
    static boolean isOfFamily(Endpoint endpoint, boolean isIpv4) {
        return endpoint.address().getAddress() instanceof Inet4Address == isIpv4;
    }
}
