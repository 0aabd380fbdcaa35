package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The check of one server as a probe: how often by the words of the server, what by the options of its section, each kind by a class
 * of its own.
 *
 * <p>Confined to one import.
 */
final class HaproxyCheck {
    private static final Duration INTER = Duration.ofSeconds(2);
    private static final long MAX_COUNT = 100;
    private static final Set<String> KINDS = Set.of("httpchk", "tcp-check", "ssl-hello-chk", "redis-check", "smtpchk",
            "mysql-check", "pgsql-check", "ldap-check", "external-check", "spop-check");

    private static final int MAX_RULES = 200;

    private final HaproxySection backend;
    private final Optional<Statement> option;
    private final Optional<Duration> timeout;
    private final HaproxyTcpCheck tcpCheck;
    private final List<Statement> httpRules;
    private final HaproxyExternalCheck externalCheck;

    /**
     * With the section whose options hold.
     *
     * @param listener where that section itself listens, which external commands are told
     */
    HaproxyCheck(Notes notes, HaproxySection backend, Optional<HostPort> listener) {
        this.backend = backend;
        option = option();
        timeout = backend.timeout("check");
        boolean isTcpCheck = option.filter(each -> each.word(1).equals("tcp-check")).isPresent();
        tcpCheck = new HaproxyTcpCheck(notes, isTcpCheck ? rules("tcp-check", notes) : List.of());
        httpRules = rules("http-check", notes);
        externalCheck = new HaproxyExternalCheck(backend, listener);
    }

    private List<Statement> rules(String name, Notes notes) {
        List<Statement> all = backend.all(name);
        if (all.size() <= MAX_RULES) {
            return all;
        }
        notes.addLoss(all.get(MAX_RULES),
                "more than " + MAX_RULES + " rules of a check; those from here on are left out");
        return all.subList(0, MAX_RULES);
    }

    static boolean isKind(String option) {
        return KINDS.contains(option);
    }

    /**
     * The probe.
     *
     * @param checked whose words hold
     * @param endpoint the server that becomes the endpoint; another one where it tracks the checked
     */
    Map<String, Object> of(HaproxyServer checked, HaproxyServer endpoint, Notes notes) {
        DraftProbe probe = new DraftProbe(notes);
        times(probe, checked, notes);
        Statement line = option.orElse(backend.section());
        HaproxyConnect byServer = HaproxyConnect.byServer();
        switch (option.map(each -> each.word(1)).orElse("")) {
            case "tcp-check" -> tcpCheck.apply(probe, checked, endpoint, line.line(), notes);
            case "httpchk" -> new HaproxyHttpCheck(notes, line, httpRules).apply(probe, checked, endpoint);
            case "external-check" -> externalCheck.apply(probe, line, notes);
            default -> {
                if (byServer.isOwnAddress(checked, endpoint)) {
                    option.ifPresent(each -> new HaproxyProtocolCheck(notes, each).apply(probe));
                    byServer.apply(probe, checked, endpoint, notes);
                    tls(probe, checked, byServer, notes);
                } else {
                    elsewhere(byServer, checked, endpoint, notes);
                }
            }
        }
        return probe.section();
    }

    private void times(DraftProbe probe, HaproxyServer checked, Notes notes) {
        Duration inter = checked.duration("inter").filter(each -> !each.isZero()).orElse(INTER);
        probe.times(checked.statement().line(), inter, checked.duration("fastinter").orElse(inter),
                timeout.orElse(inter));
        long rise = checked.number("rise", 2);
        long fall = checked.number("fall", 3);
        probe.counts(rise, fall);
        if (Math.max(rise, fall) > MAX_COUNT) {
            notes.add(checked.statement(), "rise and fall are at most " + MAX_COUNT);
        }
    }

    /** The last one that is set. */
    private Optional<Statement> option() {
        return backend.statements().filter(each -> each.is("option") && isKind(each.word(1)))
                .filter(each -> backend.option(each.word(1)).isPresent()).reduce((_, last) -> last);
    }

    private static void tls(DraftProbe probe, HaproxyServer checked, HaproxyConnect connect, Notes notes) {
        if (!connect.isTls(checked)) {
            return;
        }
        String type = probe.type();
        if (type.equals("mysql") || type.equals("pgsql")) {
            notes.addLoss(checked.statement(), "check-ssl: no " + type
                    + " over TLS from the first byte on; the probe is a TLS handshake");
            probe.type("tls");
        } else if (type.equals("tcp")) {
            probe.type("tls");
        }
        connect.tls(probe, checked, notes);
    }

    /** The probe can't connect where HAProxy did: what is left is a TCP connect to the endpoint. */
    static void elsewhere(HaproxyConnect connect, HaproxyServer checked, HaproxyServer endpoint, Notes notes) {
        notes.addLoss(endpoint.statement(), "was checked at " + connect.target(checked)
                + ", and a probe connects to the endpoint's own address; it is a TCP connect to that and its port");
    }
}
