package io.vipgate.probe;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.text.IpText;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an HTTP probe asks: one request of HTTP/1.1 without a body.
 *
 * <p>Immutable. Source: RFC 9112, section 3.
 */
final class HttpRequest {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    /** A server may refuse these without a length (RFC 9110, section 8.6). */
    private static final Set<String> WITH_CONTENT = Set.of("POST", "PUT", "PATCH");
    private static final List<Map.Entry<String, String>> USUAL = List.of(Map.entry("User-Agent", "vipgate-probe"),
            Map.entry("Accept", "*/*"), Map.entry("Connection", "close"));

    private final HttpProbeConfig config;
    private final int usualPort;
    private final String rest;

    /**
     * Makes a request.
     *
     * @param config checked: nothing in it can break a line
     */
    HttpRequest(HttpProbeConfig config, boolean isOverTls) {
        this.config = config;
        usualPort = isOverTls ? HTTPS_PORT : HTTP_PORT;
        StringBuilder headers = new StringBuilder();
        for (Map.Entry<String, String> usual : USUAL) {
            if (config.headers().keySet().stream().noneMatch(usual.getKey()::equalsIgnoreCase)) {
                append(headers, usual.getKey(), usual.getValue());
            }
        }
        config.headers().forEach((name, value) -> append(headers, name, value));
        if (WITH_CONTENT.contains(config.method())) {
            append(headers, "Content-Length", "0");
        }
        rest = headers.append("\r\n").toString();
    }

    private static void append(StringBuilder headers, String name, String value) {
        headers.append(name).append(": ").append(value).append("\r\n");
    }

    /** The request to this target. */
    byte[] towards(ProbeTarget target) {
        return (config.method() + " " + config.path() + " HTTP/1.1\r\nHost: "
                + config.host().orElseGet(() -> hostOf(target)) + "\r\n" + rest).getBytes(StandardCharsets.US_ASCII);
    }

    private String hostOf(ProbeTarget target) {
        InetSocketAddress address = target.address();
        String host = target.host().orElseGet(() -> IpText.inUrl(address.getAddress()));
        return address.getPort() == usualPort ? host : host + ":" + address.getPort();
    }
}
