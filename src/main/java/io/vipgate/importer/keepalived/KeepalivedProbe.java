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
import java.util.stream.Stream;

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
    /** How much a passed check says about a service, the most first. */
    private static final List<Set<String>> RANKS = List.of(Set.of("HTTP_GET", "SSL_GET", "SMTP_CHECK"),
            Set.of("MISC_CHECK"), Set.of("TCP_CHECK"), CHECKERS);
    private static final Pattern PLAIN_REGEX = Pattern
            .compile("(?:[^\\\\.\\[\\](){}*+?^$|\\p{Cntrl}]|\\\\[^A-Za-z0-9\\p{Cntrl}])+");
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
        List<Statement> checkers = realServer.block().stream().filter(each -> isChecker(each.name()))
                .flatMap(KeepalivedProbe::byHost).toList();
        if (checkers.isEmpty()) {
            return Optional.empty();
        }
        Statement checker = checkers.stream().reduce((best, next) -> rank(next) < rank(best) ? next : best)
                .orElseThrow();
        checkers.stream().filter(other -> !other.equals(checker)).forEach(other -> other(other, checker));
        DraftProbe probe = new DraftProbe(notes);
        times(probe, checker);
        if (isElsewhere(checker)) {
            return Optional.of(probe.section());
        }
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
            default -> notes.addLoss(checker, "no equivalent; a TCP connect to the real server is the probe");
        }
        return Optional.of(probe.section());
    }

    /** Each {@code host} of an SMTP_CHECK is a check of its own, with what the SMTP_CHECK says beside its hosts. */
    private static Stream<Statement> byHost(Statement checker) {
        if (!checker.name().equals("SMTP_CHECK") || checker.last("host").isEmpty()) {
            return Stream.of(checker);
        }
        Stream<Statement> hosts = checker.all("host");
        List<Statement> common = checker.block().stream().filter(each -> !each.is("host")).toList();
        return hosts.map(host -> new Statement(host.line(), List.of(checker.name(), "host"),
                Stream.concat(common.stream(), host.block().stream()).toList(), true));
    }

    /** Lower is better: what says more, of that what asks the real server itself, and of that its own port. */
    private int rank(Statement checker) {
        int rank = 0;
        while (!RANKS.get(rank).contains(checker.name())) {
            rank++;
        }
        return 4 * rank + (otherAddress(checker).isPresent() ? 2 : 0)
                + (portOf(checker).equals(String.valueOf(address.port())) ? 0 : 1);
    }

    private String portOf(Statement checker) {
        return checker.last("connect_port").map(each -> each.word(1)).orElse(String.valueOf(address.port()));
    }

    /** Says what is lost with a second check: nothing where the first one includes it. */
    private void other(Statement other, Statement checker) {
        String words = "an endpoint has one probe, that of " + checker.name() + " on line " + checker.line();
        boolean asksThere = !checker.name().equals("MISC_CHECK") && other.last("connect_ip").isEmpty();
        boolean isIncluded = asksThere && (other.name().equals("PING_CHECK")
                || (other.name().equals("TCP_CHECK") && portOf(other).equals(portOf(checker))));
        if (isIncluded) {
            notes.add(other, words + ", which connects to the same real server and asks more");
        } else {
            notes.addLoss(other, words + "; this one is left out, and what it found"
                    + (portOf(other).equals(portOf(checker)) ? "" : " at port " + portOf(other)) + " no longer counts");
        }
    }

    /** Whether another machine was asked, which a probe does not do; then a TCP connect to the endpoint has to do. */
    private boolean isElsewhere(Statement checker) {
        Optional<Statement> elsewhere = otherAddress(checker);
        elsewhere.ifPresent(
                option -> notes.addLoss(option, "keepalived checks that address, a probe the endpoint itself: "
                        + "it is probed by a TCP connect, and what " + checker.name() + " found no longer counts"));
        return elsewhere.isPresent();
    }

    private Optional<Statement> otherAddress(Statement checker) {
        return checker.last("connect_ip").filter(each -> !HostPort.literal(each.word(1)).equals(address.literal()));
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
        checker.last("connect_port").ifPresent(option -> port(probe, option));
        for (Statement option : checker.block()) {
            switch (option.name()) {
                case "bindto" -> HostPort.address(option.word(1), 1).filter(each -> !each.isWildcard()).ifPresentOrElse(
                        source -> probe.source(source.host()),
                        () -> notes.leftOut(option, "not an address of this machine"));
                case "connect_port", "connect_ip", "helo_name", "url", "virtualhost", "enable_sni", "misc_path",
                        "misc_timeout", "misc_dynamic", "http_protocol", "fast_recovery" ->
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
        urls.stream().skip(1).forEach(url -> notes.addLoss(url, "a probe requests one page, that of line "
                + urls.getFirst().line() + "; " + url.last("path").map(each -> each.word(1)).orElse("this one")
                + " is no longer requested"));
        Statement url = urls.isEmpty() ? checker : urls.getFirst();
        Statement path = url.last("path").orElse(url);
        probe.http(path.line(), url.last("path").map(each -> each.word(1)).orElse("/"));
        probe.expectStatus("200-299");
        url.last("status_code").filter(each -> !probe.expectStatus(each.rest(1).replace(' ', ',')))
                .ifPresent(
                        each -> notes.addLoss(each,
                                "not status codes from 100 to 599 or ranges of them; 200-299 is expected"));
        Optional<Statement> host = url.last("virtualhost").or(() -> option(checker, "virtualhost"));
        host.ifPresent(each -> probe.host(each.line(), each.word(1)));
        if (checker.last("enable_sni").isPresent() && host.isPresent()) {
            probe.tls("serverName", host.get().word(1));
        }
        if (!urls.isEmpty()) {
            urlOptions(probe, url);
        }
    }

    private void urlOptions(DraftProbe probe, Statement url) {
        for (Statement option : url.block()) {
            switch (option.name()) {
                case "path", "status_code", "virtualhost", "regex_stack" -> {
                }
                case "digest" -> notes.addLoss(option,
                        "no equivalent: the probe checks the status; with expectBody also a text in the page");
                case "regex" -> regex(probe, url, option);
                case "regex_no_match" -> notes.addLoss(option, "no equivalent: no text of the page fails the probe");
                case "regex_options", "regex_min_offset", "regex_max_offset" -> {
                }
                default -> KeepalivedUnsupported.report(option, notes);
            }
        }
    }

    /** A text is looked for, but no pattern. */
    private void regex(DraftProbe probe, Statement url, Statement regex) {
        if (url.last("regex_no_match").isPresent()) {
            return;
        }
        boolean isPlain = PLAIN_REGEX.matcher(regex.rest(1)).matches()
                && url.last("regex_options", "regex_min_offset", "regex_max_offset").isEmpty();
        if (isPlain) {
            probe.expectBody(regex.line(), regex.rest(1).replaceAll("\\\\(.)", "$1"));
        } else {
            notes.addLoss(regex,
                    "no equivalent: expectBody looks for a plain text in the page, and the probe for none");
        }
    }

    private void command(DraftProbe probe, Statement checker) {
        Optional<Statement> path = checker.last("misc_path");
        String line = path.map(each -> each.rest(1)).orElse("").strip();
        if (line.isEmpty() || line.codePoints().anyMatch(Character::isISOControl)) {
            notes.addLoss(path.orElse(checker), "no command line; a TCP connect is the probe");
            return;
        }
        if (LOOKS_AT_PROCESSES.matcher(line).find()) {
            notes.add(path.orElse(checker), "checks processes on the gateway's machine, not the real server");
        }
        boolean isDynamic = checker.last("misc_dynamic").isPresent();
        checker.last("misc_dynamic")
                .ifPresent(dynamic -> notes.addLoss(dynamic, "an exit status from 2 on passes, as it "
                        + "did, but does not change the weight any more: vipgate weight does"));
        List<String> words = MiscCheckCommand.of(line, address.host(), isDynamic);
        if (words.isEmpty() || words.getFirst().isBlank()) {
            notes.addLoss(path.orElse(checker), "no command line; a TCP connect is the probe");
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
