package io.vipgate.relay;

import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.TlvTypes;

/**
 * The PROXY header that the endpoints of a pool are sent first.
 *
 * <p>Immutable.
 *
 * @param version none, or which
 * @param fields of version 2: passed on where they came in; a unique ID is made where none did
 * @param hasChecksum of version 2: whether it ends in one
 */
public record HeaderSettings(ProxyHeader.Version version, TlvTypes fields, boolean hasChecksum) {
    /** No header. */
    public static final HeaderSettings NONE = of(ProxyHeader.Version.NONE);

    /** A header without fields. */
    public static HeaderSettings of(ProxyHeader.Version version) {
        return new HeaderSettings(version, TlvTypes.NONE, false);
    }
}
