package io.vipgate.text;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Addresses as people write them: IPv6 in the form of RFC 5952 section 4, in brackets where a port follows.
 *
 * <p>Stateless.
 */
public final class IpText {
    /** Bytes of the longest address without its zone. */
    public static final int MAX_BYTES = 39;

    private static final int GROUPS = 8;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private IpText() {}

    /** An address, {@code 2001:db8::1}, with its zone where it has one. Never asks a name server. */
    public static String of(InetAddress address) {
        if (!(address instanceof Inet6Address ipv6)) {
            return address.getHostAddress();
        }
        String printed = withoutZone(ipv6);
        if (ipv6.getScopedInterface() != null) {
            return printed + "%" + ipv6.getScopedInterface().getName();
        }
        return ipv6.getScopeId() == 0 ? printed : printed + "%" + ipv6.getScopeId();
    }

    private static String withoutZone(Inet6Address address) {
        byte[] bytes = address.getAddress();
        byte[] text = new byte[MAX_BYTES];
        int length = writeIpv6(half(bytes, 0), half(bytes, Long.BYTES), text, 0);
        return new String(text, 0, length, StandardCharsets.US_ASCII);
    }

    /** An address with this zone, whatever interface it is on; an empty one is none. */
    public static String of(InetAddress address, String zone) {
        return address instanceof Inet6Address ipv6 && !zone.isEmpty() ? withoutZone(ipv6) + "%" + zone : of(address);
    }

    /** The same as it stands before a port, {@code [fe80::1%eth0]}. */
    public static String bracketed(InetAddress address, String zone) {
        return address instanceof Inet6Address ? "[" + of(address, zone) + "]" : of(address);
    }

    /** An address as it stands before a port, {@code [2001:db8::1]}. */
    public static String bracketed(InetAddress address) {
        return address instanceof Inet6Address ? "[" + of(address) + "]" : of(address);
    }

    /** An address as it stands in a URL: bracketed, without the zone, which means something on one machine only. */
    public static String inUrl(InetAddress address) {
        String text = bracketed(address);
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone) + "]";
    }

    /** An address and its port, {@code [2001:db8::1]:80}. The address must be resolved. */
    public static String of(InetSocketAddress address) {
        return bracketed(address.getAddress()) + ":" + address.getPort();
    }

    private static long half(byte[] bytes, int from) {
        long value = 0;
        for (int i = from; i < from + Long.BYTES; i++) {
            value = (value << Byte.SIZE) | (bytes[i] & 0xFF);
        }
        return value;
    }

    /**
     * Writes an IPv6 address in ASCII; allocates nothing.
     *
     * @param high its upper half
     * @param low its lower half
     * @param at where to begin; {@link #MAX_BYTES} must fit behind
     * @return where it ends
     */
    public static int writeIpv6(long high, long low, byte[] into, int at) {
        int gap = GROUPS;
        int gapEnd = GROUPS;
        int longest = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && group(high, low, end) == 0) {
                end++;
            }
            if (end - i > longest) {
                longest = end - i;
                gap = i;
                gapEnd = end;
            }
        }
        int end = at;
        for (int i = 0; i < GROUPS; i++) {
            if (i == gap) {
                into[end++] = ':';
                into[end++] = ':';
                i = gapEnd - 1;
            } else {
                if (i > 0 && i != gapEnd) {
                    into[end++] = ':';
                }
                end = writeGroup(group(high, low, i), into, end);
            }
        }
        return end;
    }

    private static int writeGroup(int group, byte[] into, int at) {
        int digits = group > 0xFFF ? 4 : group > 0xFF ? 3 : group > 0xF ? 2 : 1;
        for (int i = 0; i < digits; i++) {
            into[at + i] = HEX[(group >>> (4 * (digits - 1 - i))) & 0xF];
        }
        return at + digits;
    }

    private static int group(long high, long low, int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> (48 - 16 * (index & 3))) & 0xFFFF;
    }
}
