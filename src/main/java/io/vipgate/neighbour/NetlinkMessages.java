package io.vipgate.neighbour;

import io.vipgate.linux.SystemCalls;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Questions of rtnetlink(7) and their answers: which way packets to an address go, what becomes of one that comes in, and
 * what the neighbour table of an interface has for an address. Numbers are in the byte order of the machine, addresses in that of the network.
 *
 * <p>Stateless.
 */
final class NetlinkMessages {
    /** Bytes that a question takes at most. */
    static final int MAX_REQUEST_BYTES = 128;

    /** What the kernel answers. Immutable. */
    sealed interface Reply {
        /**
         * A route of RTM_NEWROUTE.
         *
         * @param source the address that this machine would send from; null where it is not told
         */
        record Route(int type, int interfaceIndex, boolean hasGateway, @Nullable InetAddress source)
                implements
                    Reply {
            boolean isLocal() {
                return type == RTN_LOCAL;
            }

            boolean isUnicast() {
                return type == RTN_UNICAST;
            }
        }

        /**
         * An entry of RTM_NEWNEIGH.
         *
         * @param mac null when the entry has none that is in use
         */
        record Entry(@Nullable MacAddress mac) implements Reply {}

        /** NLMSG_ERROR. */
        record Refused(int errno) implements Reply {}

        /** Anything else. */
        record Malformed() implements Reply {}
    }

    private static final int NLMSG_ERROR = 2;
    private static final short NLM_F_REQUEST = 1;
    private static final short RTM_NEWROUTE = 24;
    private static final short RTM_GETROUTE = 26;
    private static final short RTM_NEWNEIGH = 28;
    private static final short RTM_GETNEIGH = 30;

    private static final int HEADER_BYTES = 16;
    private static final int ERROR_BYTES = 4;
    /** Both struct rtmsg and struct ndmsg. */
    private static final int BODY_BYTES = 12;
    private static final int ATTRIBUTE_HEADER_BYTES = 4;
    private static final int ATTRIBUTE_TYPE = 0x3fff;

    private static final int RTM_TYPE_AT = HEADER_BYTES + 7;
    private static final int NDM_STATE_AT = HEADER_BYTES + 8;
    private static final int RTN_UNICAST = 1;
    private static final int RTN_LOCAL = 2;
    private static final short RTA_DST = 1;
    private static final short RTA_SRC = 2;
    private static final short RTA_IIF = 3;
    private static final short RTA_OIF = 4;
    private static final short RTA_GATEWAY = 5;
    private static final short RTA_PREFSRC = 7;
    private static final short RTA_IP_PROTO = 27;
    private static final short RTA_SPORT = 28;
    private static final byte IPPROTO_TCP = 6;
    /** A gateway of the other address family, RFC 5549. */
    private static final short RTA_VIA = 18;
    private static final short NDA_DST = 1;
    private static final short NDA_LLADDR = 2;
    /** NUD_REACHABLE, _STALE, _DELAY, _PROBE and _PERMANENT: packets go to the entry's address now. */
    private static final int IN_USE = 0x02 | 0x04 | 0x08 | 0x10 | 0x80;

    private NetlinkMessages() {}

    /** Writes the question for the route to an address; the buffer is then ready to be sent. */
    static void askRoute(ByteBuffer request, int sequence, InetAddress address) {
        byte[] bytes = address.getAddress();
        begin(request, RTM_GETROUTE, sequence);
        request.put(family(bytes)).put((byte) (bytes.length * Byte.SIZE)).put(new byte[BODY_BYTES - 2]);
        putAttribute(request, RTA_DST, bytes);
        if (address instanceof Inet6Address scoped && scoped.getScopeId() != 0) {
            request.putShort((short) (ATTRIBUTE_HEADER_BYTES + Integer.BYTES)).putShort(RTA_OIF)
                    .putInt(scoped.getScopeId());
        }
        end(request);
    }

    /**
     * Writes the question what becomes of a TCP segment that comes in; the buffer is then ready to be sent.
     *
     * @param from where it comes from, and from which port
     * @param to where it is to go, of the same family
     * @param interfaceIndex where it comes in
     */
    static void askIncoming(ByteBuffer request, int sequence, InetSocketAddress from, InetAddress to,
            int interfaceIndex) {
        byte[] source = from.getAddress().getAddress();
        byte bits = (byte) (source.length * Byte.SIZE);
        begin(request, RTM_GETROUTE, sequence);
        request.put(family(source)).put(bits).put(bits).put(new byte[BODY_BYTES - 3]);
        putAttribute(request, RTA_DST, to.getAddress());
        putAttribute(request, RTA_SRC, source);
        request.putShort((short) (ATTRIBUTE_HEADER_BYTES + Integer.BYTES)).putShort(RTA_IIF).putInt(interfaceIndex);
        putAttribute(request, RTA_IP_PROTO, new byte[]{IPPROTO_TCP});
        putAttribute(request, RTA_SPORT, new byte[]{(byte) (from.getPort() >> Byte.SIZE), (byte) from.getPort()});
        end(request);
    }

    /** Writes the question for one entry of the neighbour table; the buffer is then ready to be sent. */
    static void askNeighbour(ByteBuffer request, int sequence, int interfaceIndex, InetAddress address) {
        byte[] bytes = address.getAddress();
        begin(request, RTM_GETNEIGH, sequence);
        request.put(family(bytes)).put(new byte[3]).putInt(interfaceIndex).putInt(0);
        putAttribute(request, NDA_DST, bytes);
        end(request);
    }

    private static byte family(byte[] address) {
        return (byte) (address.length == 4 ? SystemCalls.AF_INET : SystemCalls.AF_INET6);
    }

    private static void begin(ByteBuffer request, short type, int sequence) {
        request.clear().order(ByteOrder.nativeOrder());
        request.putInt(0).putShort(type).putShort(NLM_F_REQUEST).putInt(sequence).putInt(0);
    }

    private static void putAttribute(ByteBuffer request, short type, byte[] value) {
        request.putShort((short) (ATTRIBUTE_HEADER_BYTES + value.length)).putShort(type).put(value)
                .put(new byte[-value.length & 3]);
    }

    private static void end(ByteBuffer request) {
        request.putInt(0, request.position()).flip();
    }

    /**
     * Reads an answer.
     *
     * @param reply from the position to the limit one message, followed by anything
     * @param sequence the question's
     */
    static Reply read(ByteBuffer reply, int sequence) {
        ByteBuffer message = reply.slice().order(ByteOrder.nativeOrder());
        if (message.remaining() < HEADER_BYTES) {
            return new Reply.Malformed();
        }
        int length = message.getInt(0);
        short type = message.getShort(4);
        if (length < HEADER_BYTES || length > message.remaining() || message.getInt(8) != sequence) {
            return new Reply.Malformed();
        }
        message.limit(length);
        if (type == NLMSG_ERROR && length >= HEADER_BYTES + ERROR_BYTES) {
            return new Reply.Refused(-message.getInt(HEADER_BYTES));
        }
        if (length < HEADER_BYTES + BODY_BYTES) {
            return new Reply.Malformed();
        }
        return switch (type) {
            case RTM_NEWROUTE -> route(message);
            case RTM_NEWNEIGH -> entry(message);
            default -> new Reply.Malformed();
        };
    }

    private static Reply route(ByteBuffer message) {
        ByteBuffer oif = attribute(message, RTA_OIF);
        int interfaceIndex = oif != null && oif.remaining() == Integer.BYTES ? oif.getInt(0) : 0;
        boolean hasGateway = attribute(message, RTA_GATEWAY) != null || attribute(message, RTA_VIA) != null;
        return new Reply.Route(message.get(RTM_TYPE_AT), interfaceIndex, hasGateway,
                address(attribute(message, RTA_PREFSRC)));
    }

    private static @Nullable InetAddress address(@Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return null;
        }
        byte[] address = new byte[bytes.remaining()];
        bytes.get(address);
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static Reply entry(ByteBuffer message) {
        ByteBuffer address = attribute(message, NDA_LLADDR);
        boolean isInUse = (message.getShort(NDM_STATE_AT) & IN_USE) != 0;
        if (!isInUse || address == null || address.remaining() != MacAddress.BYTES) {
            return new Reply.Entry(null);
        }
        long bits = 0;
        for (int i = 0; i < MacAddress.BYTES; i++) {
            bits = bits << Byte.SIZE | (address.get(i) & 0xff);
        }
        MacAddress mac = new MacAddress(bits);
        return new Reply.Entry(mac.isUnicast() ? mac : null);
    }

    /** The value of the first attribute of a type; null when there is none before the end, or before one that is broken. */
    private static @Nullable ByteBuffer attribute(ByteBuffer message, short type) {
        int at = HEADER_BYTES + BODY_BYTES;
        while (at + ATTRIBUTE_HEADER_BYTES <= message.limit()) {
            int length = message.getShort(at) & 0xffff;
            if (length < ATTRIBUTE_HEADER_BYTES || length > message.limit() - at) {
                return null;
            }
            if ((message.getShort(at + 2) & ATTRIBUTE_TYPE) == type) {
                return message.slice(at + ATTRIBUTE_HEADER_BYTES, length - ATTRIBUTE_HEADER_BYTES)
                        .order(ByteOrder.nativeOrder());
            }
            at += (length + 3) & ~3;
        }
        return null;
    }
}
