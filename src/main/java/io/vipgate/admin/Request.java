package io.vipgate.admin;

import io.vipgate.admin.http.Exchange;
import io.vipgate.json.Json;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked, checked as far as it can be without knowing the question.
 *
 * <p>Immutable.
 *
 * @param names what stands in the path for the placeholders of its pattern, in order
 * @param parameters behind the question mark
 * @param body {@code null} when there is none
 * @param accept in which form the answer is wanted
 * @param client who asks, for the log
 * @param address where they are; empty when they came through a Unix socket
 * @param isTrusted whether they have shown the token
 */
public record Request(List<String> names, Map<String, String> parameters, Json body, Accept accept,
        String client, Optional<InetAddress> address, boolean isTrusted) {
    /** Keeps its own copies. */
    public Request {
        names = List.copyOf(names);
        parameters = Map.copyOf(parameters);
    }

    /**
     * In which form an answer is wanted.
     *
     * @param types as the Accept header has them; empty when it is not said
     * @param isGzipWelcome whether the body may be compressed
     */
    public record Accept(String types, boolean isGzipWelcome) {
        static Accept of(Exchange exchange) {
            return new Accept(header(exchange, "Accept"), header(exchange, "Accept-Encoding").contains("gzip"));
        }

        private static String header(Exchange exchange, String name) {
            return String.join(",", exchange.headers(name));
        }
    }
}
