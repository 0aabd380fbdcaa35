package io.vipgate.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/**
 * An IP address and port in three primitive fields, filled anew by each accept so that none is allocated per connection.
 * IPv4 is held as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), whichever kind of socket it came through: one client has
 * one form.
 *
 * <p>Confined to the thread of its event loop.
 */
public final class ClientAddress {
    /** Low half of the mapped prefix {@code ::ffff:0:0/96}. */
    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    private static final int SOCKADDR_IN_BYTES = 16;
    private static final int SOCKADDR_IN6_BYTES = 28;

    /** Eight bytes in network order. */
    public static final ValueLayout.OfLong NETWORK_LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    /** Four bytes in network order. */
    public static final ValueLayout.OfInt NETWORK_INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    /** Two bytes in network order. */
    public static final ValueLayout.OfShort NETWORK_SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    private long high;
    private long low;
    private int port;

    /** Upper 64 bits of the address. */
    public long high() {
        return high;
    }

    /** Lower 64 bits of the address. */
    public long low() {
        return low;
    }

    /** The port, 0 to 65535. */
    public int port() {
        return port;
    }

    /** Sets the three fields. */
    public void set(long newHigh, long newLow, int newPort) {
        high = newHigh;
        low = newLow;
        port = newPort;
    }

    /** Sets the fields from an IPv4 address in network order. */
    public void setIpv4(int address, int newPort) {
        set(0, MAPPED | Integer.toUnsignedLong(address), newPort);
    }

    /** True for {@code 0.0.0.0} and {@code ::}. */
    public boolean isUnspecified() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /** True for a group's address: 224.0.0.0/4 and ff00::/8. */
    public boolean isMulticast() {
        return isIpv4(high, low) ? (low >>> 28 & 0xf) == 0xe : high >>> 56 == 0xff;
    }

    /** Sets the fields from a Java address. */
    public void set(InetAddress address, int newPort) {
        byte[] bytes = address.getAddress();
        MemorySegment segment = MemorySegment.ofArray(bytes);
        if (bytes.length == 4) {
            setIpv4(segment.get(NETWORK_INT, 0), newPort);
        } else {
            set(segment.get(NETWORK_LONG, 0), segment.get(NETWORK_LONG, 8), newPort);
        }
    }

    /** Reads a struct sockaddr_in or sockaddr_in6; anything else becomes the unspecified address. */
    void read(MemorySegment sockaddr) {
        int family = sockaddr.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0);
        int networkPort = Short.toUnsignedInt(sockaddr.get(NETWORK_SHORT, 2));
        switch (family) {
            case SystemCalls.AF_INET -> setIpv4(sockaddr.get(NETWORK_INT, 4), networkPort);
            case SystemCalls.AF_INET6 -> set(sockaddr.get(NETWORK_LONG, 8), sockaddr.get(NETWORK_LONG, 16),
                    networkPort);
            default -> set(0, 0, 0);
        }
    }

    /**
     * Writes a struct sockaddr_in, of the lower half's last four bytes, or sockaddr_in6 without a scope.
     *
     * @return its length in bytes
     */
    int write(MemorySegment sockaddr, int family) {
        sockaddr.fill((byte) 0);
        sockaddr.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) family);
        sockaddr.set(NETWORK_SHORT, 2, (short) port);
        if (family == SystemCalls.AF_INET) {
            sockaddr.set(NETWORK_INT, 4, (int) low);
            return SOCKADDR_IN_BYTES;
        }
        sockaddr.set(NETWORK_LONG, 8, high);
        sockaddr.set(NETWORK_LONG, 16, low);
        return SOCKADDR_IN6_BYTES;
    }

    /** True for an IPv4 address, in its mapped form. */
    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** The address as Java has it: Inet4Address for a mapped one. */
    public static InetAddress toInetAddress(long high, long low) {
        byte[] bytes = isIpv4(high, low) ? new byte[4] : new byte[16];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        if (bytes.length == 4) {
            segment.set(NETWORK_INT, 0, (int) low);
        } else {
            segment.set(NETWORK_LONG, 0, high);
            segment.set(NETWORK_LONG, 8, low);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are always an address", e);
        }
    }
}
