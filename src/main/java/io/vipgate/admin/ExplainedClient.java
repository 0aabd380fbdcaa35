package io.vipgate.admin;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A client that it is asked about what would become of it.
 *
 * <p>Immutable.
 *
 * @param peer who conveys it in a PROXY header; empty for a client that comes by itself
 * @param serverName the server that its ClientHello names
 * @param protocols what its ClientHello offers, in its order
 */
public record ExplainedClient(InetAddress address, Optional<InetAddress> peer, Optional<String> serverName,
        List<String> protocols) {
    /** Keeps its own copy. */
    public ExplainedClient {
        protocols = List.copyOf(protocols);
    }

    /** A client that comes by itself, and of whose ClientHello nothing is known. */
    public static ExplainedClient of(InetAddress address) {
        return new ExplainedClient(address, Optional.empty(), Optional.empty(), List.of());
    }

    /** Whether nothing is known of a ClientHello. */
    public boolean saysNothing() {
        return serverName.isEmpty() && protocols.isEmpty();
    }
}
