package io.vipgate.relay;

import io.vipgate.access.PrefixTable;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.TlvTypes;
import java.util.Set;

/**
 * Whose connections to a listener begin with a PROXY protocol header. Decided by the peer's address alone, never by what it
 * sends: otherwise whoever gets bytes through an ordinary forwarder could claim to be anybody.
 *
 * <p>Immutable.
 *
 * @param from who must send one
 * @param rejectsOthers whether clients from anywhere else are reset; else they are served under their own address
 * @param versions that are accepted
 * @param timeoutNanos for the whole header to come
 * @param passedOn fields that a pool's version 2 header takes over
 */
public record ProxyAcceptance(PrefixTable from, boolean rejectsOthers, Set<ProxyHeader.Version> versions,
        long timeoutNanos, TlvTypes passedOn) {
    /** Keeps its own copy. */
    public ProxyAcceptance {
        versions = Set.copyOf(versions);
    }

    boolean mustSend(long high, long low) {
        return from.find(high, low) != PrefixTable.NONE;
    }

    boolean accepts(ProxyHeader.Version version) {
        return version == ProxyHeader.Version.NONE || versions.contains(version);
    }
}
