package io.vipgate.access;

import io.vipgate.linux.ClientAddress;
import io.vipgate.text.IpText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A network: the addresses that begin with the same bits. One of IPv4 is held in its mapped form, 96 bits longer, so that an
 * IPv6 client can never be part of it.
 *
 * <p>Immutable.
 *
 * @param high upper 64 bits of its first address
 * @param low lower 64 bits
 * @param length how many bits are the same, 0 to 128; of IPv4 96 to 128
 */
public record Prefix(long high, long low, int length) implements Comparable<Prefix> {
    /** Bits of an address. */
    static final int MAX_LENGTH = 128;
    /** Bits of the mapped form that all IPv4 addresses have in common. */
    static final int MAPPED_BITS = 96;
    /** Lower half of the first of them. */
    static final long MAPPED = 0xffff_0000_0000L;

    /** Bits behind the length must be zero. */
    public Prefix {
        if (!isAligned(high, low, length)) {
            throw new IllegalArgumentException("bits behind the prefix are set");
        }
    }

    /**
     * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32}, or one address.
     *
     * @return empty for anything else, for example a network that does not begin at its address
     */
    public static Optional<Prefix> parse(String text) {
        PrefixParser parser = new PrefixParser();
        return read(parser, text) && parser.isAligned()
                ? Optional.of(new Prefix(parser.high(), parser.low(), parser.length()))
                : Optional.empty();
    }

    /**
     * Reads the same.
     *
     * @throws IllegalArgumentException where {@link #parse} finds nothing; its message is the rule, {@code expected: ...}, which names
     *     the right network where only the address is not its first one
     */
    public static Prefix require(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException(expected(text)));
    }

    /** What should be there instead of a text that is no network: {@code expected: 192.0.2.0/24}. */
    static String expected(String text) {
        PrefixParser parser = new PrefixParser();
        return "expected: " + (read(parser, text)
                ? of(parser.high(), parser.low(), parser.length())
                : "an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
    }

    private static boolean read(PrefixParser parser, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return parser.read(bytes, 0, bytes.length);
    }

    static boolean isAligned(long high, long low, int length) {
        return high == (high & highMask(length)) && low == (low & lowMask(length));
    }

    /** The network of so many bits that an address lies in. */
    public static Prefix of(long high, long low, int length) {
        return new Prefix(high & highMask(length), low & lowMask(length), length);
    }

    /** Whether its addresses are of IPv4. */
    public boolean isIpv4() {
        return isIpv4(high, low, length);
    }

    static boolean isIpv4(long high, long low, int length) {
        return length >= MAPPED_BITS && ClientAddress.isIpv4(high, low);
    }

    /** Whether an address lies in it. */
    public boolean contains(long addressHigh, long addressLow) {
        return isWithin(addressHigh, addressLow, high, low, length)
                && isIpv4() == ClientAddress.isIpv4(addressHigh, addressLow);
    }

    static boolean isWithin(long addressHigh, long addressLow, long high, long low, int length) {
        return (addressHigh & highMask(length)) == high && (addressLow & lowMask(length)) == low;
    }

    /** How many bits are the same from the first one on, at most as many as the shorter of two networks has. */
    int commonLength(Prefix other) {
        int shorter = Math.min(length, other.length);
        int same = high != other.high
                ? Long.numberOfLeadingZeros(high ^ other.high)
                : Long.SIZE + Long.numberOfLeadingZeros(low ^ other.low);
        return Math.min(shorter, same);
    }

    /** Bit of the first address, from 0 for the uppermost. */
    boolean bit(int index) {
        return bit(high, low, index);
    }

    /** Bit of an address, from 0 for the uppermost. */
    static boolean bit(long high, long low, int index) {
        long half = index < Long.SIZE ? high : low;
        return half << (index & (Long.SIZE - 1)) < 0;
    }

    /** Whether it begins behind the last address of another. */
    boolean isBehind(Prefix other) {
        int byHigh = Long.compareUnsigned(high, other.lastHigh());
        return byHigh > 0 || (byHigh == 0 && Long.compareUnsigned(low, other.lastLow()) > 0);
    }

    /** By the first address, IPv4 in its mapped form; of two that begin alike the wider comes first. */
    @Override
    public int compareTo(Prefix other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        int byLow = byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
        return byLow != 0 ? byLow : Integer.compare(length, other.length);
    }

    /** Upper half of its last address. */
    long lastHigh() {
        return high | ~highMask(length);
    }

    /** Lower half of its last address. */
    long lastLow() {
        return low | ~lowMask(length);
    }

    static long highMask(int length) {
        return length >= 64 ? -1 : length == 0 ? 0 : -1L << (64 - length);
    }

    static long lowMask(int length) {
        return length >= 128 ? -1 : length <= 64 ? 0 : -1L << (128 - length);
    }

    /** As it is written: {@code 192.0.2.0/24}; a single address without its length. */
    @Override
    public String toString() {
        String host = IpText.of(ClientAddress.toInetAddress(high, low));
        int written = isIpv4() ? length - MAPPED_BITS : length;
        return length == 128 ? host : host + "/" + written;
    }
}
