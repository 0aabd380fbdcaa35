package io.vipgate.admin;

import com.sun.net.httpserver.HttpExchange;
import io.vipgate.json.Json;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * What is asked, checked as far as it can be without knowing the question.
 *
 * <p>Immutable.
 *
 * @param names what stands in the path for the placeholders of its pattern, in order
 * @param parameters behind the question mark
 * @param body {@code null} when there is none
 * @param accept the forms in which an answer is wanted, as the Accept header has it; empty when it is not said
 * @param from who asks
 */
public record Call(List<String> names, Map<String, String> parameters, Json body, String accept,
        InetSocketAddress from) {
    /** Keeps its own copies. */
    public Call {
        names = List.copyOf(names);
        parameters = Map.copyOf(parameters);
    }

    static String accept(HttpExchange exchange) {
        return String.join(",", exchange.getRequestHeaders().getOrDefault("Accept", List.of()));
    }

    /** The address of who asks, for the log. */
    public String client() {
        return from.getAddress().getHostAddress() + ":" + from.getPort();
    }
}
