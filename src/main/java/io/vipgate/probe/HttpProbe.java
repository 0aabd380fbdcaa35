package io.vipgate.probe;

import io.vipgate.text.IpText;
import io.vipgate.config.HttpProbeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one resource over HTTP/1.1, or over https, and looks at the status and perhaps the body.
 *
 * <p>Thread-safe.
 */
final class HttpProbe implements Probe {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final SocketCheck check;
    private final HttpProbeConfig config;
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
        conversation.say(request(conversation.target()).getBytes(StandardCharsets.US_ASCII));
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

    private String request(ProbeTarget target) {
        return "GET " + config.path() + " HTTP/1.1\r\n"
                + "Host: " + config.host().orElseGet(() -> hostOf(target)) + "\r\n"
                + "User-Agent: vipgate-probe\r\n"
                + "Accept: */*\r\n"
                + "Connection: close\r\n\r\n";
    }

    private String hostOf(ProbeTarget target) {
        int usualPort = tls == null ? HTTP_PORT : HTTPS_PORT;
        InetSocketAddress address = target.address();
        String host = target.host().orElseGet(() -> IpText.inUrl(address.getAddress()));
        return address.getPort() == usualPort ? host : host + ":" + address.getPort();
    }
}
