package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The checks of a real server as the probe of a pool. What the check does not say, the real server or else the virtual
 * server says, and else keepalived's own default holds.
 *
 * <p>Confined to one virtual server.
 */
final class KeepalivedProbe {
    /** The words of all checks that say when, not what. */
    static final Set<String> TIMES = Set.of("delay_loop", "connect_timeout", "retry", "nb_get_retry",
            "delay_before_retry");

    private static final Set<String> CHECKERS = Set.of("HTTP_GET", "SSL_GET", "TCP_CHECK", "SMTP_CHECK", "MISC_CHECK",
            "DNS_CHECK", "PING_CHECK", "UDP_CHECK", "BFD_CHECK", "FILE_CHECK");
    private static final Set<String> NOT_TCP = Set.of("DNS_CHECK", "PING_CHECK", "UDP_CHECK", "BFD_CHECK",
            "FILE_CHECK");
    private static final Duration DELAY_LOOP = Duration.ofSeconds(60);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern LOOKS_AT_PROCESSES = Pattern.compile("\\b(pidof|pgrep|killall\\s+-0)\\b");

    private final Notes notes;
    private final Statement virtualServer;
    private final Statement realServer;
    private final HostPort address;

    KeepalivedProbe(Notes notes, Statement virtualServer, Statement realServer, HostPort address) {
        this.notes = notes;
        this.virtualServer = virtualServer;
        this.realServer = realServer;
        this.address = address;
    }

    static boolean isChecker(String word) {
        return CHECKERS.contains(word);
    }

    /** The probe; empty when nothing is checked. */
    Optional<Map<String, Object>> read() {
        List<Statement> checkers = realServer.block().stream().filter(each -> isChecker(each.name())).toList();
        if (checkers.isEmpty()) {
            return Optional.empty();
        }
        Statement checker = checkers.stream().filter(each -> !NOT_TCP.contains(each.name())).findFirst()
                .orElse(checkers.getFirst());
        checkers.stream().filter(other -> !other.equals(checker)).forEach(other -> notes.add(other,
                "an endpoint has one probe, that of " + checker.name() + " on line " + checker.line()
                        + "; this one is left out"));
        DraftProbe probe = new DraftProbe(notes);
        times(probe, checker);
        connection(probe, checker);
        switch (checker.name()) {
            case "HTTP_GET" -> http(probe, checker);
            case "SSL_GET" -> {
                http(probe, checker);
                probe.tls("verify", false);
            }
            case "SMTP_CHECK" -> probe.smtp(checker.last("helo_name").map(each -> each.word(1)).orElse(""));
            case "MISC_CHECK" -> command(probe, checker);
            case "TCP_CHECK" -> probe.type("tcp");
            default -> notes.add(checker, "no equivalent for TCP endpoints; a TCP connect is the probe");
        }
        return Optional.of(probe.section());
    }

    private void times(DraftProbe probe, Statement checker) {
        boolean isMisc = checker.name().equals("MISC_CHECK");
        boolean isHttp = checker.name().endsWith("_GET");
        if (option(checker, "delay_loop").isEmpty()) {
            notes.add(virtualServer, "delay_loop is not set, so keepalived checks every 60 s, and the probe too; a "
                    + "shorter probe.interval notices failures sooner");
        }
        Duration interval = seconds(checker, "delay_loop").orElse(DELAY_LOOP);
        Duration timeout = isMisc
                ? checker.last("misc_timeout").flatMap(this::seconds).orElse(interval)
                : seconds(checker, "connect_timeout").orElse(CONNECT_TIMEOUT);
        Duration retryDelay = seconds(checker, "delay_before_retry").orElse(Duration.ofSeconds(isHttp ? 3 : 1));
        probe.times(checker.line(), interval, retryDelay, timeout);
        long retries = option(checker, "retry", "nb_get_retry").flatMap(this::number)
                .orElse(isMisc ? 0L : checker.name().equals("DNS_CHECK") ? 3L : 1L);
        probe.counts(1, retries + 1);
    }

    private void connection(DraftProbe probe, Statement checker) {
        for (Statement option : checker.block()) {
            switch (option.name()) {
                case "connect_port" -> port(probe, option);
                case "connect_ip" -> {
                    if (!option.word(1).equals(address.host())) {
                        notes.add(option, "a probe checks the endpoint itself");
                    }
                }
                case "host" -> option.block().forEach(inner -> {
                    if (inner.name().equals("connect_port")) {
                        port(probe, inner);
                    } else {
                        KeepalivedUnsupported.report(inner, notes);
                    }
                });
                case "bindto" -> HostPort.address(option.word(1), 1).filter(each -> !each.isWildcard()).ifPresentOrElse(
                        source -> probe.source(source.host()),
                        () -> notes.leftOut(option, "not an address of this machine"));
                case "helo_name", "url", "virtualhost", "enable_sni", "misc_path", "misc_timeout", "http_protocol",
                        "fast_recovery" ->
                    {
                    }
                default -> {
                    if (!TIMES.contains(option.name())) {
                        KeepalivedUnsupported.report(option, notes);
                    }
                }
            }
        }
    }

    private void port(DraftProbe probe, Statement option) {
        OptionalInt port = HostPort.port(option.word(1));
        if (port.isEmpty()) {
            notes.leftOut(option, "not a port from 1 to 65535");
        } else if (port.getAsInt() != address.port()) {
            probe.port(port.getAsInt());
        }
    }

    private void http(DraftProbe probe, Statement checker) {
        List<Statement> urls = checker.all("url").toList();
        urls.stream().skip(1).forEach(url -> notes.add(url, "a probe requests one page, that of line "
                + urls.getFirst().line() + "; this one is left out"));
        Statement url = urls.isEmpty() ? checker : urls.getFirst();
        Statement path = url.last("path").orElse(url);
        probe.http(path.line(), url.last("path").map(each -> each.word(1)).orElse("/"));
        probe.expectStatus("200-299");
        url.last("status_code").filter(each -> !probe.expectStatus(each.rest(1).replace(' ', ',')))
                .ifPresent(
                        each -> notes.add(each,
                                "not status codes from 100 to 599 or ranges of them; 200-299 is expected"));
        Optional<Statement> host = url.last("virtualhost").or(() -> option(checker, "virtualhost"));
        host.ifPresent(each -> probe.host(each.line(), each.word(1)));
        if (checker.last("enable_sni").isPresent() && host.isPresent()) {
            probe.tls("serverName", host.get().word(1));
        }
        if (!urls.isEmpty()) {
            urlOptions(url);
        }
    }

    private void urlOptions(Statement url) {
        for (Statement option : url.block()) {
            switch (option.name()) {
                case "path", "status_code", "virtualhost" -> {
                }
                case "digest" -> notes.add(option,
                        "no equivalent: the probe checks the status, and with expectBody a text in the page");
                case "regex" -> notes.add(option, "no equivalent; expectBody looks for a plain text in the page");
                default -> KeepalivedUnsupported.report(option, notes);
            }
        }
    }

    private void command(DraftProbe probe, Statement checker) {
        Optional<Statement> path = checker.last("misc_path");
        String line = path.map(each -> each.rest(1)).orElse("").strip();
        if (line.isEmpty() || line.codePoints().anyMatch(Character::isISOControl)) {
            notes.add(path.orElse(checker), "no command line; a TCP connect is the probe");
            return;
        }
        if (LOOKS_AT_PROCESSES.matcher(line).find()) {
            notes.add(path.orElse(checker), "checks processes on the gateway's machine, not the real server");
        }
        List<String> words = MiscCheckCommand.of(line, address.host());
        if (words.isEmpty() || words.getFirst().isBlank()) {
            notes.add(path.orElse(checker), "no command line; a TCP connect is the probe");
            return;
        }
        probe.command(words);
    }

    private Optional<Statement> option(Statement checker, String... names) {
        return checker.last(names).or(() -> realServer.last(names)).or(() -> virtualServer.last(names));
    }

    private Optional<Duration> seconds(Statement checker, String name) {
        return option(checker, name).flatMap(this::seconds);
    }

    private Optional<Duration> seconds(Statement option) {
        Optional<Duration> seconds = KeepalivedTime.parse(option.word(1));
        if (seconds.isEmpty()) {
            notes.leftOut(option, "not a number of seconds");
        }
        return seconds;
    }

    private Optional<Long> number(Statement option) {
        if (!option.word(1).matches("[0-9]{1,9}")) {
            notes.leftOut(option, "not a whole number");
            return Optional.empty();
        }
        return Optional.of(Long.parseLong(option.word(1)));
    }
}
