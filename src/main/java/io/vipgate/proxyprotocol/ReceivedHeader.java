package io.vipgate.proxyprotocol;

import io.vipgate.linux.ClientAddress;
import java.lang.foreign.MemorySegment;

/**
 * What the first bytes of a connection say, as far as they have come: nothing yet, a whole header, or no header at all. Filled
 * anew by each {@link ProxyHeaderParser#parse}.
 *
 * <p>Confined to its event loop.
 */
public final class ReceivedHeader {
    /** What the bytes are. */
    public enum Kind {
        /** The beginning of a header; at least {@link #needed()} bytes must have come before another look tells more. */
        INCOMPLETE,
        /** A header that conveys the client's address. */
        PROXIED,
        /** A header that conveys none ({@code LOCAL}, {@code UNKNOWN}, UNSPEC, UNIX): the peer is the client. */
        LOCAL,
        /** No header of the protocol; {@link #fault()} says why. */
        INVALID
    }

    private final ClientAddress source = new ClientAddress();
    private final ClientAddress destination = new ClientAddress();
    private Kind kind = Kind.INCOMPLETE;
    private ProxyHeader.Version version = ProxyHeader.Version.NONE;
    private int length;
    private int needed;
    private String fault = "";
    private MemorySegment tlvs = MemorySegment.NULL;

    ReceivedHeader() {}

    /** What the bytes are. */
    public Kind kind() {
        return kind;
    }

    /** {@link ProxyHeader.Version#V2} for bytes that begin with its first byte, {@link ProxyHeader.Version#V1} for all others. */
    public ProxyHeader.Version version() {
        return version;
    }

    /** Bytes of a whole header; what follows belongs to the client. */
    public int length() {
        return length;
    }

    /** How many bytes, from the first on, must have come before an incomplete header can be whole. */
    public int needed() {
        return needed;
    }

    /** Why the bytes are no header; plain text that holds nothing of them. */
    public String fault() {
        return fault;
    }

    /** The client, of a header that conveys it; IPv4 in its one form, mapped addresses too. */
    public ClientAddress source() {
        return source;
    }

    /** Where the client connected to, of a header that conveys the client. */
    public ClientAddress destination() {
        return destination;
    }

    /** The type-length-value fields of a version 2 header that conveys the client; well-formed, in the bytes that were parsed. */
    public MemorySegment tlvs() {
        return tlvs;
    }

    void begin(ProxyHeader.Version newVersion) {
        kind = Kind.INCOMPLETE;
        version = newVersion;
        length = 0;
        needed = 0;
        fault = "";
        tlvs = MemorySegment.NULL;
    }

    void incomplete(int bytesNeeded) {
        kind = Kind.INCOMPLETE;
        needed = bytesNeeded;
    }

    void invalid(String why) {
        kind = Kind.INVALID;
        fault = why;
    }

    void local(int bytes) {
        kind = Kind.LOCAL;
        length = bytes;
    }

    /** The addresses have been set. */
    void proxied(int bytes, MemorySegment fields) {
        if (source.isUnspecified() || source.isMulticast()) {
            invalid("the client's address is none that a client can have");
        } else {
            kind = Kind.PROXIED;
            length = bytes;
            tlvs = fields;
        }
    }
}
