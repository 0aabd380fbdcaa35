package io.vipgate.pool;

/**
 * The part of an address that names a client: everything behind it counts as the same one.
 *
 * <p>Immutable.
 *
 * @param ipv4Bits leading bits of an IPv4 address, 0 to 32
 * @param ipv6Bits leading bits of an IPv6 address, 0 to 128
 */
public record ClientPrefix(int ipv4Bits, int ipv6Bits) {
    private static final long IPV4_MAPPED = 0xffff;

    /** Upper half of the address with the bits behind the prefix cleared. */
    public long high(long high, long low) {
        return isIpv4(high, low) ? high : high & leading(Math.min(ipv6Bits, Long.SIZE));
    }

    /** Lower half of the address with the bits behind the prefix cleared. */
    public long low(long high, long low) {
        int bits = isIpv4(high, low) ? Integer.SIZE + ipv4Bits : Math.max(0, ipv6Bits - Long.SIZE);
        return low & leading(bits);
    }

    private static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> Integer.SIZE == IPV4_MAPPED;
    }

    private static long leading(int bits) {
        return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
    }
}
