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
            "server-template", "acl", "dispatch", "contimeout", "clitimeout", "srvtimeout",
            "balance", "source", "retries", "stick", "stick-table", "default_backend", "use_backend", "maxconn",
            "http-check", "tcp-check", "external-check", "description", "id", "guid", "enabled", "disabled", "backlog",
            "hash-balance-factor");
    private static final Set<String> SUPPORTED_TIMEOUTS = Set.of("connect", "client", "server", "client-fin",
            "server-fin", "tunnel", "check", "contimeout", "clitimeout", "srvtimeout");
    private static final Set<String> SUPPORTED_OPTIONS = Set.of("redispatch", "allbackups");
    private static final Set<String> ALWAYS_ON = Set.of("tcpka", "clitcpka", "srvtcpka", "splice-auto",
            "splice-request",
            "splice-response", "tcp-smart-accept", "tcp-smart-connect", "dontlognull", "dontlog-normal", "contstats",
            "log-health-checks");
    private static final Set<String> SERVER_WORDS = Set.of("check", "inter", "fastinter", "rise", "fall", "port",
            "addr", "track", "backup", "non-stick", "weight", "maxconn", "send-proxy", "send-proxy-v2",
            "check-send-proxy", "check-ssl", "no-check-ssl", "check-proto", "check-alpn", "check-via-socks4",
            "disabled", "slowstart",
            "source", "usesrc", "ssl", "verify", "verifyhost", "ca-file", "crt", "crl-file", "check-sni", "id",
            "socks4", "namespace", "guid");
    private static final Set<String> REFUSING = Set.of("reject", "silent-drop", "close");

    /** Actions that decide who may come in. */
    private static final Set<String> FOLLOWED = Set.of("reject", "silent-drop", "accept", "expect-proxy",
            "expect-netscaler-cip");

    private HaproxyUnsupported() {}

    /** A line of a tcp section. */
    static void report(Statement statement, Notes notes) {
        boolean isTakenBack = statement.name().equals("no") || statement.name().equals("default");
        String name = isTakenBack ? statement.word(1) : statement.name();
        String second = statement.word(isTakenBack ? 2 : 1);
        switch (name) {
            case "timeout" -> timeout(statement, second, notes);
            case "contimeout", "clitimeout", "srvtimeout" -> {
                if (HaproxyTime.parse(statement.word(1)).isEmpty()) {
                    notes.leftOut(statement, "not a duration");
                }
            }
            case "option" -> option(statement, second, isTakenBack, notes);
            case "tcp-request", "tcp-response" -> tcpRule(statement, notes);
            case "log", "log-format", "log-tag", "log-format-sd", "error-log-format" -> notes.add(statement,
                    "not carried over; see log and accessLog");
            case "hash-type" -> {
                if (!second.equals("consistent")) {
                    notes.add(statement, "source-hash is always consistent");
                }
            }
            case "fullconn" -> notes.add(statement, "no equivalent: maxConnections does not change with the load");
            case "use-server" -> {
                // Said where it is not followed: HaproxySwitching.
            }
            case "force-persist", "ignore-persist" ->
                notes.addLoss(statement, "no equivalent: the clients that it chose are sent to any endpoint");
            case "persist" -> notes.addLoss(statement, "clients were kept at a server by what they send; see pinning");
            case "load-server-state-from-file" ->
                notes.add(statement, "operator states and weights are kept by vipgate itself; see stateFile");
            case "retry-on" -> {
                if (!statement.rest(1).equals("conn-failure")) {
                    notes.add(statement, "vipgate tries another endpoint when the connect fails, never later");
                }
            }
            case "rate-limit" ->
                notes.add(statement, "no equivalent: nothing bounds how many connections come per second");
            case "declare", "filter" -> notes.add(statement, "no equivalent; it is left out");
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

    private static void timeout(Statement statement, String which, Notes notes) {
        if (which.equals("queue")) {
            notes.leftOut(statement, "no client waits in a queue");
        } else if (!SUPPORTED_TIMEOUTS.contains(which)) {
            notes.leftOut(statement, "no equivalent for TCP");
        } else if (HaproxyTime.parse(statement.word(2)).isEmpty()) {
            notes.leftOut(statement, "not a duration");
        }
    }

    /** Rules that choose where clients go, or only watch them; whom rules refuse is for {@link HaproxyDoors}. */
    private static void tcpRule(Statement statement, Notes notes) {
        String action = statement.word(2);
        if (statement.is("tcp-response")) {
            if (REFUSING.contains(action)) {
                notes.addLoss(statement,
                        "nothing is inspected: connections that it ended by what a server answered go on");
            } else {
                notes.add(statement, "no equivalent; it is left out");
            }
        } else if (action.startsWith("set-dst") || action.equals("use-service") || action.equals("do-resolve")) {
            notes.addLoss(statement, "it chose where a client goes; the endpoints of the pool are tried instead");
        } else if (action.startsWith("set-src")) {
            notes.addLoss(statement, "it changed the client's address, which rules and servers are told as it is now");
        } else if (!statement.word(1).equals("inspect-delay") && !FOLLOWED.contains(action)
                && !HaproxyTables.isTracking(statement)) {
            notes.add(statement, "no equivalent; it is left out");
        }
    }

    private static void option(Statement statement, String option, boolean isTakenBack, Notes notes) {
        if (SUPPORTED_OPTIONS.contains(option) || HaproxyCheck.isKind(option)) {
            return;
        }
        if (ALWAYS_ON.contains(option)) {
            notes.add(statement,
                    "vipgate needs no such option: keepalive, splicing and short handshakes are always on, "
                            + "and states are logged when they change");
        } else if (option.equals("tcplog") || option.equals("httplog") || option.equals("httpslog")
                || option.equals("logasap")) {
            notes.add(statement, "see accessLog");
        } else if (option.equals("transparent") && !isTakenBack) {
            notes.addLoss(statement,
                    "connected to the address that a client asked for; a pool has the endpoints of the file");
        } else if (option.startsWith("http") || option.startsWith("forward") || option.contains("h1-")) {
            notes.leftOut(statement, "concerns HTTP");
        } else {
            notes.leftOut(statement, "no equivalent");
        }
    }

    /** The words of a server line that nothing is made of. */
    static void report(HaproxyServer server, Notes notes) {
        server.words().keySet().stream().sorted().filter(word -> !SERVER_WORDS.contains(word))
                .forEach(word -> word(server, word, notes));
    }

    private static void word(HaproxyServer server, String word, Notes notes) {
        String value = server.value(word).orElse("");
        String shown = (word + " " + value).strip() + ": ";
        switch (word.replaceFirst("\\(.*", "")) {
            case "on-marked-down" -> {
                if (!value.equals("shutdown-sessions")) {
                    notes.add(server.statement(), shown + "no equivalent; it is left out");
                }
            }
            case "on-marked-up" -> {
                if (!value.equals("shutdown-backup-sessions")) {
                    notes.add(server.statement(), shown + "no equivalent; it is left out");
                }
            }
            case "agent-check" -> notes.addLoss(server.statement(),
                    shown + "what the agent answers sets no weight and no state any more; see the commands weight and drain");
            case "agent-addr", "agent-port", "agent-inter", "agent-send" -> {
                if (!server.has("agent-check")) {
                    notes.add(server.statement(), shown + "no equivalent; it is left out");
                }
            }
            case "init-addr", "resolvers", "resolve-prefer", "resolve-opts", "resolve-net" -> notes.add(
                    server.statement(),
                    shown + "names are looked up by the machine's resolver, every resolve.interval, and "
                            + "each address that is found is used");
            case "observe", "on-error", "error-limit" -> notes.add(server.statement(), shown
                    + "not needed: a failed connect makes an endpoint suspect, and it is probed at fastInterval");
            case "downinter" -> notes.add(server.statement(), shown
                    + "no equivalent: an endpoint that is down is probed at interval");
            case "minconn" -> notes.add(server.statement(), shown
                    + "no equivalent: maxConnections does not change with the load");
            case "maxqueue" -> notes.add(server.statement(), shown + "no client waits in a queue");
            case "cookie" -> notes.add(server.statement(), shown + "concerns HTTP; it is left out");
            case "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn" -> notes.add(server.statement(), shown
                    + "the PROXY header carries no TLS information: there was none, HAProxy did not end TLS here");
            case "proxy-v2-options" -> proxyOptions(server, notes);
            case "set-proxy-v2-tlv-fmt" -> notes.addLoss(server.statement(), shown
                    + "a field with a value of its own; fields that came in are passed on by proxyProtocol.tlvs");
            case "init-state" -> notes.addLoss(server.statement(), shown
                    + "no equivalent: the first result of a probe decides");
            default -> notes.add(server.statement(), shown + "no equivalent, or not known; it is left out");
        }
    }

    /** Those that say something about TLS, and the number that HAProxy gives a connection. */
    private static void proxyOptions(HaproxyServer server, Notes notes) {
        for (String option : server.proxyOptions()) {
            if (option.equals("unique-id")) {
                notes.add(server.statement(),
                        "proxy-v2-options unique-id: the gateway makes one where none came in, not "
                                + "by unique-id-format");
            } else if (!option.equals("authority") && !option.equals("crc32c")) {
                notes.add(server.statement(), "proxy-v2-options " + option
                        + ": the PROXY header carries no TLS information: there was none, HAProxy did not end TLS here");
            }
        }
    }
}
