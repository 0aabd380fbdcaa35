package io.vipgate.access;

import io.vipgate.hash.SipHash;
import io.vipgate.linux.ClientAddress;
import org.jspecify.annotations.Nullable;

/**
 * A source and its hash, filled anew for each connection, and so a key for looking one up.
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

    Prefix prefix() {
        return new Prefix(high, low, length);
    }

    long hash() {
        return hash;
    }

    /** One that stays as it is. */
    SourceKey copy() {
        SourceKey copy = new SourceKey();
        copy.high = high;
        copy.low = low;
        copy.length = length;
        copy.hash = hash;
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SourceKey key && high == key.high && low == key.low && length == key.length;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }
}
