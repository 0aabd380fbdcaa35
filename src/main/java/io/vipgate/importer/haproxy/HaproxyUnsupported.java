package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.Set;

/**
 * Notes on lines that vipgate has no equivalent for.
 *
 * <p>Stateless.
 */
final class HaproxyUnsupported {
    private static final Set<String> SUPPORTED = Set.of("mode", "bind", "server", "default-server",
            "server-template",
            "balance", "source", "retries", "stick", "stick-table", "default_backend", "use_backend", "maxconn",
            "http-check", "tcp-check", "description", "id", "guid", "enabled", "disabled", "backlog");
    private static final Set<String> SUPPORTED_TIMEOUTS = Set.of("connect", "client", "server", "client-fin",
            "server-fin",
            "tunnel", "check");
    private static final Set<String> SUPPORTED_OPTIONS = Set.of("redispatch", "allbackups");
    private static final Set<String> ALWAYS_ON = Set.of("tcpka", "clitcpka", "srvtcpka", "splice-auto",
            "splice-request",
            "splice-response", "tcp-smart-accept", "tcp-smart-connect", "dontlognull", "dontlog-normal", "contstats",
            "log-health-checks");
    private static final Set<String> SERVER_WORDS = Set.of("check", "inter", "fastinter", "rise", "fall",
            "port", "backup",
            "weight", "maxconn", "send-proxy", "send-proxy-v2", "check-send-proxy", "check-ssl", "disabled",
            "slowstart",
            "source", "usesrc", "ssl", "verify", "ca-file", "check-sni", "id", "resolvers", "init-addr",
            "resolve-prefer");

    private HaproxyUnsupported() {}

    /** A line of a tcp section. */
    static void report(Statement statement, Notes notes) {
        String name = statement.name().equals("no") || statement.name().equals("default")
                ? statement.word(1)
                : statement.name();
        String second = statement.word(statement.name().equals(name) ? 1 : 2);
        switch (name) {
            case "timeout" -> {
                if (!SUPPORTED_TIMEOUTS.contains(second)) {
                    notes.leftOut(statement, "no equivalent for TCP");
                } else if (HaproxyTime.parse(statement.word(2)).isEmpty()) {
                    notes.leftOut(statement, "not a duration");
                }
            }
            case "option" -> option(statement, second, notes);
            case "acl" -> notes.leftOut(statement, "no equivalent: a listener has one pool");
            case "tcp-request", "tcp-response" ->
                notes.add(statement, "rules are not carried over: what they refused is "
                        + "accepted now, so block it in the firewall");
            case "log", "log-format", "log-tag", "log-format-sd", "error-log-format" -> notes.add(statement,
                    "not carried over; see log and accessLog");
            case "hash-type" -> {
                if (!second.equals("consistent")) {
                    notes.add(statement, "source-hash is always consistent");
                }
            }
            case "fullconn" -> notes.add(statement, "no equivalent: maxConnections does not change with the load");
            case "dispatch", "use-server" ->
                notes.leftOut(statement, "no equivalent: write it as an endpoint");
            default -> {
                if (!SUPPORTED.contains(name)) {
                    notes.add(statement, name.startsWith("http-") || name.startsWith("errorfile")
                            || name.startsWith("stats") || name.startsWith("cookie") || name.startsWith("monitor-")
                            || name.startsWith("capture") || name.startsWith("compression")
                                    ? "concerns HTTP; it is left out"
                                    : "no equivalent; it is left out");
                }
            }
        }
    }

    private static void option(Statement statement, String option, Notes notes) {
        if (SUPPORTED_OPTIONS.contains(option) || HaproxyProbe.isCheck(option)) {
            return;
        }
        if (ALWAYS_ON.contains(option)) {
            notes.add(statement,
                    "vipgate needs no such option: keepalive, splicing and short handshakes are always on, "
                            + "and states are logged when they change");
        } else if (option.equals("tcplog") || option.equals("httplog") || option.equals("httpslog")
                || option.equals("logasap")) {
            notes.add(statement, "see accessLog");
        } else if (option.startsWith("http") || option.startsWith("forward") || option.contains("h1-")) {
            notes.leftOut(statement, "concerns HTTP");
        } else {
            notes.leftOut(statement, "no equivalent");
        }
    }

    /** The words of a server line that nothing is made of. */
    static void report(HaproxyServer server, Notes notes) {
        server.words().keySet().stream().sorted().filter(word -> !SERVER_WORDS.contains(word))
                .forEach(word -> {
                    String value = server.value(word).orElse("");
                    String reason = switch (word) {
                        case "on-marked-down" ->
                            value.equals("shutdown-sessions") ? "" : "no equivalent; it is left out";
                        case "observe", "on-error", "error-limit" ->
                            "not needed: a failed connect makes an endpoint suspect, and it is probed at fastInterval";
                        case "downinter" -> "no equivalent: an endpoint that is down is probed at interval";
                        case "cookie" -> "concerns HTTP; it is left out";
                        case "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "proxy-v2-options" ->
                            "the PROXY header carries no TLS information and no other options";
                        default -> "no equivalent, or not known; it is left out";
                    };
                    if (!reason.isEmpty()) {
                        notes.add(server.statement(), (word + " " + value).strip() + ": " + reason);
                    }
                });
    }
}
