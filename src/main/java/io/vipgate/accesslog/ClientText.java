package io.vipgate.accesslog;

import io.vipgate.linux.ClientAddress;

/**
 * Clients as {@code 192.0.2.1:52144} and {@code [2001:db8::1]:52144}, the latter in the form of RFC 5952.
 *
 * <p>Stateless.
 */
final class ClientText {
    private ClientText() {}

    static void append(LineBuffer lines, long high, long low, int port) {
        if (ClientAddress.isIpv4(high, low)) {
            lines.append(low >>> 24 & 0xFF).append('.').append(low >>> 16 & 0xFF).append('.').append(low >>> 8 & 0xFF)
                    .append('.').append(low & 0xFF);
        } else {
            lines.append('[');
            lines.appendIpv6(high, low);
            lines.append(']');
        }
        lines.append(':').append(port);
    }
}
