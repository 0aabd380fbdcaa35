package io.vipgate.loops;

import io.vipgate.config.BindAddress;
import java.util.List;

/**
 * An address that a listener is bound to: one socket for each event loop.
 *
 * <p>Immutable; equal only to itself.
 */
public final class BoundAddress {
    private final BindAddress bind;
    private final int port;
    private final List<Integer> sockets;

    /** An address whose sockets are open, one for each loop, bound to this port. */
    public BoundAddress(BindAddress bind, int port, List<Integer> sockets) {
        this.bind = bind;
        this.port = port;
        this.sockets = List.copyOf(sockets);
    }

    /** As the configuration has it. */
    public BindAddress bind() {
        return bind;
    }

    /** The port, also where the configuration leaves it to the kernel. */
    public int port() {
        return port;
    }

    /** Descriptors, in the order of the loops. */
    public List<Integer> sockets() {
        return sockets;
    }
}
