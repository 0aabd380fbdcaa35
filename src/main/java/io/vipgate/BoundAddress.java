package io.vipgate;

import io.vipgate.config.BindAddress;
import java.util.List;

/**
 * An address that a listener is bound to: one socket for each event loop.
 *
 * <p>Immutable; equal only to itself.
 */
final class BoundAddress {
    private final BindAddress bind;
    private final int port;
    private final List<Integer> sockets;

    BoundAddress(BindAddress bind, int port, List<Integer> sockets) {
        this.bind = bind;
        this.port = port;
        this.sockets = List.copyOf(sockets);
    }

    /** As the configuration has it. */
    BindAddress bind() {
        return bind;
    }

    /** The port, also where the configuration leaves it to the kernel. */
    int port() {
        return port;
    }

    /** Descriptors, in the order of the lanes. */
    List<Integer> sockets() {
        return sockets;
    }
}
