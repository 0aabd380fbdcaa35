package io.vipgate.probe;

import io.vipgate.config.HttpProbeConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one resource over HTTP/1.1, and looks at the status and perhaps the body.
 *
 * <p>Thread-safe.
 */
final class HttpExchange implements Supplier<Talk> {
    private final HttpProbeConfig config;
    private final HttpRequest request;
    private final ByteSearch bodySearch;

    /**
     * Makes an exchange.
     *
     * @param isOverTls whether for https
     */
    HttpExchange(HttpProbeConfig config, boolean isOverTls) {
        this.config = config;
        request = new HttpRequest(config, isOverTls);
        bodySearch = new ByteSearch(config.expectBody().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Talk get() {
        return new OneTalk();
    }

    /** Confined to the thread of its check. */
    private final class OneTalk implements Talk {
        private final ByteSearch.Progress search = bodySearch.begin();
        private @Nullable HttpBody body;
        private String status = "";

        @Override
        public ProbeResult with(Conversation conversation) throws IOException {
            if (body == null) {
                conversation.say(request.towards(conversation.target()));
                HttpHead head = HttpHead.read(conversation.heard());
                status = "status " + head.status();
                if (!config.expectStatus().contains(head.status())) {
                    return ProbeResult.fail(status);
                }
                if (config.expectBody().isEmpty()) {
                    return ProbeResult.pass(status);
                }
                body = new HttpBody(head, conversation);
                conversation.settle();
            }
            return switch (search.in(body)) {
                case FOUND -> ProbeResult.pass(status + ", body as expected");
                case ENDED -> ProbeResult.fail("body lacks the expected text");
                case BOUND_REACHED -> ProbeResult.fail("first 64 KiB of the body lack the expected text");
            };
        }
    }
}
