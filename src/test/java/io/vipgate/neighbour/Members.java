package io.vipgate.neighbour;

import io.vipgate.pool.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Endpoints and who answers for them.
 *
 * <p>Stateless.
 */
final class Members {
    static final Neighbour NODE_A = node("02000000000a");
    static final Neighbour NODE_B = node("02000000000b");
    static final Neighbour NOBODY = new Neighbour.Unresolved(Neighbour.Reason.NO_ENTRY);

    private Members() {}

    static Endpoint endpoint(String name, String address) {
        return new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral(address), 80), 0);
    }

    static Endpoint endpoint(String name, String address, int port) {
        return new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral(address), port), 0);
    }

    static Neighbour node(String mac) {
        return answer(mac, "eth1");
    }

    static Neighbour answer(String mac, String interfaceName) {
        return new Neighbour.Resolved(interfaceName, new MacAddress(Long.parseLong(mac, 16)));
    }
}
