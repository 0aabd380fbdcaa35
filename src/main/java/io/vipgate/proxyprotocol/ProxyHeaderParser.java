package io.vipgate.proxyprotocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads the PROXY protocol header that a connection begins with, in versions 1 and 2 (proxy-protocol.txt of HAProxy, sections
 * 2.1 and 2.2), from bytes that are looked at and not consumed. Strict: whatever the text does not allow is invalid. That is
 * told from the first byte that can't begin a header on; the addresses of version 1 and all that follows the head of version 2
 * are judged when they are whole.
 *
 * <p>Confined to its event loop: the result is one object.
 */
public final class ProxyHeaderParser {
    /** A longer header is invalid; {@code PP2_SUBTYPE_SSL_CLIENT_CERT} may carry a whole certificate. */
    public static final int MAX_BYTES = BinaryHeaderParser.HEAD_BYTES + BinaryHeaderParser.MAX_LENGTH;

    private final ReceivedHeader header = new ReceivedHeader();
    private final TextHeaderParser text = new TextHeaderParser();
    private final BinaryHeaderParser binary = new BinaryHeaderParser();

    /** A parser with a result of its own. */
    public ProxyHeaderParser() {}

    /**
     * Looks at the first bytes of a connection.
     *
     * @param bytes where they lie
     * @param length how many have come, 1 or more; up to {@link #MAX_BYTES} are looked at
     * @return what they are; the same object each time
     */
    public ReceivedHeader parse(MemorySegment bytes, int length) {
        if (bytes.get(ValueLayout.JAVA_BYTE, 0) == ProxyHeader.SIGNATURE[0]) {
            header.begin(ProxyHeader.Version.V2);
            binary.parse(bytes, Math.min(length, MAX_BYTES), header);
        } else {
            header.begin(ProxyHeader.Version.V1);
            text.parse(bytes, Math.min(length, MAX_BYTES), header);
        }
        return header;
    }
}
