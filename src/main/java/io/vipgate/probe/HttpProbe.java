package io.vipgate.probe;

import io.vipgate.config.HttpProbeConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one resource over HTTP/1.1, or over https, and looks at the status and perhaps the body.
 *
 * <p>Thread-safe.
 */
final class HttpProbe implements Probe {
    private final SocketCheck check;
    private final HttpProbeConfig config;
    private final HttpRequest request;
    private final @Nullable TlsClient tls;
    private final ByteSearch bodySearch;

    /**
     * Makes a probe.
     *
     * @param tls null for http, else https
     */
    HttpProbe(SocketCheck check, HttpProbeConfig config, @Nullable TlsClient tls) {
        this.check = check;
        this.config = config;
        this.tls = tls;
        request = new HttpRequest(config, tls != null);
        bodySearch = new ByteSearch(config.expectBody().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public ProbeResult check(ProbeTarget target, long deadlineNanos) throws InterruptedException {
        return check.run(target, deadlineNanos, this::talk);
    }

    private ProbeResult talk(Conversation conversation) throws IOException {
        if (tls != null) {
            conversation.secure(tls);
        }
        conversation.say(request.towards(conversation.target()));
        HttpHead head = HttpHead.read(conversation.heard());
        String status = "status " + head.status();
        if (!config.expectStatus().contains(head.status())) {
            return ProbeResult.fail(status);
        }
        if (config.expectBody().isEmpty()) {
            return ProbeResult.pass(status);
        }
        return switch (bodySearch.in(new HttpBody(head, conversation.heard()))) {
            case FOUND -> ProbeResult.pass(status + ", body as expected");
            case ENDED -> ProbeResult.fail("body lacks the expected text");
            case BOUND_REACHED -> ProbeResult.fail("first 64 KiB of the body lack the expected text");
        };
    }
}
