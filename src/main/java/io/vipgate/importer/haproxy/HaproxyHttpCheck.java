package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftProbe;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code option httpchk} with its {@code http-check} rules as the request of a probe. A probe asks once: of several requests the last
 * is kept, and the others are lost.
 *
 * <p>Confined to one import.
 */
final class HaproxyHttpCheck {
    private static final String NOT_CHECKED = "; it is not looked at: a server that fails it alone counts as UP";

    private final Notes notes;
    private final Statement option;
    private final List<Request> requests = new ArrayList<>();

    /** One request and what its answer must be. */
    private static final class Request {
        final HaproxyConnect connect;
        Optional<Statement> send = Optional.empty();
        boolean isFirst;
        final List<HaproxyPattern> expected = new ArrayList<>();

        Request(HaproxyConnect connect) {
            this.connect = connect;
        }

        boolean isUnused() {
            return connect.rule().isEmpty() && send.isEmpty() && expected.isEmpty();
        }
    }

    HaproxyHttpCheck(Notes notes, Statement option, List<Statement> rules) {
        this.notes = notes;
        this.option = option;
        Request current = new Request(HaproxyConnect.byServer());
        for (Statement rule : rules) {
            switch (rule.word(1).split("\\(", 2)[0]) {
                case "connect" -> {
                    add(current);
                    current = new Request(HaproxyConnect.of(rule));
                }
                case "send" -> {
                    if (current.send.isPresent()) {
                        add(current);
                        current = new Request(current.connect);
                    }
                    current.send = Optional.of(rule);
                }
                case "expect" -> current.expected.add(HaproxyPattern.of(rule));
                case "comment" -> {
                }
                case "disable-on-404" ->
                    notes.add(rule, "404 takes the endpoint DOWN like any other status that is not "
                            + "expected; onDown: keep leaves its open connections alone");
                case "send-state" -> notes.add(rule, "the probe does not tell the endpoint its state");
                case "set-var", "set-var-fmt", "unset-var" ->
                    notes.add(rule, "the probe has no variables; it is left out");
                default -> notes.addLoss(rule, "no equivalent" + NOT_CHECKED);
            }
        }
        add(current);
        if (requests.isEmpty()) {
            requests.add(current);
        }
        requests.getFirst().isFirst = true;
    }

    private void add(Request request) {
        if (!request.isUnused()) {
            requests.add(request);
        }
    }

    void apply(DraftProbe probe, HaproxyServer checked, HaproxyServer endpoint) {
        Request kept = requests.getLast();
        requests.stream().filter(each -> each != kept).forEach(each -> notes.addLoss(
                each.connect.rule().or(() -> each.send).orElse(option),
                "the probe asks once: " + method(each) + " " + path(each) + " at " + each.connect.target(checked)
                        + " is not asked, so a server that fails there alone counts as UP"));
        if (!kept.connect.isOwnAddress(checked, endpoint)) {
            HaproxyCheck.elsewhere(kept.connect, checked, endpoint, notes);
            return;
        }
        kept.connect.apply(probe, checked, endpoint, notes);
        int line = kept.send.orElse(option).line();
        String method = method(kept);
        String path = path(kept);
        if (path.equals("*") && method.equals("OPTIONS")) {
            probe.httpAsterisk();
        } else {
            probe.http(line, path);
        }
        if (probe.type().equals("http")) {
            probe.method(line, method);
            headers(probe, kept, line);
            new HaproxyHttpExpect(notes, method).apply(probe, kept.expected);
        }
        if (kept.connect.isTls(checked)) {
            if (!probe.type().equals("http")) {
                probe.type("tls");
            }
            kept.connect.tls(probe, checked, notes);
        }
        for (String word : List.of("body", "body-lf")) {
            kept.send.filter(each -> options(each).containsKey(word)).ifPresent(each -> notes.addLoss(each,
                    "the probe's request has no body; what needs one answers otherwise"));
        }
        if (checked.has("check-proto") && checked.value("check-proto").orElse("").equals("h2")) {
            notes.addLoss(checked.statement(), "check-proto h2: the probe speaks HTTP/1.1");
        }
    }

    private List<String> optionWords() {
        return option.words().subList(Math.min(2, option.words().size()), option.words().size());
    }

    private String method(Request request) {
        List<String> words = optionWords();
        String byOption = request.isFirst && words.size() > 1 ? words.getFirst() : "OPTIONS";
        return request.send.map(each -> options(each).getOrDefault("meth", byOption)).orElse(byOption);
    }

    private String path(Request request) {
        List<String> words = optionWords();
        String byOption = !request.isFirst || words.isEmpty() ? "/" : words.get(words.size() > 1 ? 1 : 0);
        if (request.send.isEmpty()) {
            return byOption;
        }
        Map<String, String> options = options(request.send.get());
        String computed = options.getOrDefault("uri-lf", "");
        if (!computed.isEmpty()) {
            Optional<String> plain = HaproxyPattern.withoutFormat(computed);
            if (plain.isEmpty()) {
                notes.addLoss(request.send.get(), "HAProxy computes the path; " + byOption + " is asked for");
            }
            return plain.orElse(byOption);
        }
        return options.getOrDefault("uri", byOption);
    }

    /** The words of {@code http-check send} with their values, but for headers. */
    private static Map<String, String> options(Statement send) {
        Map<String, String> options = new HashMap<>();
        int i = 2;
        while (i < send.words().size()) {
            String word = send.word(i);
            if (word.equals("hdr")) {
                i += 3;
            } else {
                options.put(word, send.word(i + 1));
                i += 2;
            }
        }
        return options;
    }

    /** Those behind the version, as they were written before there was {@code http-check send}, and those of that. */
    private void headers(DraftProbe probe, Request request, int line) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        List<String> words = optionWords();
        String head = request.isFirst && words.size() > 2 ? String.join(" ", words.subList(2, words.size())) : "";
        for (String each : head.split("\r?\n", -1)) {
            int colon = each.indexOf(':');
            if (colon > 0) {
                headers.add(Map.entry(each.substring(0, colon).strip(), each.substring(colon + 1).strip()));
            }
        }
        List<String> send = request.send.map(Statement::words).orElse(List.of());
        for (int i = 2; i + 2 < send.size(); i++) {
            if (send.get(i).equals("hdr")) {
                headers.add(Map.entry(send.get(i + 1), send.get(i + 2)));
                i += 2;
            }
        }
        for (Map.Entry<String, String> header : headers) {
            Optional<String> value = HaproxyPattern.withoutFormat(header.getValue());
            if (header.getKey().equalsIgnoreCase("host") && value.isPresent()) {
                probe.host(line, value.get());
            } else if (value.isEmpty() && !header.getValue().isEmpty()) {
                notes.addLoss(line,
                        "header " + header.getKey() + " of the check is computed: the probe does not send it");
            } else {
                probe.header(line, header.getKey(), header.getValue());
            }
        }
    }
}
