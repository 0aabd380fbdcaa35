package io.vipgate.admin.http;

import io.netty.channel.Channel;
import io.vipgate.text.IpText;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The other end of a connection.
 *
 * <p>Immutable.
 *
 * @param source what is bounded together: an IPv4 address, an IPv6 /64
 * @param text for the log
 * @param local the address that it called; empty when that is a Unix socket
 */
record Remote(String source, String text, Optional<InetAddress> local) {
    private static final int NETWORK_BYTES = 8;

    static Remote of(Channel channel) {
        if (channel.remoteAddress() instanceof InetSocketAddress from
                && channel.localAddress() instanceof InetSocketAddress to) {
            return new Remote(source(from.getAddress()), IpText.of(from), Optional.of(to.getAddress()));
        }
        // It is gone already.
        return new Remote("", "", Optional.empty());
    }

    private static String source(InetAddress from) {
        byte[] bytes = from.getAddress();
        return HexFormat.of()
                .formatHex(from instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
