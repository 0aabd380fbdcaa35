package io.vipgate.probe;

import java.io.IOException;

/**
 * Sends bytes, expects bytes, either of them perhaps none. Without any to expect it passes as soon as the kernel has
 * taken what was to be sent.
 *
 * <p>Thread-safe.
 */
final class SendExpectProbe implements Probe {
    private final SocketCheck check;
    private final byte[] send;
    private final byte[] expect;
    private final ByteSearch search;

    SendExpectProbe(SocketCheck check, byte[] send, byte[] expect) {
        this.check = check;
        this.send = send.clone();
        this.expect = expect.clone();
        search = new ByteSearch(expect);
    }

    @Override
    public ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException {
        return check.run(target, deadlineNanos, this::talk);
    }

    private ProbeResult talk(Conversation conversation) throws IOException {
        conversation.say(send);
        if (expect.length == 0) {
            return ProbeResult.pass("sent");
        }
        return switch (search.in(conversation.heard()::read)) {
            case FOUND -> ProbeResult.pass("answered as expected");
            case ENDED -> ProbeResult.fail("closed before the expected bytes");
            case BOUND_REACHED -> ProbeResult.fail("first 64 KiB lack the expected bytes");
        };
    }
}
