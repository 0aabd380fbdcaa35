package io.vipgate.probe;

import io.vipgate.config.ProbeStep;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends bytes, expects bytes, step by step; what a step expects is looked for behind what the one before has found. A
 * step that expects nothing is over as soon as the kernel has taken what was to be sent.
 *
 * <p>Immutable.
 */
final class SendExpect implements Supplier<Talk> {
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
    public Talk get() {
        return new OneTalk();
    }

    /** Confined to the thread of its check. */
    private final class OneTalk implements Talk {
        private int at;
        /** Of the present step; null before it has sent. */
        private ByteSearch.@Nullable Progress search;
        private boolean hasExpected;

        @Override
        public ProbeResult with(Conversation conversation) throws IOException {
            InputStream heard = conversation.heard();
            ByteSearch.Source source = () -> {
                int next = heard.read();
                conversation.settle();
                return next;
            };
            for (; at < steps.size(); at++) {
                Step step = steps.get(at);
                if (search == null) {
                    conversation.say(step.send);
                    search = step.search.begin();
                    conversation.settle();
                }
                String where = steps.size() == 1 ? "" : " of step " + (at + 1);
                switch (search.in(source)) {
                    case FOUND -> hasExpected |= step.isExpecting;
                    case ENDED -> {
                        return ProbeResult.fail("closed before the expected bytes" + where);
                    }
                    case BOUND_REACHED -> {
                        return ProbeResult.fail("first 64 KiB lack the expected bytes" + where);
                    }
                }
                search = null;
            }
            return ProbeResult.pass(hasExpected ? "answered as expected" : "sent");
        }
    }
}
