package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of {@code option tcp-check} as the steps of a probe. A probe has one connection: of several, the one that expects most is
 * kept, and the others are lost.
 *
 * <p>Confined to one import.
 */
final class HaproxyTcpCheck {
    private static final Set<String> SAYING_NOTHING = Set.of("comment", "set-var", "set-var-fmt", "unset-var");
    private static final String NOT_CHECKED = "; this step is not carried over: a server that fails it alone counts as UP";

    private final Notes notes;
    private final List<Connection> connections = new ArrayList<>();
    private Connection current;

    /** One connection and what is said on it: each step sends, then expects. */
    private static final class Connection {
        final HaproxyConnect connect;
        final List<List<String>> steps = new ArrayList<>();
        final StringBuilder send = new StringBuilder();
        int expected;

        Connection(HaproxyConnect connect) {
            this.connect = connect;
        }

        boolean isUnused() {
            return connect.rule().isEmpty() && steps.isEmpty() && send.isEmpty();
        }

        List<List<String>> whole() {
            List<List<String>> all = new ArrayList<>(steps);
            if (!send.isEmpty()) {
                all.add(List.of(send.toString(), ""));
            }
            return all;
        }
    }

    HaproxyTcpCheck(Notes notes, List<Statement> rules) {
        this.notes = notes;
        current = new Connection(HaproxyConnect.byServer());
        rules.forEach(this::read);
        if (!current.isUnused() || connections.isEmpty()) {
            connections.add(current);
        }
    }

    private void read(Statement rule) {
        switch (rule.word(1)) {
            case "connect" -> {
                if (!current.isUnused()) {
                    connections.add(current);
                }
                current = new Connection(HaproxyConnect.of(rule));
            }
            case "send" -> send(rule, Optional.of(rule.word(2)));
            case "send-lf" -> send(rule, HaproxyPattern.withoutFormat(rule.word(2)));
            case "send-binary" -> send(rule, HaproxyPattern.bytes(rule.word(2)));
            case "send-binary-lf" ->
                send(rule, HaproxyPattern.withoutFormat(rule.word(2)).flatMap(HaproxyPattern::bytes));
            case "expect" -> expect(HaproxyPattern.of(rule));
            default -> {
                String name = rule.word(1).split("\\(", 2)[0];
                if (!SAYING_NOTHING.contains(name)) {
                    notes.addLoss(rule, "no equivalent" + NOT_CHECKED);
                } else if (!name.equals("comment")) {
                    notes.add(rule, "the probe has no variables; it is left out");
                }
            }
        }
    }

    private void send(Statement rule, Optional<String> text) {
        text.ifPresentOrElse(current.send::append,
                () -> notes.addLoss(rule, "HAProxy computes what it sends; the probe does not send it"));
    }

    private void expect(HaproxyPattern pattern) {
        Optional<String> plain = pattern.plain();
        if (plain.isEmpty()) {
            plain = pattern.anchored();
            if (plain.isPresent()) {
                notes.addLoss(pattern.rule(),
                        "the probe looks for the text wherever it stands, not at the beginning or end");
            } else {
                notes.addLoss(pattern.rule(),
                        "the probe looks for plain bytes, not for \"" + pattern + "\"" + NOT_CHECKED);
                return;
            }
        }
        if (pattern.has("ok-status", "L7OKC")) {
            notes.addLoss(pattern.rule(),
                    "ok-status L7OKC: HAProxy let open connections go on and sent no new ones; the probe "
                            + "passes");
        }
        if (current.send.isEmpty() && !current.steps.isEmpty()) {
            List<String> before = current.steps.getLast();
            if (before.getLast().contains(plain.get())) {
                return;
            }
            if (plain.get().contains(before.getLast())) {
                current.steps.set(current.steps.size() - 1, List.of(before.getFirst(), plain.get()));
                return;
            }
            notes.addLoss(pattern.rule(),
                    "HAProxy looks for it in all that came since it sent something last; the probe looks "
                            + "for it behind what the step before has found");
        }
        current.steps.add(List.of(current.send.toString(), plain.get()));
        current.send.setLength(0);
        current.expected++;
    }

    void apply(DraftProbe probe, HaproxyServer checked, HaproxyServer endpoint, int line, Notes said) {
        Connection kept = connections.stream().max(Comparator.comparingInt(each -> each.expected)).orElseThrow();
        // The first of those that expect as much; max() would answer the last.
        for (Connection each : connections) {
            if (each.expected == kept.expected) {
                kept = each;
                break;
            }
        }
        for (Connection other : connections) {
            if (other != kept) {
                said.addLoss(other.connect.line(checked),
                        "the probe makes one connection: " + other.connect.target(checked)
                                + " is not " + (other.whole().isEmpty() ? "connected to" : "asked")
                                + ", so a server that fails "
                                + "there alone counts as UP");
            }
        }
        if (!kept.connect.isOwnAddress(checked, endpoint)) {
            HaproxyCheck.elsewhere(kept.connect, checked, endpoint, said);
            return;
        }
        List<List<String>> steps = kept.whole();
        boolean isTls = kept.connect.isTls(checked);
        if (!steps.isEmpty()) {
            probe.exchanges(line, steps);
        } else if (isTls) {
            probe.type("tls");
        }
        if (isTls) {
            kept.connect.tls(probe, checked, said);
        }
        kept.connect.apply(probe, checked, endpoint, said);
    }
}
