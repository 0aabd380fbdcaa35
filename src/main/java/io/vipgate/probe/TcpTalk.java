package io.vipgate.probe;

import java.io.IOException;

/**
 * Says nothing: to be connected is enough. Where the endpoint expects a PROXY header it gets one, so that it doesn't log a
 * broken connection.
 *
 * <p>Immutable.
 */
final class TcpTalk implements Talk {
    private static final ProbeResult CONNECTED = ProbeResult.pass("connected");

    @Override
    public ProbeResult with(Conversation conversation) throws IOException {
        conversation.say(new byte[0]);
        return CONNECTED;
    }
}
