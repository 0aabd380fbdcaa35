package io.vipgate.probe;

import java.io.IOException;

/**
 * What a kind of probe says and hears once connected, in one check.
 *
 * <p>It is written as if it waited for each byte. On the probes' loop it can't: what is not there yet ends it by
 * {@link ReplayedConversation.MoreNeeded}, and it begins anew when more has come; what it has said is not said again. So
 * whoever keeps a state of its own calls {@link Conversation#settle} whenever that has advanced.
 */
@FunctionalInterface
interface Talk {
    /**
     * Talks to the endpoint.
     *
     * @throws IOException when the connection fails, and as {@link BadAnswerException} when the answer is wrong
     */
    ProbeResult with(Conversation conversation) throws IOException;
}
