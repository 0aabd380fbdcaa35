package io.vipgate.neighbour;

import io.vipgate.linux.Errno;
import io.vipgate.linux.LinuxSystemCalls;
import io.vipgate.neighbour.Neighbour.Reason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the kernel who answers for an address, in the network namespace of the calling thread. Needs no privilege, only that
 * sockets of the family AF_NETLINK are allowed.
 *
 * <p>An address costs two questions, and the table is never read as a whole, however large it is: first the route, which
 * knows whether the address is this machine's own or lies behind a router, and which interface leads there; then that
 * interface's entry. {@code /proc/net/arp} would tell IPv4 alone and no state, and {@code ip neigh} is a process for each
 * look and not in the container image.
 *
 * <p>Confined to one thread.
 */
public final class NeighbourTable {
    private static final int REPLY_BYTES = 8192;
    private static final int ENOENT = 2;

    private final LinuxSystemCalls calls = new LinuxSystemCalls();
    private final MemorySegment memory = Arena.ofAuto().allocate(NetlinkMessages.MAX_REQUEST_BYTES + REPLY_BYTES, 8);
    private final ByteBuffer request = memory.asSlice(0, NetlinkMessages.MAX_REQUEST_BYTES).asByteBuffer();
    private final MemorySegment replyMemory = memory.asSlice(NetlinkMessages.MAX_REQUEST_BYTES);
    private final ByteBuffer reply = replyMemory.asByteBuffer();
    private final Map<Integer, String> interfaceNames = new HashMap<>();
    private int sequence;

    /**
     * Asks for several addresses. Never waits for anybody but the kernel.
     *
     * @return the answers in the order of the addresses
     * @throws IOException if no such socket can be opened
     */
    public List<Neighbour> lookUp(List<InetAddress> addresses) throws IOException {
        int fd = calls.routeSocket();
        if (fd < 0) {
            throw new IOException("netlink socket: " + Errno.text(-fd));
        }
        try {
            interfaceNames.clear();
            List<Neighbour> answers = new ArrayList<>(addresses.size());
            for (InetAddress address : addresses) {
                answers.add(lookUp(fd, address));
            }
            return answers;
        } finally {
            int _ = calls.close(fd);
        }
    }

    private Neighbour lookUp(int fd, InetAddress address) {
        NetlinkMessages.askRoute(request, ++sequence, address);
        return switch (exchange(fd)) {
            case NetlinkMessages.Reply.Route route when route.isLocal() -> unresolved(Reason.OWN_ADDRESS);
            case NetlinkMessages.Reply.Route route when !route.isUnicast() -> unresolved(Reason.NO_ROUTE);
            case NetlinkMessages.Reply.Route route when route.hasGateway() -> unresolved(Reason.ROUTED);
            case NetlinkMessages.Reply.Route route when route.interfaceIndex() > 0 ->
                lookUp(fd, address, route.interfaceIndex());
            case NetlinkMessages.Reply.Refused(int errno) when isNoRoute(errno) -> unresolved(Reason.NO_ROUTE);
            default -> unresolved(Reason.UNREADABLE);
        };
    }

    private Neighbour lookUp(int fd, InetAddress address, int interfaceIndex) {
        NetlinkMessages.askNeighbour(request, ++sequence, interfaceIndex, address);
        return switch (exchange(fd)) {
            case NetlinkMessages.Reply.Entry(MacAddress mac) when mac != null ->
                new Neighbour.Resolved(interfaceNames.computeIfAbsent(interfaceIndex, NeighbourTable::interfaceName),
                        mac);
            case NetlinkMessages.Reply.Entry _ -> unresolved(Reason.NO_ENTRY);
            case NetlinkMessages.Reply.Refused(int errno) when errno == ENOENT -> unresolved(Reason.NO_ENTRY);
            // Linux before 5.0 answers only for its whole table.
            default -> unresolved(Reason.UNREADABLE);
        };
    }

    private static boolean isNoRoute(int errno) {
        return errno == Errno.ENETUNREACH || errno == Errno.EHOSTUNREACH || errno == Errno.EINVAL
                || errno == Errno.EACCES;
    }

    private static Neighbour unresolved(Reason reason) {
        return new Neighbour.Unresolved(reason);
    }

    private static String interfaceName(int index) {
        try {
            NetworkInterface found = NetworkInterface.getByIndex(index);
            return found == null ? "#" + index : found.getName();
        } catch (SocketException e) {
            return "#" + index;
        }
    }

    /** The kernel has answered when the call that asks returns. */
    private NetlinkMessages.Reply exchange(int fd) {
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
}
