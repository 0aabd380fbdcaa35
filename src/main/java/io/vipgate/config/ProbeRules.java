package io.vipgate.config;

import io.vipgate.text.IpText;
import io.vipgate.text.Sanitizer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What must hold within one probe section. <b>Confined to one load.</b> */
final class ProbeRules {
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
        onlyWith("tls", probe.tls().isPresent(), Set.of(ProbeType.TLS, ProbeType.HTTP), "type: tls or type: http");
        onlyWith("send", !probe.send().isEmpty(), Set.of(ProbeType.SEND_EXPECT), "type: send-expect");
        onlyWith("expect", !probe.expect().isEmpty(), Set.of(ProbeType.SEND_EXPECT), "type: send-expect");
        onlyWith("command", !probe.command().isEmpty(), Set.of(ProbeType.EXEC), "type: exec");
        Set<ProbeType> connecting = EnumSet.complementOf(EnumSet.of(ProbeType.EXEC, ProbeType.NONE));
        onlyWith("proxyProtocol", probe.proxyProtocol() != ProbeProxyProtocol.AUTO, connecting, OVER_A_CONNECTION);
        onlyWith("source", !probe.source().equals(ProbeSource.AUTO), connecting, OVER_A_CONNECTION);
        needs(ProbeType.SEND_EXPECT, !probe.send().isEmpty() || !probe.expect().isEmpty(), List.of("send", "expect"));
        needs(ProbeType.EXEC, !probe.command().isEmpty(), List.of("command"));
        if (!probe.command().isEmpty() && probe.command().getFirst().isBlank()) {
            error(path.child("command"),
                    Sanitizer.value(probe.command().getFirst()) + " (expected: a program, then its arguments)");
        }
        probe.http().ifPresent(http -> new HttpProbeRules(http, path.child("http"), written, problems).check());
        probe.source().address().filter(address -> address.isAnyLocalAddress() || address.isMulticastAddress())
                .ifPresent(address -> error(path.child("source"),
                        IpText.of(address) + " (expected: auto, none, or an address of this machine)"));
        if (probe.fastInterval().compareTo(probe.interval()) > 0) {
            KeyPath at = written.has(path.child("fastInterval")) ? path.child("fastInterval") : path.child("interval");
            problems.warn(written.line(at), at, "fastInterval " + ScalarTypes.printDuration(probe.fastInterval())
                    + " is slower than interval " + ScalarTypes.printDuration(probe.interval()));
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
