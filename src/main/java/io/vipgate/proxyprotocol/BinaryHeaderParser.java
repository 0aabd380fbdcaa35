package io.vipgate.proxyprotocol;

import io.vipgate.linux.ClientAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Version 2: a head of 16 bytes, two addresses, and fields of type, length and value.
 *
 * <p>Confined to its event loop.
 */
final class BinaryHeaderParser {
    /** Signature, version and command, family and protocol, length of what follows. */
    static final int HEAD_BYTES = 16;
    /** More than this behind the head is invalid. */
    static final int MAX_LENGTH = 16 << 10;

    private static final MemorySegment SIGNATURE = MemorySegment.ofArray(ProxyHeader.SIGNATURE);
    private static final int VERSION_2 = 2;
    private static final int COMMAND_LOCAL = 0;
    private static final int COMMAND_PROXY = 1;
    private static final int UNSPECIFIED = 0x00;
    private static final int UNIX_STREAM = 0x31;
    private static final int UNIX_BYTES = 216;
    private static final int TLV_HEAD_BYTES = 3;
    private static final int TLV_CRC32C = 0x03;
    private static final int TLV_SSL = 0x20;
    /** Client flags and result of the verification; fields of the same form follow. */
    private static final int SSL_HEAD_BYTES = 5;

    private final CRC32C crc = new CRC32C();

    void parse(MemorySegment bytes, int length, ReceivedHeader header) {
        int known = Math.min(length, ProxyHeader.SIGNATURE.length);
        if (bytes.asSlice(0, known).mismatch(SIGNATURE.asSlice(0, known)) >= 0) {
            header.invalid("it begins with something else");
            return;
        }
        String fault = faultOfHead(bytes, length);
        if (!fault.isEmpty()) {
            header.invalid(fault);
        } else if (length < HEAD_BYTES) {
            header.incomplete(HEAD_BYTES);
        } else {
            int whole = HEAD_BYTES + unsignedShort(bytes, HEAD_BYTES - 2);
            if (length < whole) {
                header.incomplete(whole);
            } else {
                parseWhole(bytes.asSlice(0, whole), header);
            }
        }
    }

    /** What is wrong with the part of the head that has come; empty when nothing is. */
    private static String faultOfHead(MemorySegment bytes, int length) {
        int at = ProxyHeader.SIGNATURE.length;
        if (length <= at) {
            return "";
        }
        int versionAndCommand = unsignedByte(bytes, at);
        int command = versionAndCommand & 0xf;
        if (versionAndCommand >> 4 != VERSION_2 || command > COMMAND_PROXY) {
            return "version and command are not 0x20 or 0x21";
        }
        if (command == COMMAND_LOCAL) {
            return length >= HEAD_BYTES && unsignedShort(bytes, at + 2) > MAX_LENGTH ? tooLong() : "";
        }
        if (length > at + 1 && addressBytes(unsignedByte(bytes, at + 1)) < 0) {
            return "family and protocol are none of a TCP connection";
        }
        if (length < HEAD_BYTES) {
            return "";
        }
        int rest = unsignedShort(bytes, at + 2);
        return rest > MAX_LENGTH
                ? tooLong()
                : rest < addressBytes(unsignedByte(bytes, at + 1))
                        ? "its length is shorter than its addresses"
                        : "";
    }

    private static String tooLong() {
        return "longer than " + MAX_LENGTH + " bytes";
    }

    /** Of both addresses and ports; negative for what is no stream. */
    private static int addressBytes(int familyAndProtocol) {
        return switch (familyAndProtocol) {
            case UNSPECIFIED -> 0;
            case ProxyHeader.TCP_OVER_IPV4 -> 12;
            case ProxyHeader.TCP_OVER_IPV6 -> 36;
            case UNIX_STREAM -> UNIX_BYTES;
            default -> -1;
        };
    }

    private void parseWhole(MemorySegment whole, ReceivedHeader header) {
        int command = unsignedByte(whole, ProxyHeader.SIGNATURE.length) & 0xf;
        int family = unsignedByte(whole, ProxyHeader.SIGNATURE.length + 1);
        if (command == COMMAND_LOCAL || family == UNSPECIFIED) {
            // What follows has no form that could be relied upon: balancers leave the addresses of such checks out.
            header.local((int) whole.byteSize());
            return;
        }
        int from = HEAD_BYTES + addressBytes(family);
        String fault = faultOfTlvs(whole, from);
        if (!fault.isEmpty()) {
            header.invalid(fault);
        } else if (family == UNIX_STREAM) {
            header.local((int) whole.byteSize());
        } else {
            readAddresses(whole, family == ProxyHeader.TCP_OVER_IPV4, header);
            header.proxied((int) whole.byteSize(), whole.asSlice(from));
        }
    }

    private static void readAddresses(MemorySegment whole, boolean isIpv4, ReceivedHeader header) {
        int bytes = isIpv4 ? 4 : 16;
        int ports = HEAD_BYTES + 2 * bytes;
        read(header.source(), whole, HEAD_BYTES, isIpv4, unsignedShort(whole, ports));
        read(header.destination(), whole, HEAD_BYTES + bytes, isIpv4, unsignedShort(whole, ports + 2));
    }

    private static void read(ClientAddress address, MemorySegment from, int at, boolean isIpv4, int port) {
        if (isIpv4) {
            address.setIpv4(from.get(ClientAddress.NETWORK_INT, at), port);
        } else {
            address.set(from.get(ClientAddress.NETWORK_LONG, at), from.get(ClientAddress.NETWORK_LONG, at + 8L), port);
        }
    }

    /** The fields must end exactly where the header does; those of a TLS connection hold further ones, one level deep. */
    private String faultOfTlvs(MemorySegment whole, int from) {
        int end = (int) whole.byteSize();
        int at = from;
        while (at < end) {
            int length = tlvLength(whole, at, end);
            if (length < 0) {
                return "a field goes beyond its end";
            }
            int value = at + TLV_HEAD_BYTES;
            int type = unsignedByte(whole, at);
            if (type == TLV_CRC32C && (length != Integer.BYTES || !hasChecksum(whole, value))) {
                return "its checksum is wrong";
            }
            if (type == TLV_SSL && !isWellFormed(whole, value + SSL_HEAD_BYTES, value + length)) {
                return "its field of the TLS connection is malformed";
            }
            at = value + length;
        }
        return "";
    }

    private static boolean isWellFormed(MemorySegment whole, int from, int end) {
        int at = from;
        while (at < end) {
            int length = tlvLength(whole, at, end);
            if (length < 0) {
                return false;
            }
            at += TLV_HEAD_BYTES + length;
        }
        return at == end;
    }

    /** Length of a field's value; negative when the field does not end within. */
    private static int tlvLength(MemorySegment whole, int at, int end) {
        if (end - at < TLV_HEAD_BYTES) {
            return -1;
        }
        int length = unsignedShort(whole, at + 1);
        return length <= end - at - TLV_HEAD_BYTES ? length : -1;
    }

    /** CRC32C (RFC 4960 appendix B) of the whole header with zeros in its own place. */
    private boolean hasChecksum(MemorySegment whole, int at) {
        crc.reset();
        crc.update(whole.asSlice(0, at).asByteBuffer());
        crc.update(ByteBuffer.allocate(Integer.BYTES));
        crc.update(whole.asSlice(at + (long) Integer.BYTES).asByteBuffer());
        return (int) crc.getValue() == whole.get(ClientAddress.NETWORK_INT, at);
    }

    private static int unsignedByte(MemorySegment bytes, int at) {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at));
    }

    private static int unsignedShort(MemorySegment bytes, int at) {
        return Short.toUnsignedInt(bytes.get(ClientAddress.NETWORK_SHORT, at));
    }
}
