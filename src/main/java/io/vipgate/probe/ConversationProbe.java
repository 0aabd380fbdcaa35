package io.vipgate.probe;

import org.jspecify.annotations.Nullable;

/**
 * Talks to an endpoint over a connection, in TLS or not.
 *
 * <p>Thread-safe, as its talk is.
 */
final class ConversationProbe implements Probe {
    private final SocketCheck check;
    private final SocketCheck.Talk talk;

    /**
     * Makes a probe.
     *
     * @param tls null for none
     */
    ConversationProbe(SocketCheck check, @Nullable TlsClient tls, SocketCheck.Talk talk) {
        this.check = check;
        this.talk = tls == null ? talk : conversation -> {
            conversation.secure(tls);
            return talk.with(conversation);
        };
    }

    @Override
    public ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException {
        return check.run(target, deadlineNanos, talk);
    }
}
