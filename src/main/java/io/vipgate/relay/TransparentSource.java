package io.vipgate.relay;

import io.vipgate.linux.OwnAddresses;
import io.vipgate.pool.Endpoint;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

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
    public static boolean isOfFamily(Endpoint endpoint, boolean isIpv4) {
        return endpoint.address().getAddress() instanceof Inet4Address == isIpv4;
    }

    /**
     * Why a client's address is used towards none of the endpoints.
     *
     * @param isEndpoint whether it is an endpoint's, too
     * @return null when nothing stands against it
     */
    public @Nullable ClientAddressFallback obstacle(InetAddress client, boolean isEndpoint) {
        if (isOfNoSender(client)) {
            return ClientAddressFallback.FAMILY;
        }
        return ownAddresses.contains(client) || isEndpoint ? ClientAddressFallback.HAIRPIN : null;
    }

    /** An address that nobody has, or only on one link; a PROXY header may convey any. */
    private static boolean isOfNoSender(InetAddress client) {
        return client.isAnyLocalAddress() || client.isMulticastAddress()
                || (client instanceof Inet6Address && client.isLinkLocalAddress());
    }
}
