package io.vipgate.probe;

import io.vipgate.config.ProbeStep;
import java.io.IOException;
import java.util.List;

/**
 * Sends bytes, expects bytes, step by step; what a step expects is looked for behind what the one before has found. A
 * step that expects nothing is over as soon as the kernel has taken what was to be sent.
 *
 * <p>Immutable.
 */
final class SendExpect implements SocketCheck.Talk {
    private static final class Step {
        private final byte[] send;
        private final boolean isExpecting;
        private final ByteSearch search;

        Step(ProbeStep configured) {
            send = configured.send().bytes();
            isExpecting = !configured.expect().isEmpty();
            search = new ByteSearch(configured.expect().bytes());
        }
    }

    private final List<Step> steps;

    /** @param steps at least one */
    SendExpect(List<ProbeStep> steps) {
        this.steps = steps.stream().map(Step::new).toList();
    }

    @Override
    public ProbeResult with(Conversation conversation) throws IOException {
        boolean hasExpected = false;
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            conversation.say(step.send);
            String where = steps.size() == 1 ? "" : " of step " + (i + 1);
            switch (step.search.in(conversation.heard()::read)) {
                case FOUND -> hasExpected |= step.isExpecting;
                case ENDED -> {
                    return ProbeResult.fail("closed before the expected bytes" + where);
                }
                case BOUND_REACHED -> {
                    return ProbeResult.fail("first 64 KiB lack the expected bytes" + where);
                }
            }
        }
        return ProbeResult.pass(hasExpected ? "answered as expected" : "sent");
    }
}
