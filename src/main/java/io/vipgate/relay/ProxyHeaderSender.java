package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.Errno;
import io.vipgate.linux.PendingBufferPool;
import io.vipgate.linux.SystemCalls;
import io.vipgate.proxyprotocol.Fields;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.TlvTypes;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Sends the PROXY header as the first bytes on a connection to an endpoint, in one write. It tells of the client, and where
 * that connected to, as the header that came in does, if one did: gateways can stand in a chain.
 *
 * <p>Confined to its event loop.
 */
final class ProxyHeaderSender implements Fields.Visitor {
    private final SystemCalls systemCalls;
    private final PendingBufferPool pendingBuffers;
    private final ProxyHeader header = new ProxyHeader();
    private final ClientAddress source = new ClientAddress();
    private final ClientAddress destination = new ClientAddress();
    /** Makes the IDs of this loop differ from those of all others, of this process and of others. */
    private final String uniquePart = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    private HeaderSettings settings = HeaderSettings.NONE;
    private TlvTypes passedOn = TlvTypes.NONE;
    private boolean hasUniqueId;
    private boolean hasProtocol;
    private boolean hasAuthority;

    ProxyHeaderSender(SystemCalls systemCalls, PendingBufferPool pendingBuffers) {
        this.systemCalls = systemCalls;
        this.pendingBuffers = pendingBuffers;
    }

    /**
     * Sends the header for the client of a flow that has not moved a byte yet. What the send queue does not take, which a
     * fresh one always does, goes out before the client's bytes.
     *
     * @param received the fields that came in with the client; null when no header came in
     * @return false when the endpoint is reset already
     */
    boolean send(Relay relay, Flow up, @Nullable MemorySegment received) {
        source.set(relay.clientHigh, relay.clientLow, relay.clientPort);
        Conveyed conveyed = relay.conveyed();
        if (conveyed != null && !conveyed.isLocal()) {
            conveyed.destination(destination);
        } else if (systemCalls.localAddress(up.source.fd, destination) != 0) {
            return false;
        }
        int length = build(relay, received);
        // The client's first bytes are a second write, which must not wait for the header's acknowledgement.
        up.target.enableNoDelay(systemCalls);
        int sent = systemCalls.send(up.target.fd, header.address(), length, false);
        if (sent < 0 && sent != -Errno.EAGAIN) {
            return false;
        }
        int taken = Math.max(0, sent);
        if (taken < length) {
            up.target.onFull();
            up.pending = pendingBuffers.keep(header.address() + taken, length - taken);
        }
        return true;
    }

    private int build(Relay relay, @Nullable MemorySegment received) {
        settings = relay.settings.header();
        int length = header.build(settings.version(), source, destination);
        if (settings.version() != ProxyHeader.Version.V2) {
            return length;
        }
        hasUniqueId = false;
        hasProtocol = false;
        hasAuthority = false;
        if (received != null) {
            ProxyAcceptance proxies = relay.listener.proxies();
            passedOn = proxies == null ? TlvTypes.NONE : proxies.passedOn();
            Fields.visit(received, this);
        }
        HelloInfo hello = relay.hello();
        if (hello != null) {
            tell(hello);
        }
        if (settings.fields().has(TlvTypes.UNIQUE_ID) && !hasUniqueId) {
            header.add(TlvTypes.UNIQUE_ID, MemorySegment.ofArray(
                    (uniquePart + HexFormat.of().toHexDigits(relay.number)).getBytes(StandardCharsets.US_ASCII)));
        }
        return settings.hasChecksum() ? header.addChecksum() : header.length();
    }

    @Override
    public void onField(int type, MemorySegment value) {
        if (type != TlvTypes.CRC32C && (passedOn.has(type) || settings.fields().has(type))) {
            header.add(type, value);
            hasUniqueId |= type == TlvTypes.UNIQUE_ID;
            hasProtocol |= type == TlvTypes.ALPN;
            hasAuthority |= type == TlvTypes.AUTHORITY;
        }
    }

    /** What the client's ClientHello said, where the header that came in has not told it. */
    private void tell(HelloInfo hello) {
        if (hello.protocol() != null && !hasProtocol && settings.fields().has(TlvTypes.ALPN)) {
            header.add(TlvTypes.ALPN, bytes(hello.protocol()));
        }
        if (hello.serverName() != null && !hasAuthority && settings.fields().has(TlvTypes.AUTHORITY)) {
            header.add(TlvTypes.AUTHORITY, bytes(hello.serverName()));
        }
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
