package io.vipgate.neighbour;

import io.vipgate.linux.Errno;
import io.vipgate.linux.LinuxSystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * Asks the kernel for routes and neighbours, in the network namespace of the calling thread. Needs no privilege, only that
 * sockets of the family AF_NETLINK are allowed. Never waits for anybody but the kernel.
 *
 * <p>Confined to one thread.
 */
final class RouteQueries implements AutoCloseable {
    private static final int REPLY_BYTES = 8192;

    private final LinuxSystemCalls calls = new LinuxSystemCalls();
    private final MemorySegment memory = Arena.ofAuto().allocate(NetlinkMessages.MAX_REQUEST_BYTES + REPLY_BYTES, 8);
    private final ByteBuffer request = memory.asSlice(0, NetlinkMessages.MAX_REQUEST_BYTES).asByteBuffer();
    private final MemorySegment replyMemory = memory.asSlice(NetlinkMessages.MAX_REQUEST_BYTES);
    private final ByteBuffer reply = replyMemory.asByteBuffer();
    private int fd = -1;
    private int sequence;

    /**
     * Begins to ask; may be closed and opened again.
     *
     * @throws IOException if no such socket can be opened
     */
    void open() throws IOException {
        fd = calls.routeSocket();
        if (fd < 0) {
            throw new IOException("netlink socket: " + Errno.text(-fd));
        }
    }

    /** Which way packets to an address go. */
    NetlinkMessages.Reply route(InetAddress to) {
        NetlinkMessages.askRoute(request, ++sequence, to);
        return exchange();
    }

    /** What becomes of a TCP segment that comes in. */
    NetlinkMessages.Reply incoming(InetSocketAddress from, InetAddress to, int interfaceIndex) {
        NetlinkMessages.askIncoming(request, ++sequence, from, to, interfaceIndex);
        return exchange();
    }

    /** What the neighbour table of an interface has for an address. */
    NetlinkMessages.Reply neighbour(int interfaceIndex, InetAddress address) {
        NetlinkMessages.askNeighbour(request, ++sequence, interfaceIndex, address);
        return exchange();
    }

    /** The kernel has answered when the call that asks returns. */
    private NetlinkMessages.Reply exchange() {
        try {
            int asked = calls.send(fd, memory.address(), request.limit(), false);
            int received = asked < 0 ? asked : calls.receive(fd, replyMemory.address(), REPLY_BYTES);
            return received < 0
                    ? new NetlinkMessages.Reply.Malformed()
                    : NetlinkMessages.read(reply.clear().limit(received), sequence);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** An interface's name; its number where it has just gone. */
    static String interfaceName(int index) {
        try {
            NetworkInterface found = NetworkInterface.getByIndex(index);
            return found == null ? "#" + index : found.getName();
        } catch (SocketException e) {
            return "#" + index;
        }
    }

    /** Whether an error says that no way leads there. */
    static boolean isNoRoute(int errno) {
        return errno == Errno.ENETUNREACH || errno == Errno.EHOSTUNREACH || errno == Errno.EINVAL
                || errno == Errno.EACCES;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            int _ = calls.close(fd);
            fd = -1;
        }
    }
}
