package io.vipgate.neighbour;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** Who knows which machine answers for an address. */
@FunctionalInterface
interface NeighbourSource {
    /**
     * Asks for several addresses.
     *
     * @return the answers in the order of the addresses
     * @throws IOException if nobody can be asked
     */
    List<Neighbour> lookUp(List<InetAddress> addresses) throws IOException;
}
