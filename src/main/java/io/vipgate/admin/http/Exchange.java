package io.vipgate.admin.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * One request.
 *
 * <p>Thread-safe.
 */
public final class Exchange {
    private final HttpRequest head;
    private final URI target;
    private final HttpConnection connection;
    private final boolean hasBody;

    /** Keeps a head whose target is a URI. */
    Exchange(HttpRequest head, HttpConnection connection) {
        this.head = head;
        target = URI.create(head.uri());
        this.connection = connection;
        hasBody = HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
    }

    /** As it was sent, GET for example. */
    public String method() {
        return head.method().name();
    }

    /** The target, as it was sent. */
    public String target() {
        return head.uri();
    }

    /** The path, its escapes undone; empty when there is none. */
    public String path() {
        return target.getPath() == null ? "" : target.getPath();
    }

    /** What stands behind the question mark, with its escapes; empty when there is nothing. */
    public String query() {
        return target.getRawQuery() == null ? "" : target.getRawQuery();
    }

    /** The host and port in the target, which count for more than Host (RFC 9112 section 3.2.2); empty when it is a path. */
    public Optional<String> authority() {
        return Optional.ofNullable(target.getRawAuthority());
    }

    /** The values of a header, in the order they came. */
    public List<String> headers(String name) {
        return head.headers().getAll(name);
    }

    /** Whether a body follows the head. */
    public boolean hasBody() {
        return hasBody;
    }

    /** The address that was called; empty when it was a Unix socket. */
    public Optional<InetAddress> local() {
        return connection.remote().local();
    }

    /** Whether the kernel says that the caller may change things: he has called a Unix socket. */
    public boolean isByOperator() {
        return connection.remote().isOperator();
    }

    /** Where the call comes from; empty when that is a Unix socket. */
    public Optional<InetAddress> remote() {
        return connection.remote().address();
    }

    /** Who calls, for the log. */
    public String caller() {
        return connection.remote().text();
    }

    /**
     * Waits for the body; to be called once at most.
     *
     * @param most bytes
     * @throws BadBodyException if it is longer, is none, or takes too long
     * @throws IOException if the connection ends meanwhile
     */
    public byte[] body(int most) throws IOException {
        return hasBody ? connection.awaitBody(most) : new byte[0];
    }

    boolean isHead() {
        return method().equals("HEAD");
    }

    /** Whether it changes nothing. */
    boolean isRead() {
        return isHead() || method().equals("GET");
    }

    HttpRequest head() {
        return head;
    }
}
