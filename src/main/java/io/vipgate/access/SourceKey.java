package io.vipgate.access;

import io.vipgate.hash.SipHash;
import io.vipgate.linux.ClientAddress;

/**
 * A source and its hash, filled anew for each connection.
 *
 * <p>Confined to one thread.
 */
final class SourceKey {
    private long high;
    private long low;
    private int length;
    private long hash;

    /**
     * The network of so many bits that an address lies in.
     *
     * @param ipv4Bits its bits for IPv4
     * @param ipv6Bits its bits for IPv6
     */
    void set(long addressHigh, long addressLow, int ipv4Bits, int ipv6Bits, SipHash by) {
        length = ClientAddress.isIpv4(addressHigh, addressLow) ? Prefix.MAPPED_BITS + ipv4Bits : ipv6Bits;
        high = addressHigh & Prefix.highMask(length);
        low = addressLow & Prefix.lowMask(length);
        hash = by.of(high, low);
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    /** Bits, of IPv4 in the mapped form. */
    int length() {
        return length;
    }

    Prefix prefix() {
        return new Prefix(high, low, length);
    }

    long hash() {
        return hash;
    }
}
