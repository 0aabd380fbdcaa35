package io.vipgate.admin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;

/**
 * What every request must be, whatever it asks for.
 *
 * <p>Stateless.
 */
final class RequestHead {
    private static final int MAX_HEADERS = 64;

    private RequestHead() {}

    /** Why a request can't be answered as asked; empty when it can. */
    static Optional<Response> refusal(HttpRequest head) {
        Throwable fault = head.decoderResult().cause();
        if (fault != null) {
            return refusal(switch (fault) {
                case TooLongHttpHeaderException _ -> 431;
                case TooLongHttpLineException _ -> 414;
                default -> 400;
            }, "not a request of HTTP/1.1, or too long a one");
        }
        if (head.headers().size() > MAX_HEADERS) {
            return refusal(431, "headers (expected: at most " + MAX_HEADERS + ")");
        }
        if (!head.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !head.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return refusal(400, "version of HTTP (expected: HTTP/1.1)");
        }
        if (!head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING).stream()
                .allMatch(HttpHeaderValues.CHUNKED::contentEqualsIgnoreCase)) {
            return refusal(501, "Transfer-Encoding (expected: chunked)");
        }
        try {
            URI _ = new URI(head.uri());
            return Optional.empty();
        } catch (URISyntaxException e) {
            return refusal(400, "target of the request (expected: a path)");
        }
    }

    private static Optional<Response> refusal(int status, String message) {
        return Optional.of(Response.error(status, message, List.of()));
    }
}
