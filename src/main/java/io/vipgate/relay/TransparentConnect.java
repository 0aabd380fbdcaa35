package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.Errno;
import io.vipgate.linux.TransparentSocket;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Connects to an endpoint from the client's own address, and says what becomes of a client where that can't be.
 *
 * <p>Stateless: every method is confined to the event loop of its relay.
 */
final class TransparentConnect {
    /** Instead of a descriptor or an error number: the client is to be refused. */
    static final int REFUSED = Integer.MIN_VALUE;

    private TransparentConnect() {}

    /**
     * Begins a connect.
     *
     * @return a descriptor whose connect is under way or done, a negated error number, or {@link #REFUSED}
     */
    static int begin(Relay relay, LoopEndpoint endpoint, TransparentSource source) {
        relay.attempts.setFromClient(false);
        ClientAddressFallback obstacle = obstacle(relay, endpoint, source);
        if (obstacle == null) {
            int result = relay.loop.dialer().beginAs(endpoint, relay.settings, relay.clientHigh, relay.clientLow,
                    relay.hasDelayedAck);
            obstacle = TransparentSocket.isRefusal(result)
                    ? ClientAddressFallback.PERMISSION
                    : result == -Errno.EADDRNOTAVAIL && !source.isRequired() ? ClientAddressFallback.PORTS : null;
            if (obstacle == null) {
                relay.attempts.setFromClient(result >= 0);
                return result;
            }
        }
        relay.pool.counts().onFallback(obstacle);
        return source.isRequired()
                ? REFUSED
                : relay.loop.dialer().begin(endpoint, relay.settings, relay.hasDelayedAck);
    }

    /** Why the client's address is not used; null when it is. */
    private static @Nullable ClientAddressFallback obstacle(Relay relay, LoopEndpoint endpoint,
            TransparentSource source) {
        InetAddress client = ClientAddress.toInetAddress(relay.clientHigh, relay.clientLow);
        boolean isIpv4 = ClientAddress.isIpv4(relay.clientHigh, relay.clientLow);
        if (!TransparentSource.isOfFamily(endpoint.endpoint(), isIpv4)) {
            return ClientAddressFallback.FAMILY;
        }
        ClientAddressFallback obstacle = source.obstacle(client, relay.pool.isOfEndpoint(client));
        if (obstacle != null) {
            return obstacle;
        }
        boolean mayTry = !relay.attempts.isOnceMore()
                && source.returnPaths().mayTry(endpoint.endpoint(), relay.now());
        // Where the address is required, the selection prefers others, and the last one left is tried all the same.
        return mayTry || source.isRequired() ? null : ClientAddressFallback.NO_RETURN;
    }

    /** An attempt from the client's address is over without a connection. */
    static void onFailed(Relay relay, LoopEndpoint endpoint, ConnectFailure failure) {
        TransparentSource source = relay.pool.transparent();
        if (source != null) {
            source.returnPaths().onFailed(endpoint.endpoint(), failure, relay.since, relay.clientHigh,
                    relay.clientLow);
        }
    }

    /** An attempt from the client's address has reached its endpoint. */
    static void onReached(Relay relay, LoopEndpoint endpoint) {
        TransparentSource source = relay.pool.transparent();
        if (source != null) {
            source.returnPaths().onReached(endpoint.endpoint());
        }
    }

    /**
     * Where only the client's address was tried and nobody answered it, the gateway's own gets its turn.
     *
     * @return the endpoint that was tried last, to be tried once more; null when there is none
     */
    static @Nullable LoopEndpoint onceMore(Relay relay) {
        TransparentSource source = relay.pool.transparent();
        return source == null || source.isRequired() ? null : relay.attempts.onceMore(relay.pool, relay.now());
    }

    /**
     * Why no endpoint could be selected before any was tried.
     *
     * @return {@link RefuseReason#CLIENT_ADDRESS} when those of the client's family are missing, and must not be
     */
    static RefuseReason whyNone(Relay relay) {
        if (relay.pool.mayServe(relay.clientHigh, relay.clientLow)) {
            return RefuseReason.NO_ENDPOINT;
        }
        relay.pool.counts().onFallback(ClientAddressFallback.FAMILY);
        return RefuseReason.CLIENT_ADDRESS;
    }
}
