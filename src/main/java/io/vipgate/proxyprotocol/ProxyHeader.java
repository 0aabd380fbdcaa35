package io.vipgate.proxyprotocol;

import io.vipgate.linux.ClientAddress;
import io.vipgate.text.IpText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The header that tells an endpoint who its client is: PROXY protocol versions 1 and 2 (proxy-protocol.txt of HAProxy,
 * sections 2.1 and 2.2). One client and one gateway address are of one family here: both IPv4 when both are, mapped ones
 * included, otherwise both IPv6, in which an IPv4 address stands in its mapped form.
 *
 * <p>Confined to its event loop: the header is built in one buffer.
 */
public final class ProxyHeader {
    /** Which header is sent. */
    public enum Version {
        /** None: the endpoint sees the gateway's address. */
        NONE,
        /** A line of text. */
        V1,
        /** Binary. */
        V2
    }

    static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final byte VERSION_2_PROXY = 0x21;
    private static final byte VERSION_2_LOCAL = 0x20;
    static final byte TCP_OVER_IPV4 = 0x11;
    static final byte TCP_OVER_IPV6 = 0x21;
    /** What the next gateway accepts. */
    private static final int MAX_BYTES = ProxyHeaderParser.MAX_BYTES;
    private static final int LENGTH_AT = 14;

    /** Makes an encoder with a buffer of its own. */
    public ProxyHeader() {}

    private final MemorySegment buffer = Arena.ofAuto().allocate(MAX_BYTES, 8);
    private final CRC32C crc = new CRC32C();
    private int length;

    /**
     * The header of a connection that is made for nobody, as a probe's: {@code UNKNOWN} in version 1, {@code LOCAL} in
     * version 2.
     *
     * @return its bytes, none for {@link Version#NONE}; a new array each time
     */
    public static byte[] ofNobody(Version version) {
        return switch (version) {
            case NONE -> new byte[0];
            case V1 -> "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
            case V2 -> ByteBuffer.allocate(SIGNATURE.length + 4).put(SIGNATURE).put(VERSION_2_LOCAL).array();
        };
    }

    /** Address of the header that was built last. */
    public long address() {
        return buffer.address();
    }

    /**
     * Builds a header.
     *
     * @param source the client
     * @param destination where the client connected to
     * @return its length in bytes
     */
    public int build(Version version, ClientAddress source, ClientAddress destination) {
        length = switch (version) {
            case NONE -> 0;
            case V1 -> buildText(source, destination);
            case V2 -> buildBinary(source, destination);
        };
        return length;
    }

    /** Length of the present header in bytes. */
    public int length() {
        return length;
    }

    /**
     * Adds a field to a header of version 2, unless that made it longer than {@link ProxyHeaderParser#MAX_BYTES}.
     *
     * @param type 0 to 255
     * @param value what came in in a header, or up to 64 bytes
     */
    public void add(int type, MemorySegment value) {
        int bytes = (int) value.byteSize();
        if (length + Fields.HEAD_BYTES + bytes > MAX_BYTES) {
            return;
        }
        buffer.set(ValueLayout.JAVA_BYTE, length, (byte) type);
        buffer.set(ClientAddress.NETWORK_SHORT, length + 1L, (short) bytes);
        MemorySegment.copy(value, 0, buffer, length + (long) Fields.HEAD_BYTES, bytes);
        length += Fields.HEAD_BYTES + bytes;
        buffer.set(ClientAddress.NETWORK_SHORT, LENGTH_AT, (short) (length - LENGTH_AT - Short.BYTES));
    }

    /**
     * Ends a header of version 2 with its checksum (proxy-protocol.txt section 2.2.3), if there is room for it.
     *
     * @return its length in bytes
     */
    public int addChecksum() {
        int before = length;
        add(TlvTypes.CRC32C, MemorySegment.ofArray(new byte[Integer.BYTES]));
        if (length > before) {
            crc.reset();
            crc.update(buffer.asSlice(0, length).asByteBuffer());
            buffer.set(ClientAddress.NETWORK_INT, length - (long) Integer.BYTES, (int) crc.getValue());
        }
        return length;
    }

    private static boolean isIpv4(ClientAddress source, ClientAddress destination) {
        return ClientAddress.isIpv4(source.high(), source.low())
                && ClientAddress.isIpv4(destination.high(), destination.low());
    }

    private int buildText(ClientAddress source, ClientAddress destination) {
        boolean isIpv4 = isIpv4(source, destination);
        String text = "PROXY " + (isIpv4 ? "TCP4 " : "TCP6 ") + text(source, isIpv4) + " " + text(destination, isIpv4)
                + " " + source.port() + " " + destination.port() + "\r\n";
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return bytes.length;
    }

    private static String text(ClientAddress address, boolean isIpv4) {
        String text = IpText.of(ClientAddress.toInetAddress(address.high(), address.low()));
        boolean isMapped = !isIpv4 && ClientAddress.isIpv4(address.high(), address.low());
        return isMapped ? "::ffff:" + text : text;
    }

    private int buildBinary(ClientAddress source, ClientAddress destination) {
        boolean isIpv4 = isIpv4(source, destination);
        int addressBytes = isIpv4 ? 4 : 16;
        int length = 2 * addressBytes + 2 * Short.BYTES;
        MemorySegment.copy(SIGNATURE, 0, buffer, ValueLayout.JAVA_BYTE, 0, SIGNATURE.length);
        int at = SIGNATURE.length;
        buffer.set(ValueLayout.JAVA_BYTE, at, VERSION_2_PROXY);
        buffer.set(ValueLayout.JAVA_BYTE, at + 1, isIpv4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6);
        buffer.set(ClientAddress.NETWORK_SHORT, at + 2, (short) length);
        at += 4;
        put(at, source, isIpv4);
        put(at + addressBytes, destination, isIpv4);
        buffer.set(ClientAddress.NETWORK_SHORT, at + 2L * addressBytes, (short) source.port());
        buffer.set(ClientAddress.NETWORK_SHORT, at + 2L * addressBytes + 2, (short) destination.port());
        return at + length;
    }

    private void put(int at, ClientAddress address, boolean isIpv4) {
        if (isIpv4) {
            buffer.set(ClientAddress.NETWORK_INT, at, (int) address.low());
        } else {
            buffer.set(ClientAddress.NETWORK_LONG, at, address.high());
            buffer.set(ClientAddress.NETWORK_LONG, at + 8L, address.low());
        }
    }
}
