package io.vipgate.config;

import io.vipgate.text.Sanitizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What must hold within one probe section. <b>Confined to one load.</b> */
final class ProbeRules {
    private static final Set<ProbeType> OVER_TLS = EnumSet.of(ProbeType.TLS, ProbeType.HTTP, ProbeType.SEND_EXPECT,
            ProbeType.REDIS, ProbeType.SMTP, ProbeType.LDAP);
    private static final int MAX_STEPS = 32;
    private static final int MAX_NAME = 255;
    private static final String OVER_A_CONNECTION = "a type that connects, not exec or none";

    private final ProbeConfig probe;
    private final KeyPath path;
    private final Written written;
    private final Problems problems;

    ProbeRules(ProbeConfig probe, KeyPath path, Written written, Problems problems) {
        this.probe = probe;
        this.path = path;
        this.written = written;
        this.problems = problems;
    }

    void check() {
        if (problems.touches(path.child("type"))) {
            return;
        }
        onlyWith("http", probe.http().isPresent(), Set.of(ProbeType.HTTP), "type: http");
        onlyWith("tls", probe.tls().isPresent(), OVER_TLS, "type: tls, http, send-expect, redis, smtp or ldap");
        onlyWith("send", !probe.send().isEmpty(), Set.of(ProbeType.SEND_EXPECT), "type: send-expect");
        onlyWith("expect", !probe.expect().isEmpty(), Set.of(ProbeType.SEND_EXPECT), "type: send-expect");
        onlyWith("steps", !probe.steps().isEmpty(), Set.of(ProbeType.SEND_EXPECT), "type: send-expect");
        onlyWith("user", !probe.user().isEmpty(), Set.of(ProbeType.MYSQL, ProbeType.PGSQL), "type: mysql or pgsql");
        onlyWith("role", probe.role() != RedisRole.ANY, Set.of(ProbeType.REDIS), "type: redis");
        onlyWith("helo", !probe.helo().equals("localhost"), Set.of(ProbeType.SMTP), "type: smtp");
        onlyWith("command", !probe.command().isEmpty(), Set.of(ProbeType.EXEC), "type: exec");
        Set<ProbeType> connecting = EnumSet.complementOf(EnumSet.of(ProbeType.EXEC, ProbeType.NONE));
        onlyWith("proxyProtocol", probe.proxyProtocol() != ProbeProxyProtocol.AUTO, connecting, OVER_A_CONNECTION);
        onlyWith("source", !probe.source().isPools(), connecting, OVER_A_CONNECTION);
        needs(ProbeType.SEND_EXPECT,
                !probe.send().isEmpty() || !probe.expect().isEmpty() || !probe.steps().isEmpty(),
                List.of("send", "expect", "steps"));
        needs(ProbeType.PGSQL, !probe.user().isEmpty(), List.of("user"));
        steps();
        needs(ProbeType.EXEC, !probe.command().isEmpty(), List.of("command"));
        if (!probe.command().isEmpty() && probe.command().getFirst().isBlank()) {
            error(path.child("command"),
                    Sanitizer.value(probe.command().getFirst()) + " (expected: a program, then its arguments)");
        }
        probe.http().ifPresent(http -> new HttpProbeRules(http, path.child("http"), written, problems).check());
        if (probe.fastInterval().compareTo(probe.interval()) > 0) {
            KeyPath at = written.has(path.child("fastInterval")) ? path.child("fastInterval") : path.child("interval");
            problems.warn(written.line(at), at, "fastInterval " + ScalarTypes.printDuration(probe.fastInterval())
                    + " is slower than interval " + ScalarTypes.printDuration(probe.interval()));
        }
    }

    private void steps() {
        KeyPath steps = path.child("steps");
        if (!probe.steps().isEmpty() && (!probe.send().isEmpty() || !probe.expect().isEmpty())) {
            error(steps, "given beside send or expect (expected: those in the steps, in order)");
        }
        if (probe.steps().size() > MAX_STEPS) {
            error(steps, probe.steps().size() + " of them (expected: at most " + MAX_STEPS + ")");
        }
        for (int i = 0; i < probe.steps().size(); i++) {
            if (probe.steps().get(i).isEmpty() && !problems.touches(steps.item(i))) {
                error(steps.item(i), "empty (expected: send, expect or both)");
            }
        }
        if (probe.user().length() > MAX_NAME) {
            error(path.child("user"), "too long (expected: at most " + MAX_NAME + " characters)");
        }
        if (!probe.helo().matches("[A-Za-z0-9_.:\\[\\]-]{1,255}")) {
            error(path.child("helo"),
                    Sanitizer.value(probe.helo()) + " (expected: a host name, or an address in brackets)");
        }
        if (probe.type() == ProbeType.MYSQL && probe.user().isEmpty()) {
            problems.warn(written.line(path.child("type")), path.child("type"), "mysql without user: the server counts "
                    + "each probe as a broken connection and may refuse this machine after max_connect_errors of them");
        }
    }

    private void onlyWith(String key, boolean given, Set<ProbeType> types, String expected) {
        if (given && !types.contains(probe.type())) {
            error(path.child(key),
                    "given, but the probe's type is " + ScalarTypes.kebab(probe.type()) + " (expected: only with "
                            + expected + ")");
        }
    }

    private void needs(ProbeType type, boolean given, List<String> keys) {
        if (probe.type() == type && !given && keys.stream().noneMatch(key -> problems.touches(path.child(key)))) {
            error(path.child("type"),
                    ScalarTypes.kebab(type) + " (expected: " + String.join(" or ", keys) + " with it)");
        }
    }

    private void error(KeyPath at, String message) {
        problems.error(written.line(at), at, message);
    }
}
