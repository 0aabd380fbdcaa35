package io.vipgate.importer.nginx;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

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
    /** What holds where nothing is written; ngx_stream_proxy_module. */
    private static final String CONNECT_TIMEOUT = "60s";
    /** The client's address, perhaps with its port. */
    private static final Pattern CLIENT = Pattern.compile("(?:\\$\\{?(?:remote_addr|proxy_protocol_addr)}?)"
            + "(?::\\$\\{?(?:remote_port|proxy_protocol_port)}?)?");
    private static final String IDLE_TIMEOUT = "10m";
    private static final String PREREAD_TIMEOUT = "30s";
    private static final Duration MIN_PREREAD_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MAX_PREREAD_TIMEOUT = Duration.ofMinutes(1);
    private static final long MIN_HELLO_BYTES = 1 << 10;
    private static final long MAX_HELLO_BYTES = 64 << 10;
    private static final Set<String> ANSWERS_ITSELF = Set.of("return", "pass", "js_content");
    private static final Set<String> INHERITED = Set.of("proxy_connect_timeout", "proxy_timeout", "proxy_protocol",
            "proxy_bind", "proxy_next_upstream", "proxy_next_upstream_tries", "proxy_next_upstream_timeout",
            "proxy_half_close", "proxy_socket_keepalive", "proxy_ssl", "proxy_buffer_size", "proxy_upload_rate",
            "proxy_download_rate", "proxy_responses", "proxy_requests", "tcp_nodelay", "preread_buffer_size",
            "preread_timeout", "ssl_preread", "access_log", "error_log", "allow", "deny", "limit_conn", "resolver",
            "resolver_timeout", "proxy_protocol_timeout", "set_real_ip_from", "limit_conn_dry_run",
            "limit_conn_log_level");

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

    /** All of these names, in their order: those of the section around it where it has none itself. */
    List<Statement> directives(String... names) {
        return directives(server, stream, names);
    }

    static List<Statement> directives(Statement server, Statement stream, String... names) {
        List<String> wanted = List.of(names);
        List<Statement> own = server.block().stream().filter(each -> wanted.contains(each.name())).toList();
        return own.isEmpty() ? stream.block().stream().filter(each -> wanted.contains(each.name())).toList() : own;
    }

    private boolean isOn(String name) {
        return directive(name).filter(each -> each.word(1).equals("on")).isPresent();
    }

    /** Why it can't be carried over: it does more than relay. */
    Optional<String> refusal() {
        return isOn("proxy_ssl")
                ? Optional.of("proxy_ssl: vipgate sends what the client sends, and does not encrypt")
                : server.block().stream().filter(each -> ANSWERS_ITSELF.contains(each.name())
                        || each.name().startsWith("content_by_lua")).findFirst()
                        .map(each -> each.name() + ": nginx answers by itself or hands the client on inside");
    }

    /** Whether the endpoints saw the clients' addresses as those of the connections. */
    boolean wasTransparent() {
        return directive("proxy_bind").filter(NginxServer::isTransparent).isPresent();
    }

    private static boolean isTransparent(Statement bind) {
        return bind.words().contains("transparent") && CLIENT.matcher(bind.word(1)).matches();
    }

    boolean keepsHalfClosed() {
        return isOn("proxy_half_close");
    }

    boolean sendsHeader() {
        return isOn("proxy_protocol");
    }

    /** Sets what the directives say about connections to endpoints, and what holds where they say nothing. */
    void apply(DraftPool pool, Map<String, Object> keepAlive) {
        if (sendsHeader()) {
            pool.set("proxyProtocol", "v1");
        }
        bind(pool);
        pool.set("connect", "timeout", time("proxy_connect_timeout", MAX_CONNECT_TIMEOUT).orElse(CONNECT_TIMEOUT));
        attempts(pool);
        String idle = time("proxy_timeout", Durations.MAX).orElse(IDLE_TIMEOUT);
        pool.set("timeouts", "idle", idle);
        if (keepsHalfClosed()) {
            pool.set("timeouts", "halfClosed", idle);
        }
        keepAlive(pool, keepAlive);
    }

    /** Whether it reads what clients begin with before it decides. */
    boolean readsHello() {
        return isOn("ssl_preread");
    }

    /** What the directives say about that, and what holds where they say nothing. */
    Map<String, Object> preread() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("timeout", time("preread_timeout", MIN_PREREAD_TIMEOUT, MAX_PREREAD_TIMEOUT)
                .orElse(PREREAD_TIMEOUT));
        directive("preread_buffer_size").ifPresent(statement -> {
            OptionalLong bytes = NginxSize.parse(statement.word(1));
            long kept = Math.clamp(bytes.orElse(0), MIN_HELLO_BYTES, MAX_HELLO_BYTES);
            if (bytes.isEmpty()) {
                notes.leftOut(statement, "not a size");
            } else {
                settings.put("maxHello", (kept + 1023) / 1024 + "KiB");
                if (kept != bytes.getAsLong()) {
                    notes.add(statement, "becomes " + settings.get("maxHello") + ", the nearest that vipgate takes");
                }
            }
        });
        return settings;
    }

    /** Notes that what clients begin with decides nothing. */
    void reportUnusedPreread() {
        directive("ssl_preread").ifPresent(statement -> notes.leftOut(statement,
                "not needed: what clients begin with does not decide where they go"));
    }

    private Optional<String> time(String name, Duration max) {
        return time(name, MIN_TIMEOUT, max);
    }

    private Optional<String> time(String name, Duration min, Duration max) {
        Optional<Statement> statement = directive(name);
        if (statement.isEmpty()) {
            return Optional.empty();
        }
        Optional<Duration> time = NginxTime.parse(statement.get().word(1));
        if (time.isEmpty()) {
            notes.leftOut(statement.get(), "not a duration");
        }
        return time.map(each -> {
            Duration kept = Durations.clamp(each, min, max);
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
            pool.set("clientAddress", "require");
            reportTransparent(statement.get());
            return;
        }
        Optional<HostPort> address = HostPort.address(statement.get().word(1).replaceFirst(":[0-9]+$", ""), 1)
                .or(() -> HostPort.address(statement.get().word(1), 1)).filter(each -> !each.isWildcard());
        if (address.isPresent()) {
            pool.set("source", address.get().host());
        } else if (statement.get().words().contains("transparent")) {
            notes.addLoss(statement.get(),
                    "endpoints saw an address that is computed for each connection; now they see the "
                            + "gateway's");
        } else {
            notes.leftOut(statement.get(), "not an address");
        }
    }

    private void reportTransparent(Statement bind) {
        if (bind.word(1).contains("_port")) {
            notes.addLoss(bind, "endpoints see the client's address, but another port of it");
        }
        boolean readsHeader = listens().stream().anyMatch(each -> each.words().contains("proxy_protocol"));
        boolean isBelieved = !directives("set_real_ip_from").isEmpty();
        if (readsHeader && !isBelieved && bind.word(1).contains("remote_addr")) {
            notes.addLoss(bind,
                    "endpoints saw the address of the balancer; now they see that of the client in its header");
        }
    }

    /** As many servers as nginx tried: all of them, unless it is told otherwise. A name can be any number. */
    private void attempts(DraftPool pool) {
        long all = pool.endpoints().stream().anyMatch(each -> each.address().literal().isEmpty())
                ? MAX_ATTEMPTS
                : Math.max(1, pool.endpoints().stream().filter(each -> each.weight() > 0).count());
        long tries = all;
        Optional<Statement> statement = directive("proxy_next_upstream_tries");
        if (directive("proxy_next_upstream").filter(each -> each.word(1).equals("off")).isPresent()) {
            tries = 1;
        } else if (statement.isPresent() && !statement.get().word(1).matches("[0-9]{1,9}")) {
            notes.leftOut(statement.get(), "not a whole number");
        } else if (statement.isPresent() && Long.parseLong(statement.get().word(1)) > 0) {
            tries = Long.parseLong(statement.get().word(1));
        }
        if (Math.min(tries, all) > MAX_ATTEMPTS) {
            notes.add(pool.line(), "nginx tried up to " + Math.min(tries, all) + " servers of " + pool.name()
                    + " for a client; connect.attempts is at most " + MAX_ATTEMPTS);
        }
        pool.set("connect", "attempts", Math.min(MAX_ATTEMPTS, tries));
        attemptsBound(Math.min(MAX_ATTEMPTS, Math.min(tries, all)));
    }

    /**
     * What nginx allows for all attempts but the last decides nothing where that is longer than they take at most.
     *
     * @param attempts servers that are tried
     */
    private void attemptsBound(long attempts) {
        Optional<Statement> statement = directive("proxy_next_upstream_timeout");
        if (statement.isEmpty()) {
            return;
        }
        Duration each = directive("proxy_connect_timeout").flatMap(other -> NginxTime.parse(other.word(1)))
                .map(time -> Durations.clamp(time, MIN_TIMEOUT, MAX_CONNECT_TIMEOUT))
                .orElse(Duration.ofSeconds(60));
        NginxTime.parse(statement.get().word(1)).ifPresentOrElse(bound -> {
            if (!bound.isZero() && bound.compareTo(each.multipliedBy(attempts - 1)) <= 0) {
                long silent = (bound.toMillis() + each.toMillis() - 1) / each.toMillis();
                notes.leftOut(statement.get(), "no equivalent: of servers that say nothing nginx tried " + silent
                        + " for a client; now it is connect.attempts, " + attempts + ", for connect.timeout each");
            }
        }, () -> notes.leftOut(statement.get(), "not a duration"));
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
                    "proxy_next_upstream", "proxy_next_upstream_tries", "proxy_next_upstream_timeout", "proxy_ssl",
                    "proxy_half_close", "set",
                    "preread_buffer_size", "preread_timeout", "ssl_preread", "proxy_protocol_timeout", "allow", "deny",
                    "limit_conn", "limit_conn_dry_run" ->
                {
                }
            case "proxy_socket_keepalive", "tcp_nodelay" -> {
                if (!directive.word(1).equals("on")) {
                    notes.add(directive, "is always on");
                }
            }
            case "limit_conn_log_level" -> notes.add(directive, "not carried over; see log");
            case "proxy_upload_rate", "proxy_download_rate" -> notes.leftOut(directive,
                    "no equivalent: connections are not slowed down");
            case "proxy_buffer_size" -> notes.leftOut(directive, "not needed; see buffers");
            case "access_log", "error_log" -> notes.add(directive, "not carried over; see log and accessLog");
            case "server_name" -> notes.addLoss(directive,
                    "a listener has one pool, whatever the TLS name; clients by other names get in now");
            case "set_real_ip_from" -> {
                if (listens().stream().noneMatch(each -> each.words().contains("proxy_protocol"))) {
                    notes.leftOut(directive, "means nothing without a PROXY header from the client");
                }
            }
            case "resolver", "resolver_timeout" -> notes.add(directive,
                    "names are looked up by the machine's resolver, every resolve.interval");
            case "include" ->
                notes.addLoss(directive, "not followed: what that file has is not carried over. Put its text "
                        + "in place of the line");
            case "health_check" -> notes.addLoss(directive,
                    "not carried over: each endpoint is probed by a TCP connect, see probe");
            default -> {
                if (directive.name().contains("_by_lua") || directive.name().startsWith("js_")) {
                    notes.addLoss(directive, "a program; clients that it refused or sent elsewhere are treated as all "
                            + "others now");
                } else {
                    notes.leftOut(directive, "no equivalent");
                }
            }
        }
    }

    List<Statement> listens() {
        return server.all("listen").toList();
    }

    Statement statement() {
        return server;
    }
}
