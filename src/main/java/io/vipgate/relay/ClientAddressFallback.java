package io.vipgate.relay;

import java.util.Locale;

/** Why an endpoint is not connected to from the client's own address. Immutable. */
public enum ClientAddressFallback {
    /** The endpoint's address is of the other family, or the client's is one that no packet from elsewhere can have. */
    FAMILY,
    /** The client's address is this machine's, or an endpoint's of the pool: answers to it would not come back here. */
    HAIRPIN,
    /** The process has neither CAP_NET_RAW nor CAP_NET_ADMIN. */
    PERMISSION,
    /** No port of the client's address is free towards the endpoint. */
    PORTS,
    /** What the endpoint answers to clients' addresses does not come back here, see {@link ReturnPaths}. */
    NO_RETURN;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in metrics. */
    public String label() {
        return label;
    }
}
