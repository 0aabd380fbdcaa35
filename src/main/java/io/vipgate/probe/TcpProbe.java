package io.vipgate.probe;

/**
 * Connects. Where the endpoint expects a PROXY header it gets one, so that it doesn't log a broken connection.
 *
 * <p>Thread-safe.
 */
final class TcpProbe implements Probe {
    private final SocketCheck check;

    TcpProbe(SocketCheck check) {
        this.check = check;
    }

    @Override
    public ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException {
        return check.run(target, deadlineNanos, conversation -> {
            conversation.say(new byte[0]);
            return ProbeResult.pass("connected");
        });
    }
}
