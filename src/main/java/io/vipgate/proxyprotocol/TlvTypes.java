package io.vipgate.proxyprotocol;

import java.util.Collection;

/**
 * Some of the types that a field of a version 2 header can have (proxy-protocol.txt section 2.2.1).
 *
 * <p>Immutable.
 */
public final class TlvTypes {
    /** {@code PP2_TYPE_ALPN}. */
    public static final int ALPN = 0x01;
    /** {@code PP2_TYPE_AUTHORITY}. */
    public static final int AUTHORITY = 0x02;
    /** {@code PP2_TYPE_CRC32C}. */
    public static final int CRC32C = 0x03;
    /** {@code PP2_TYPE_UNIQUE_ID}. */
    public static final int UNIQUE_ID = 0x05;
    /** {@code PP2_TYPE_SSL}. */
    public static final int SSL = 0x20;
    /** {@code PP2_TYPE_AWS}, whose subtype 1 names a VPC endpoint. */
    public static final int AWS = 0xea;
    /** {@code PP2_TYPE_AZURE}, whose subtype 1 numbers a private endpoint's link. */
    public static final int AZURE = 0xee;

    /** None. */
    public static final TlvTypes NONE = new TlvTypes(new long[4]);

    private final long[] bits;

    private TlvTypes(long[] bits) {
        this.bits = bits;
    }

    /**
     * These.
     *
     * @param codes 0 to 255 each
     */
    public static TlvTypes of(Collection<Integer> codes) {
        long[] bits = new long[4];
        codes.forEach(code -> bits[code >> 6] |= 1L << (code & 63));
        return new TlvTypes(bits);
    }

    /** Whether a type is among them. */
    public boolean has(int code) {
        return (bits[code >> 6] & 1L << (code & 63)) != 0;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return (bits[0] | bits[1] | bits[2] | bits[3]) == 0;
    }
}
