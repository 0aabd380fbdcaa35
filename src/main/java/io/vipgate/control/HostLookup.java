package io.vipgate.control;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host. May block for as long as the resolver does. */
@FunctionalInterface
public interface HostLookup {
    /**
     * Looks a host up.
     *
     * @return at least one address
     * @throws UnknownHostException if it has none, or nobody could say
     */
    List<InetAddress> lookUp(String host) throws UnknownHostException;

    /** The machine's own: hosts file, then DNS. */
    static HostLookup ofThisMachine() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
