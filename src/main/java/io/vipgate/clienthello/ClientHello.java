package io.vipgate.clienthello;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the first bytes of a connection say, as far as they have come: nothing yet, a whole ClientHello, or none at all. Filled anew
 * by each {@link ClientHelloParser#parse}.
 *
 * <p>Confined to its event loop.
 */
public final class ClientHello {
    /** What the bytes are. */
    public enum Kind {
        /** The beginning of a ClientHello; at least {@link #needed()} bytes must have come before another look tells more. */
        INCOMPLETE,
        /** A whole ClientHello. */
        WHOLE,
        /** TLS, but no ClientHello as the standards allow it; {@link #fault()} says why. */
        INVALID,
        /** No TLS record. */
        NOT_TLS
    }

    /** Bytes of the longest name that DNS can hold, as text without the last dot. */
    static final int MAX_NAME_BYTES = 253;
    /** Of a longer one, so much is kept for the log. */
    private static final int KEPT_BYTES = MAX_NAME_BYTES + 2;

    private final byte[] name = new byte[KEPT_BYTES];
    private Kind kind = Kind.INCOMPLETE;
    private int needed;
    private String fault = "";
    private int nameLength;
    private boolean hasName;
    private boolean isNameUsable;
    private boolean hasEncrypted;
    private byte[] protocols = new byte[64];
    private int protocolBytes;

    ClientHello() {}

    /** What the bytes are. */
    public Kind kind() {
        return kind;
    }

    /** How many bytes, from the first on, must have come before an incomplete ClientHello can be whole. */
    public int needed() {
        return needed;
    }

    /** Why the bytes are no ClientHello; plain text that holds nothing of them. */
    public String fault() {
        return fault;
    }

    /** Whether the client names a server (RFC 6066 section 3). */
    public boolean hasName() {
        return hasName;
    }

    /**
     * Whether the name is one that DNS can hold: labels of 1 to 63 letters, digits, hyphens and underscores, {@value
     * #MAX_NAME_BYTES} bytes in all. Any other leads nowhere.
     */
    public boolean isNameUsable() {
        return isNameUsable;
    }

    /**
     * The server's name; empty when there is none. One that is usable is in small letters, without a last dot. Any other is as it
     * was sent, each byte a character, cut after 255: not to be logged unescaped.
     */
    public String name() {
        return new String(name, 0, nameLength, StandardCharsets.ISO_8859_1);
    }

    /**
     * Whether the hello has the extension of an encrypted one (ECH): the name that can be read is that of the outer hello. Browsers
     * send it with random bytes where they know of no keys (GREASE).
     */
    public boolean hasEncrypted() {
        return hasEncrypted;
    }

    /** Whether the client offers protocols (ALPN, RFC 7301). */
    public boolean hasProtocols() {
        return protocolBytes > 0;
    }

    /** The protocol that the client names first, each byte a character; null when it offers none. Not to be logged unescaped. */
    public @Nullable String firstProtocol() {
        return protocolBytes == 0
                ? null
                : new String(protocols, 1, protocols[0] & 0xff, StandardCharsets.ISO_8859_1);
    }

    /**
     * Looks the offered protocols up, in the client's order.
     *
     * @return the first that the table has, or null
     */
    <T> @Nullable HelloRoute<T> firstOf(ProtocolTable<T> table) {
        for (int at = 0; at < protocolBytes; at += 1 + (protocols[at] & 0xff)) {
            HelloRoute<T> found = table.get(protocols, at + 1, protocols[at] & 0xff);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    // ---- filled by the parser ----

    void begin() {
        kind = Kind.INCOMPLETE;
        needed = 0;
        fault = "";
        nameLength = 0;
        hasName = false;
        isNameUsable = false;
        hasEncrypted = false;
        protocolBytes = 0;
    }

    ClientHello incomplete(int bytesNeeded) {
        kind = Kind.INCOMPLETE;
        needed = bytesNeeded;
        return this;
    }

    ClientHello notTls() {
        kind = Kind.NOT_TLS;
        return this;
    }

    ClientHello whole() {
        kind = Kind.WHOLE;
        return this;
    }

    ClientHello invalid(String why) {
        begin();
        kind = Kind.INVALID;
        fault = why;
        return this;
    }

    void encrypted() {
        hasEncrypted = true;
    }

    /** Takes the name from the handshake. */
    void readName(HandshakeBytes in, int length) {
        hasName = true;
        nameLength = Math.min(length, KEPT_BYTES);
        in.copy(name, 0, nameLength);
        in.skip(length - nameLength);
        if (length <= MAX_NAME_BYTES + 1) {
            fold();
        }
    }

    private void fold() {
        int length = name[nameLength - 1] == '.' ? nameLength - 1 : nameLength;
        if (!ServerName.isUsable(name, length)) {
            return;
        }
        isNameUsable = true;
        nameLength = length;
        for (int i = 0; i < length; i++) {
            if (name[i] >= 'A' && name[i] <= 'Z') {
                name[i] = (byte) (name[i] + ('a' - 'A'));
            }
        }
    }

    /** Takes one offered protocol from the handshake. */
    void readProtocol(HandshakeBytes in, int length) {
        int end = protocolBytes + 1 + length;
        if (end > protocols.length) {
            protocols = Arrays.copyOf(protocols, Math.max(end, 2 * protocols.length));
        }
        protocols[protocolBytes] = (byte) length;
        in.copy(protocols, protocolBytes + 1, length);
        protocolBytes = end;
    }
}
