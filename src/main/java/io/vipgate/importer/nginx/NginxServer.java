package io.vipgate.importer.nginx;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code server} of a stream section: what is not written in it holds from the section around it; ngx_stream_proxy_module.
 *
 * <p>Confined to one import.
 */
final class NginxServer {
    private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_USER_TIMEOUT = Duration.ofHours(24);
    private static final Duration USER_TIMEOUT = Duration.ofSeconds(60);
    private static final long MAX_ATTEMPTS = 16;
    private static final Set<String> INHERITED = Set.of("proxy_connect_timeout", "proxy_timeout", "proxy_protocol",
            "proxy_bind", "proxy_next_upstream", "proxy_next_upstream_tries", "proxy_next_upstream_timeout",
            "proxy_half_close", "proxy_socket_keepalive", "proxy_ssl", "proxy_buffer_size", "proxy_upload_rate",
            "proxy_download_rate", "proxy_responses", "proxy_requests", "tcp_nodelay", "preread_buffer_size",
            "preread_timeout", "ssl_preread", "access_log", "error_log", "allow", "deny", "limit_conn", "resolver",
            "resolver_timeout", "proxy_protocol_timeout", "set_real_ip_from");

    private final Notes notes;
    private final Statement server;
    private final Statement stream;

    NginxServer(Notes notes, Statement server, Statement stream) {
        this.notes = notes;
        this.server = server;
        this.stream = stream;
    }

    static boolean isInherited(String directive) {
        return INHERITED.contains(directive);
    }

    Optional<Statement> directive(String name) {
        return server.last(name).or(() -> stream.last(name));
    }

    private boolean isOn(String name) {
        return directive(name).filter(each -> each.word(1).equals("on")).isPresent();
    }

    boolean encrypts() {
        return isOn("proxy_ssl");
    }

    /** Whether the endpoints saw the clients' addresses as those of the connections. */
    boolean wasTransparent() {
        return directive("proxy_bind").filter(each -> each.words().contains("transparent")).isPresent();
    }

    boolean sendsHeader() {
        return isOn("proxy_protocol");
    }

    /** Sets what the directives say about connections to endpoints. */
    void apply(DraftPool pool, Map<String, Object> keepAlive) {
        if (sendsHeader()) {
            pool.set("proxyProtocol", "v1");
        }
        bind(pool);
        time("proxy_connect_timeout", MAX_CONNECT_TIMEOUT).ifPresent(each -> pool.set("connect", "timeout", each));
        time("proxy_timeout", Durations.MAX).ifPresent(each -> pool.set("timeouts", "idle", each));
        attempts(pool);
        keepAlive(pool, keepAlive);
    }

    private Optional<String> time(String name, Duration max) {
        Optional<Statement> statement = directive(name);
        if (statement.isEmpty()) {
            return Optional.empty();
        }
        Optional<Duration> time = NginxTime.parse(statement.get().word(1));
        if (time.isEmpty()) {
            notes.leftOut(statement.get(), "not a duration");
        }
        return time.map(each -> {
            Duration kept = Durations.clamp(each, MIN_TIMEOUT, max);
            if (!kept.equals(each)) {
                notes.add(statement.get(), "becomes " + Durations.print(kept) + ", the nearest that vipgate takes");
            }
            return Durations.print(kept);
        });
    }

    private void bind(DraftPool pool) {
        Optional<Statement> statement = directive("proxy_bind").filter(each -> !each.word(1).equals("off"));
        if (statement.isEmpty()) {
            return;
        }
        if (wasTransparent()) {
            notes.add(statement.get(), "endpoints saw the clients' addresses; now they see the gateway's");
        }
        Optional<HostPort> address = HostPort.address(statement.get().word(1).replaceFirst(":[0-9]+$", ""), 1)
                .or(() -> HostPort.address(statement.get().word(1), 1)).filter(each -> !each.isWildcard());
        if (address.isPresent()) {
            pool.set("source", address.get().host());
        } else if (!wasTransparent()) {
            notes.leftOut(statement.get(), "not an address");
        }
    }

    private void attempts(DraftPool pool) {
        if (directive("proxy_next_upstream").filter(each -> each.word(1).equals("off")).isPresent()) {
            pool.set("connect", "attempts", 1);
            return;
        }
        directive("proxy_next_upstream_tries").ifPresent(statement -> {
            if (!statement.word(1).matches("[0-9]{1,9}")) {
                notes.leftOut(statement, "not a whole number");
            } else if (Long.parseLong(statement.word(1)) > 0) {
                pool.set("connect", "attempts", Math.min(MAX_ATTEMPTS, Long.parseLong(statement.word(1))));
            }
        });
    }

    /** Keepalive that is more patient than the user timeout needs a longer one. */
    private static void keepAlive(DraftPool pool, Map<String, Object> keepAlive) {
        if (keepAlive.isEmpty()) {
            return;
        }
        Duration idle = keepAlive.get("idle") instanceof Duration each ? each : Duration.ofSeconds(30);
        Duration interval = keepAlive.get("interval") instanceof Duration each ? each : Duration.ofSeconds(5);
        int count = keepAlive.get("count") instanceof Integer each ? each : 3;
        pool.set("keepAlive", "idle", Durations.print(idle));
        pool.set("keepAlive", "interval", Durations.print(interval));
        pool.set("keepAlive", "count", count);
        Duration patience = idle.plus(interval.multipliedBy(count));
        if (patience.compareTo(USER_TIMEOUT) > 0) {
            pool.set("userTimeout", "endpoint",
                    Durations.print(patience.compareTo(MAX_USER_TIMEOUT) > 0 ? Duration.ZERO : patience));
        }
    }

    /** Notes what else is statement, here and in the section around it. */
    void report() {
        Set<String> here = new HashSet<>();
        for (Statement directive : server.block()) {
            here.add(directive.name());
            report(directive);
        }
        stream.block().stream().filter(each -> isInherited(each.name()) && !here.contains(each.name()))
                .forEach(this::report);
    }

    private void report(Statement directive) {
        switch (directive.name()) {
            case "listen", "proxy_pass", "proxy_connect_timeout", "proxy_timeout", "proxy_protocol", "proxy_bind",
                    "proxy_next_upstream", "proxy_next_upstream_tries", "proxy_ssl" ->
                {
                }
            case "proxy_half_close" -> {
                if (!directive.word(1).equals("on")) {
                    notes.add(directive,
                            "the other direction of a half-closed connection always goes on, for as long as "
                                    + "timeouts.halfClosed");
                }
            }
            case "proxy_socket_keepalive", "tcp_nodelay" -> {
                if (!directive.word(1).equals("on")) {
                    notes.add(directive, "is always on");
                }
            }
            case "allow", "deny" ->
                notes.add(directive, "rules are not carried over: what they refused is accepted now, so "
                        + "block it in the firewall");
            case "access_log", "error_log" -> notes.add(directive, "not carried over; see log and accessLog");
            case "ssl_preread", "preread_buffer_size", "preread_timeout" -> notes.leftOut(directive,
                    "vipgate does not inspect what is relayed");
            case "server_name" -> notes.leftOut(directive, "a listener has one pool, whatever the name");
            case "resolver", "resolver_timeout" -> notes.add(directive,
                    "names are looked up by the machine's resolver, every resolve.interval");
            case "include" -> notes.add(directive,
                    "not followed: import that file too, or put its text in place of the line");
            default -> notes.leftOut(directive, "no equivalent");
        }
    }

    List<Statement> listens() {
        return server.all("listen").toList();
    }

    Statement statement() {
        return server;
    }
}
