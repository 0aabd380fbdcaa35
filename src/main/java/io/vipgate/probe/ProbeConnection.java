package io.vipgate.probe;

import java.time.Duration;

/**
 * How a probe connects.
 *
 * <p>Immutable.
 *
 * @param timeout of one check, for the words of the result
 * @param header what comes before the first bytes said
 * @param origin where the connection comes from
 * @param listensFirst whether the probe listens before it says anything: then the endpoint must know at once that it is
 *        connected
 */
record ProbeConnection(Duration timeout, ProbeHeader header, ProbeOrigin origin, boolean listensFirst) {
    /** The deadline has come. */
    ProbeResult silence(Conversation.Phase phase) {
        String missed = switch (phase) {
            case CONNECT -> "no connection";
            case HANDSHAKE -> "no TLS handshake";
            case ANSWER -> "no answer";
        };
        return ProbeResult.timeout(missed + " in " + ResultText.duration(timeout));
    }
}
