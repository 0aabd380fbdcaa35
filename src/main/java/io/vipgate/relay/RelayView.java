package io.vipgate.relay;

import io.vipgate.pool.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * An open relay as an operator sees it.
 *
 * <p>Immutable.
 *
 * @param number of its loop, in the order in which they were accepted
 * @param phase {@code connecting}, {@code open}, {@code aborting} or {@code draining}
 * @param clientHigh upper half of the client's address
 * @param clientLow lower half
 * @param endpoint null while none could be selected
 * @param ageNanos since it was accepted
 * @param silentNanos since a byte last reached either side
 * @param conveyed what came with the client in a PROXY header; null when it came by itself
 * @param hello what its ClientHello said; null where none was read
 */
public record RelayView(long number, String listener, String pool, String phase, long clientHigh, long clientLow,
        int clientPort, @Nullable Endpoint endpoint, long ageNanos, long silentNanos, long bytesToBackend,
        long bytesToClient, int attempts, boolean isPinned, @Nullable Conveyed conveyed, @Nullable HelloInfo hello) {
    /** A relay as it is now. */
    static RelayView of(Relay relay) {
        LoopEndpoint present = relay.endpoint();
        return new RelayView(relay.number, relay.listener.name(), relay.pool.name(), relay.phase.label(),
                relay.clientHigh, relay.clientLow, relay.clientPort, present == null ? null : present.endpoint(),
                relay.age(), relay.now() - relay.lastDelivered, relay.bytesToBackend(), relay.bytesToClient(),
                relay.attempts(), relay.isPinned(), relay.conveyed(), relay.hello());
    }
}
