package io.vipgate.admin.http;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.unix.RawUnixChannelOption;
import io.vipgate.text.IpText;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The other end of a connection.
 *
 * <p>Immutable.
 *
 * @param source what is bounded together: an IPv4 address, an IPv6 /64, a user of this machine
 * @param text for the log
 * @param address where it calls from; empty when that is a Unix socket
 * @param local the address that it called; empty when that is a Unix socket
 * @param isOperator whether it may change things without a token, since the kernel says who it is
 */
record Remote(String source, String text, Optional<InetAddress> address, Optional<InetAddress> local,
        boolean isOperator) {
    private static final Remote NOBODY = new Remote("", "", Optional.empty(), Optional.empty(), false);
    private static final int NETWORK_BYTES = 8;
    private static final int SOL_SOCKET = 1;
    /** socket(7); since Linux 4.13. */
    private static final int SO_PEERGROUPS = 59;
    private static final int MAX_GROUPS = 1024;

    static Remote of(Channel channel, Optional<UnixSocketFile> file) {
        if (file.isPresent()) {
            return channel instanceof EpollDomainSocketChannel unix ? ofUnix(unix, file.get()) : NOBODY;
        }
        return channel.remoteAddress() instanceof InetSocketAddress from
                && channel.localAddress() instanceof InetSocketAddress to
                        ? new Remote(source(from.getAddress()), IpText.of(from), Optional.of(from.getAddress()),
                                Optional.of(to.getAddress()), false)
                        // It is gone already.
                        : NOBODY;
    }

    private static String source(InetAddress from) {
        byte[] bytes = from.getAddress();
        return HexFormat.of()
                .formatHex(from instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }

    /** Root, the gateway's own user, and members of the group that the socket belongs to, as the mode of its file says. */
    private static Remote ofUnix(EpollDomainSocketChannel channel, UnixSocketFile file) {
        try {
            PeerCredentials peer = channel.peerCredentials();
            boolean isOperator = peer.uid() == 0 || peer.uid() == file.owner()
                    || IntStream.of(peer.gids()).anyMatch(group -> group == file.group())
                    || isInGroups(channel, file.group());
            return new Remote("uid " + peer.uid(), "uid " + peer.uid() + ", pid " + peer.pid(), Optional.empty(),
                    Optional.empty(),
                    isOperator);
        } catch (IOException e) {
            return NOBODY;
        }
    }

    /** Among those besides the first. Netty does not tell how many the kernel wrote, and what it did not write is 0. */
    private static boolean isInGroups(EpollDomainSocketChannel channel, int group) {
        if (group == 0) {
            return false;
        }
        ByteBuffer groups = channel.config().getOption(
                new RawUnixChannelOption("SO_PEERGROUPS", SOL_SOCKET, SO_PEERGROUPS, MAX_GROUPS * Integer.BYTES));
        if (groups == null) {
            return false;
        }
        var each = groups.order(ByteOrder.nativeOrder()).asIntBuffer();
        while (each.hasRemaining()) {
            if (each.get() == group) {
                return true;
            }
        }
        return false;
    }
}
