package io.vipgate.neighbour;

import java.util.HexFormat;

/**
 * A hardware address of 48 bits.
 *
 * <p>Immutable.
 *
 * @param bits the address in the lower 48 bits, its first byte uppermost
 */
public record MacAddress(long bits) {
    /** Bytes of an address. */
    static final int BYTES = 6;

    private static final long MOST = (1L << (BYTES * Byte.SIZE)) - 1;
    private static final long GROUP_BIT = 1L << 40;
    /** RFC 9568, section 7.3: the last byte is the virtual router's number. */
    private static final long VRRP_IPV4 = 0x00_00_5e_00_01L;
    private static final long VRRP_IPV6 = 0x00_00_5e_00_02L;

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it has more than 48 bits
     */
    public MacAddress {
        if (bits < 0 || bits > MOST) {
            throw new IllegalArgumentException("bits: " + bits + " (expected: 48 of them)");
        }
    }

    /** True for an address that VRRP moves between machines: it tells a group of machines, not one of them. */
    public boolean isVirtual() {
        long prefix = bits >> Byte.SIZE;
        return prefix == VRRP_IPV4 || prefix == VRRP_IPV6;
    }

    /** True for an address that one interface can have: neither zero nor of a group. */
    boolean isUnicast() {
        return bits != 0 && (bits & GROUP_BIT) == 0;
    }

    /** Six bytes in hexadecimal, such as {@code 02:42:c0:a8:01:64}. */
    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(new byte[]{(byte) (bits >> 40), (byte) (bits >> 32),
            (byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits});
    }
}
