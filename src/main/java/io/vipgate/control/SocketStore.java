package io.vipgate.control;

import io.vipgate.config.BindAddress;
import java.util.Collection;
import java.util.List;

/**
 * Keeps listening sockets open beyond the end of the process: clients that come while no gateway runs wait in the sockets'
 * queues, and the next process takes those over.
 *
 * <p>Confined to the control thread.
 */
public interface SocketStore {
    /** Keeps nothing. */
    SocketStore NONE = new SocketStore() {
        @Override
        public List<Integer> take(BindAddress bind) {
            return List.of();
        }

        @Override
        public void keep(BindAddress bind, List<Integer> sockets) {}

        @Override
        public void release(Collection<BindAddress> binds) {}
    };

    /**
     * Takes the sockets that an earlier process has left at an address.
     *
     * @return descriptors that listen there; the caller owns them
     */
    List<Integer> take(BindAddress bind);

    /**
     * Keeps the sockets of an address, in place of whatever is kept of it.
     *
     * @param sockets descriptors, which stay the caller's
     */
    void keep(BindAddress bind, List<Integer> sockets);

    /** Keeps nothing of some addresses any longer; returns when that is so, or after a second. */
    void release(Collection<BindAddress> binds);
}
