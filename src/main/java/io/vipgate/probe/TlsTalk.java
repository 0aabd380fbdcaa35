package io.vipgate.probe;

/**
 * Says nothing: to be secured is enough.
 *
 * <p>Immutable.
 */
final class TlsTalk implements Talk {
    @Override
    public ProbeResult with(Conversation conversation) {
        conversation.takeLeave();
        return ProbeResult.pass("TLS handshake");
    }
}
