package io.vipgate.operations;

import io.vipgate.admin.ExplainedClient;
import io.vipgate.admin.model.Explanation.Verdict;
import io.vipgate.clienthello.HelloRoutes;
import io.vipgate.clienthello.HelloRoute;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.TlsConfig;
import io.vipgate.text.IpText;
import java.util.Optional;

/**
 * Which pool a client's ClientHello would lead to. Changes nothing.
 *
 * <p>Stateless.
 */
final class HelloExplainer {
    private HelloExplainer() {}

    /**
     * What has been decided.
     *
     * @param pool the listener's own where nothing else decides
     * @param verdict empty when there was nothing to decide
     */
    record Decision(String pool, Optional<Verdict> verdict) {}

    /** Where a client of this listener would be led. */
    static Decision explain(ListenerConfig listener, ExplainedClient client) {
        if (listener.tls().isEmpty()) {
            return new Decision(listener.pool(), client.saysNothing()
                    ? Optional.empty()
                    : Optional.of(verdict(client, "pass",
                            "the listener reads no ClientHello: what it says changes nothing")));
        }
        TlsConfig tls = listener.tls().get();
        HelloRoute<String> route = new HelloRoutes<>(tls.names(), tls.alpn())
                .of(client.serverName().orElse(null), client.protocols());
        String target = route.target();
        if (target != null) {
            return new Decision(target,
                    Optional.of(verdict(client, "pass", entry(route) + " leads to pool " + target)));
        }
        boolean isNameless = client.serverName().isEmpty();
        boolean isRejected = (isNameless ? tls.noName() : tls.unknownName()) == TlsConfig.Otherwise.REJECT;
        String who = isNameless
                ? "a client that names no server"
                : "no entry of tls.names is for this name; such a client";
        String key = isNameless ? "noName" : "unknownName";
        return new Decision(listener.pool(), Optional.of(verdict(client, isRejected ? "refused" : "pass",
                who + (isRejected
                        ? " gets the alert unrecognized_name, by tls." + key
                        : " gets the listener's pool, by tls." + key))));
    }

    private static String entry(HelloRoute<String> route) {
        return switch (route.result()) {
            case ALPN -> "the protocol " + route.entry() + " of tls.alpn";
            case WILDCARD -> "the wildcard " + route.entry() + " of tls.names";
            default -> "the name " + route.entry() + " of tls.names";
        };
    }

    private static Verdict verdict(ExplainedClient client, String result, String why) {
        return new Verdict("client", IpText.of(client.address()), "tls", result, why);
    }
}
