package io.vipgate.relay;

import io.vipgate.linux.ClientAddress;
import io.vipgate.proxyprotocol.Fields;
import io.vipgate.proxyprotocol.ReceivedHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What came with a client in a PROXY protocol header. The header itself stays in the socket until an endpoint is connected.
 *
 * <p>Immutable once it is made, but for what the header's fields tell, which is set with it.
 */
public final class Conveyed implements Fields.Visitor {
    private final long peerHigh;
    private final long peerLow;
    private final char peerPort;
    private final boolean isLocal;
    private final long destinationHigh;
    private final long destinationLow;
    private final char destinationPort;
    final int headerBytes;
    private @Nullable String vpcEndpoint;
    private long linkId = -1;

    private Conveyed(ClientAddress peer, ReceivedHeader header) {
        peerHigh = peer.high();
        peerLow = peer.low();
        peerPort = (char) peer.port();
        isLocal = header.kind() == ReceivedHeader.Kind.LOCAL;
        headerBytes = header.length();
        destinationHigh = header.destination().high();
        destinationLow = header.destination().low();
        destinationPort = (char) header.destination().port();
    }

    static Conveyed of(ClientAddress peer, ReceivedHeader header) {
        Conveyed conveyed = new Conveyed(peer, header);
        Fields.visit(header.tlvs(), conveyed);
        return conveyed;
    }

    @Override
    public void onField(int type, MemorySegment value) {
        String endpoint = Fields.vpcEndpoint(type, value);
        vpcEndpoint = endpoint == null ? vpcEndpoint : endpoint;
        linkId = Math.max(linkId, Fields.linkId(type, value));
    }

    /** Upper half of the address of the TCP peer. */
    public long peerHigh() {
        return peerHigh;
    }

    /** Lower half of the address of the TCP peer. */
    public long peerLow() {
        return peerLow;
    }

    /** The TCP peer's port. */
    public int peerPort() {
        return peerPort;
    }

    /** Whether it conveys nobody: a connection of the peer's own, such as a balancer's check. */
    public boolean isLocal() {
        return isLocal;
    }

    /** Where the client connected to first, unless it {@linkplain #isLocal() conveys nobody}. */
    void destination(ClientAddress into) {
        into.set(destinationHigh, destinationLow, destinationPort);
    }

    /** The VPC endpoint that AWS says the client came through; from outside, to be escaped. Null when it says nothing. */
    public @Nullable String vpcEndpoint() {
        return vpcEndpoint;
    }

    /** The number of the private link that Azure says the client came through; -1 when it says nothing. */
    public long linkId() {
        return linkId;
    }
}
