package io.vipgate.probe;

import io.vipgate.config.ProxyProtocol;
import java.nio.charset.StandardCharsets;

/**
 * The PROXY header of a connection that nobody is proxied over: an endpoint that expects a header takes the probe for
 * what it is, a connection of the gateway's own. Source: the PROXY protocol specification, sections 2.1 and 2.2.
 *
 * <p>Immutable.
 */
final class ProxyPreamble {
    /** The signature; then 0x20, a space, for version 2 and LOCAL; no family, no addresses. */
    private static final String V2_LOCAL = "\r\n\r\n\0\r\nQUIT\n \0\0\0";
    private static final String V1_UNKNOWN = "PROXY UNKNOWN\r\n";

    private ProxyPreamble() {}

    /** The header's bytes, none for {@link ProxyProtocol#NONE}; a new array each time. */
    static byte[] bytes(ProxyProtocol protocol) {
        return switch (protocol) {
            case NONE -> new byte[0];
            case V1 -> V1_UNKNOWN.getBytes(StandardCharsets.US_ASCII);
            case V2 -> V2_LOCAL.getBytes(StandardCharsets.US_ASCII);
        };
    }
}
