package io.vipgate.probe;

/**
 * Shakes hands over TLS, and no more.
 *
 * <p>Thread-safe.
 */
final class TlsProbe implements Probe {
    private final SocketCheck check;
    private final TlsClient tls;

    TlsProbe(SocketCheck check, TlsClient tls) {
        this.check = check;
        this.tls = tls;
    }

    @Override
    public ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException {
        return check.run(target, deadlineNanos, conversation -> {
            conversation.secure(tls);
            conversation.takeLeave();
            return ProbeResult.pass("TLS handshake");
        });
    }
}
