package io.vipgate.relay;

import io.vipgate.access.SourceHold;
import io.vipgate.linux.ClientAddress;
import io.vipgate.proxyprotocol.ProxyHeader;
import io.vipgate.proxyprotocol.ProxyHeaderParser;
import io.vipgate.proxyprotocol.ReceivedHeader;

/**
 * The PROXY protocol header that a peer must send. A whole header: its client is judged as those are that come by themselves.
 * Anything else is reset: no header, one that is malformed, none in time.
 *
 * <p>Confined to its event loop.
 */
final class HeaderStep extends PrereadStep {
    private final ProxyAcceptance rules;

    HeaderStep(ProxyAcceptance rules) {
        super(rules.timeoutNanos());
        this.rules = rules;
    }

    @Override
    int maxBytes() {
        return ProxyHeaderParser.MAX_BYTES;
    }

    @Override
    RefuseReason late() {
        return RefuseReason.PROXY_TIMEOUT;
    }

    @Override
    RefuseReason left() {
        return RefuseReason.PROXY_LEFT;
    }

    @Override
    void warnOfLate(Preread client, ClientAddress peer) {
        client.listener().warnings().onSilent(client.loop().eventLoop(), peer.high(), peer.low(), timeoutNanos());
    }

    @Override
    void look(Preread client, int seen) {
        ReceivedHeader header = client.loop().proxyHeaderParser().parse(client.loop().scratch(), seen);
        boolean isAccepted = rules.accepts(header.version());
        switch (isAccepted ? header.kind() : ReceivedHeader.Kind.INVALID) {
            case INCOMPLETE -> client.need(header.needed());
            case INVALID -> {
                ClientAddress peer = client.client();
                client.listener().warnings().onNoHeader(client.loop().eventLoop(), peer.high(), peer.low(),
                        isAccepted ? header.fault() : "its version is not accepted");
                client.refuse(RefuseReason.PROXY_INVALID, true);
            }
            case PROXIED, LOCAL -> onHeader(client, header);
        }
    }

    private static void onHeader(Preread client, ReceivedHeader header) {
        Conveyed conveyed = Conveyed.of(client.client(), header);
        SourceHold hold = null;
        if (!conveyed.isLocal()) {
            Admission admission = client.listener().admission();
            long high = header.source().high();
            long low = header.source().low();
            client.convey(header.source(), ClientOrigin.of(conveyed, null));
            RefuseReason reason = admission.refusal(high, low);
            if (reason != null) {
                client.refuse(reason, !admission.answersWithFin());
                return;
            }
            reason = admission.enter(high, low, client.loop().eventLoop().now());
            if (reason != null) {
                client.refuse(reason, true);
                return;
            }
            hold = admission.hold();
        }
        client.convey(conveyed.isLocal() ? client.client() : header.source(), ClientOrigin.of(conveyed, hold));
        client.listener().counts().onHeader(header.version() == ProxyHeader.Version.V1, conveyed.isLocal());
        client.afterHeader();
    }
}
