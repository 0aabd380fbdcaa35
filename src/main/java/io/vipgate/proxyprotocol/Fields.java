package io.vipgate.proxyprotocol;

import io.vipgate.linux.ClientAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the fields of a version 2 header, which are well-formed.
 *
 * <p>Stateless.
 */
public final class Fields {
    static final int HEAD_BYTES = 3;
    /** Of names of VPC endpoints; they are 22 bytes today. */
    private static final int MAX_NAME_BYTES = 64;
    private static final int SUBTYPE = 0x01;

    /** Told of a field. */
    public interface Visitor {
        /**
         * One field.
         *
         * @param type 0 to 255
         * @param value valid during the call
         */
        void onField(int type, MemorySegment value);
    }

    private Fields() {}

    /** Tells of each field, in order; those within another are not told. */
    public static void visit(MemorySegment fields, Visitor visitor) {
        long at = 0;
        while (fields.byteSize() - at >= HEAD_BYTES) {
            int length = Short.toUnsignedInt(fields.get(ClientAddress.NETWORK_SHORT, at + 1));
            visitor.onField(Byte.toUnsignedInt(fields.get(ValueLayout.JAVA_BYTE, at)),
                    fields.asSlice(at + HEAD_BYTES, length));
            at += HEAD_BYTES + length;
        }
    }

    /** The VPC endpoint that a client came through, as AWS tells it; null when this field does not. */
    public static @Nullable String vpcEndpoint(int type, MemorySegment value) {
        long bytes = value.byteSize() - 1;
        if (type != TlvTypes.AWS || bytes < 1 || bytes > MAX_NAME_BYTES
                || value.get(ValueLayout.JAVA_BYTE, 0) != SUBTYPE) {
            return null;
        }
        return new String(value.asSlice(1).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    /** The private endpoint's link that a client came through, 0 to 4294967295, as Azure tells it; -1 when this field does not. */
    public static long linkId(int type, MemorySegment value) {
        if (type != TlvTypes.AZURE || value.byteSize() != 1 + Integer.BYTES
                || value.get(ValueLayout.JAVA_BYTE, 0) != SUBTYPE) {
            return -1;
        }
        // Little-endian, as Azure's documentation has it.
        return Integer.toUnsignedLong(
                value.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 1));
    }
}
