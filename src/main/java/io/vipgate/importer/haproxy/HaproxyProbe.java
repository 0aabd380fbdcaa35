package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The checks of a backend as the probe of a pool: how often by the words of a server, what by the options of the section.
 *
 * <p>Confined to one import.
 */
final class HaproxyProbe {
    private static final Duration INTER = Duration.ofSeconds(2);
    private static final Set<String> PAIRS = Set.of("min-recv", "comment", "ok-status", "error-status", "tout-status",
            "on-success", "on-error", "status-code");

    private static final int MAX_USER = 255;

    private final Notes notes;
    private final HaproxySection backend;

    HaproxyProbe(Notes notes, HaproxySection backend) {
        this.notes = notes;
        this.backend = backend;
    }

    Map<String, Object> of(HaproxyServer server) {
        DraftProbe probe = new DraftProbe(notes);
        Duration inter = server.duration("inter").orElse(INTER);
        probe.times(server.statement().line(), inter, server.duration("fastinter").orElse(inter),
                backend.timeout("check").orElse(inter));
        probe.counts(server.number("rise", 2), server.number("fall", 3));
        server.value("port").ifPresent(text -> port(probe, server.statement(), text));
        if (server.has("check-send-proxy")) {
            probe.proxyProtocol(server.proxyProtocol().equals("none") ? "v1" : server.proxyProtocol());
        } else if (server.has("port") && !server.proxyProtocol().equals("none")) {
            // HAProxy sends none then, even if that is the server's own port.
            probe.proxyProtocol("none");
        }
        checkType(probe);
        if (server.has("check-ssl")) {
            tls(probe, server);
        }
        return probe.section();
    }

    private void port(DraftProbe probe, Statement statement, String text) {
        OptionalInt port = HostPort.port(text);
        if (port.isPresent()) {
            probe.port(port.getAsInt());
        } else {
            notes.add(statement, "port " + text + ": not a port from 1 to 65535; the check's port is left out");
        }
    }

    private void tls(DraftProbe probe, HaproxyServer server) {
        switch (probe.type()) {
            case "http" -> probe.tls("verify", false);
            case "send-expect", "redis", "smtp", "ldap" -> probe.tls("verify", false);
            case "mysql", "pgsql" -> {
                notes.add(server.statement(), "check-ssl: no " + probe.type()
                        + " over TLS from the first byte on; the probe is a TLS handshake");
                probe.type("tls");
            }
            default -> probe.type("tls");
        }
        server.value("check-sni").filter(name -> !name.isEmpty() && name.chars().noneMatch(Character::isISOControl))
                .ifPresent(name -> probe.tls("serverName", name));
        boolean isVerified = server.value("verify").filter(each -> each.equals("required")).isPresent();
        probe.tls("verify", isVerified);
        server.value("ca-file").filter(file -> isVerified && file.startsWith("/")
                && file.chars().noneMatch(Character::isISOControl)).ifPresent(file -> probe.tls("ca", file));
    }

    private void checkType(DraftProbe probe) {
        Optional<Statement> check = backend.statements()
                .filter(each -> each.is("option") && isCheck(each.word(1)))
                .filter(each -> backend.option(each.word(1)).isPresent()).reduce((_, last) -> last);
        if (check.isEmpty()) {
            return;
        }
        Statement option = check.get();
        switch (option.word(1)) {
            case "httpchk" -> http(probe, option);
            case "tcp-check" -> conversation(probe);
            case "ssl-hello-chk" -> probe.type("tls");
            case "redis-check" -> probe.type("redis");
            case "smtpchk" ->
                probe.smtp(option.word(3));
            case "mysql-check" -> probe.protocol("mysql", "user", user(option));
            case "pgsql-check" -> {
                if (user(option).isEmpty()) {
                    notes.add(option, "without user; a TCP connect is the probe");
                } else {
                    probe.protocol("pgsql", "user", user(option));
                }
            }
            case "ldap-check" -> probe.type("ldap");
            default ->
                notes.add(option, "no equivalent; a TCP connect is the probe (see the types send-expect and exec)");
        }
    }

    private static String user(Statement option) {
        return valueOf(option, "user").filter(name -> name.length() <= MAX_USER
                && name.chars().noneMatch(Character::isISOControl)).orElse("");
    }

    static boolean isCheck(String option) {
        return Set.of("httpchk", "tcp-check", "ssl-hello-chk", "redis-check", "smtpchk", "mysql-check", "pgsql-check",
                "ldap-check", "external-check", "spop-check").contains(option);
    }

    // ---- option httpchk ----

    private void http(DraftProbe probe, Statement option) {
        List<String> words = option.words().subList(2, option.words().size());
        String method = words.size() > 1 ? words.getFirst() : "OPTIONS";
        String path = words.isEmpty() ? "/" : words.get(words.size() > 1 ? 1 : 0);
        String head = words.size() > 2 ? String.join(" ", words.subList(2, words.size())) : "";
        Optional<Statement> send = backend.last("http-check", "send");
        if (send.isPresent()) {
            method = valueOf(send.get(), "meth").orElse(method);
            path = valueOf(send.get(), "uri").orElse(path);
        }
        int line = send.orElse(option).line();
        probe.http(line, path);
        probe.method(line, method);
        headers(head, send).forEach(header -> {
            if (header.getKey().equalsIgnoreCase("host")) {
                probe.host(line, header.getValue());
            } else if (header.getValue().contains("%[")) {
                notes.add(line, "header " + header.getKey() + " of the check is computed: the probe does not send it");
            } else {
                probe.header(line, header.getKey(), header.getValue());
            }
        });
        send.flatMap(each -> valueOf(each, "body"))
                .ifPresent(_ -> notes.add(line, "http-check send body: no equivalent; it is left out"));
        backend.all("http-check").stream().filter(each -> !each.is("http-check", "send"))
                .forEach(each -> httpCheck(probe, each));
    }

    /** Those behind the version, as they were written before there was {@code http-check send}, and those of that. */
    private static List<Map.Entry<String, String>> headers(String head, Optional<Statement> send) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String line : head.split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(Map.entry(line.substring(0, colon).strip(), line.substring(colon + 1).strip()));
            }
        }
        List<String> words = send.map(Statement::words).orElse(List.of());
        for (int i = 2; i + 2 < words.size(); i++) {
            if (words.get(i).equals("hdr")) {
                headers.add(Map.entry(words.get(i + 1), words.get(i + 2)));
                i += 2;
            }
        }
        return headers;
    }

    private void httpCheck(DraftProbe probe, Statement rule) {
        if (rule.is("http-check", "connect")) {
            connect(probe, rule, true);
            return;
        }
        Expectation expected = rule.is("http-check", "expect") ? Expectation.of(rule) : Expectation.NONE;
        if (expected.match().equals("status") && !expected.isNegated() && probe.expectStatus(expected.pattern())) {
            return;
        }
        if (expected.match().equals("string") && !expected.isNegated() && !expected.pattern().isEmpty()) {
            probe.expectBody(rule.line(), expected.pattern());
        } else {
            notes.add(rule, "no equivalent; see probe.http.expectStatus and expectBody");
        }
    }

    // ---- option tcp-check ----

    private void conversation(DraftProbe probe) {
        List<List<String>> exchanges = new ArrayList<>();
        StringBuilder send = new StringBuilder();
        for (Statement rule : backend.all("tcp-check")) {
            switch (rule.word(1)) {
                case "connect" -> connect(probe, rule, false);
                case "send" -> send.append(rule.word(2));
                case "send-binary" -> send.append(bytes(rule.word(2)));
                case "expect" -> {
                    String expected = expected(rule);
                    if (!expected.isEmpty()) {
                        exchanges.add(List.of(send.toString(), expected));
                        send.setLength(0);
                    }
                }
                case "comment" -> {
                }
                default -> notes.leftOut(rule, "no equivalent");
            }
        }
        if (!send.isEmpty()) {
            exchanges.add(List.of(send.toString(), ""));
        }
        if (!exchanges.isEmpty()) {
            probe.exchanges(backend.option("tcp-check").orElse(backend.section()).line(), exchanges);
        }
    }

    /** The bytes that a rule looks for; empty where the probe can't. */
    private String expected(Statement rule) {
        Expectation expected = Expectation.of(rule);
        String text = switch (expected.match()) {
            case "string" -> expected.pattern();
            case "binary" -> bytes(expected.pattern());
            default -> "";
        };
        if (text.isEmpty() || expected.isNegated()) {
            notes.leftOut(rule, "no equivalent: the probe looks for plain bytes");
            return "";
        }
        return text;
    }

    /** Hexadecimal digits as characters up to 255; empty if they are none. */
    private static String bytes(String hex) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i + 1 < hex.length(); i += 2) {
            int high = Character.digit(hex.charAt(i), 16);
            int low = Character.digit(hex.charAt(i + 1), 16);
            if (high < 0 || low < 0) {
                return "";
            }
            out.append((char) (high << 4 | low));
        }
        return out.toString();
    }

    private void connect(DraftProbe probe, Statement rule, boolean isHttp) {
        valueOf(rule, "port").ifPresent(text -> port(probe, rule, text));
        if (rule.words().contains("ssl")) {
            if (!isHttp) {
                probe.type("tls");
            }
            probe.tls("verify", false);
        }
        valueOf(rule, "sni").filter(name -> name.chars().noneMatch(Character::isISOControl))
                .ifPresent(name -> probe.tls("serverName", name));
        for (String word : List.of("addr", "alpn", "via-socks4", "proto", "linger", "send-proxy")) {
            if (rule.words().contains(word)) {
                notes.leftOut(rule, word + ": no equivalent");
            }
        }
    }

    private static Optional<String> valueOf(Statement rule, String word) {
        int at = rule.words().indexOf(word);
        return at > 1 && at + 1 < rule.words().size() ? Optional.of(rule.word(at + 1)) : Optional.empty();
    }

    /** What an {@code expect} rule looks for. */
    private record Expectation(boolean isNegated, String match, String pattern) {
        static final Expectation NONE = new Expectation(false, "", "");

        static Expectation of(Statement rule) {
            int i = 2;
            while (PAIRS.contains(rule.word(i))) {
                i += 2;
            }
            boolean isNegated = rule.word(i).startsWith("!");
            String match = isNegated ? rule.word(i).substring(1) : rule.word(i);
            if (isNegated && match.isEmpty()) {
                i++;
                match = rule.word(i);
            }
            return new Expectation(isNegated, match, rule.word(i + 1));
        }
    }
}
