package io.vipgate.importer.nginx;

import io.vipgate.importer.common.BoundedRegex;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A {@code map} of a stream section: an exact key decides before the longest domain, that before the longest beginning of a name, that
 * before the first regular expression; ngx_stream_map_module.
 *
 * <p>Confined to one import.
 */
final class NginxMap {
    /** What a key is for. */
    enum Kind {
        /** That text. */
        EXACT,
        /** Names below a domain, {@code *.example.com}. */
        BELOW,
        /** A domain and names below it, {@code .example.com}. */
        DOMAIN,
        /** Names with any end, {@code www.*}. */
        BEGINNING,
        /** What a regular expression matches. */
        EXPRESSION
    }

    /** A value, and the entry that has it. */
    record Entry(Statement line, Kind kind, String key, String value) {}

    private final BoundedRegex regex;
    private final Statement map;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Entry> exact = new HashMap<>();
    private final Map<String, Entry> domains = new HashMap<>();
    private final Map<String, Entry> beginnings = new HashMap<>();
    private final List<Entry> expressions = new ArrayList<>();
    private final List<Statement> notRead = new ArrayList<>();
    private String byDefault = "";
    private boolean takesHostnames;

    NginxMap(Statement map, GivenFiles files, BoundedRegex regex) {
        this.map = map;
        this.regex = regex;
        map.block().forEach(each -> read(each, files, 0));
    }

    private void read(Statement line, GivenFiles files, int depth) {
        switch (line.name()) {
            case "hostnames" -> takesHostnames = true;
            case "volatile" -> {
            }
            case "include" -> include(line, files, depth);
            default -> add(line);
        }
    }

    private void include(Statement line, GivenFiles files, int depth) {
        Optional<String> text = depth == 0 ? files.text(line.word(1)) : Optional.empty();
        try {
            List<Statement> lines = NginxParser.parse(text.orElseThrow(() -> new SyntaxException(1, "not given")));
            // A note is to name a line of the first file.
            lines.forEach(each -> read(new Statement(line.line(), each.words(), List.of(), false), files, depth + 1));
        } catch (SyntaxException e) {
            notRead.add(line);
        }
    }

    private void add(Statement line) {
        String key = line.name();
        if (key.equals("default")) {
            byDefault = line.word(1);
            return;
        }
        String small = key.toLowerCase(Locale.ROOT);
        Kind kind = kind(key);
        Entry entry = new Entry(line, kind, key, line.word(1));
        entries.add(entry);
        switch (kind) {
            case EXPRESSION -> expressions.add(entry);
            case BELOW -> domains.putIfAbsent(small.substring(1), entry);
            case DOMAIN -> {
                exact.putIfAbsent(small.substring(1), entry);
                domains.putIfAbsent(small, entry);
            }
            case BEGINNING -> beginnings.putIfAbsent(small.substring(0, small.length() - 1), entry);
            case EXACT -> exact.putIfAbsent(small.startsWith("\\") ? small.substring(1) : small, entry);
        }
    }

    private Kind kind(String key) {
        return key.startsWith("~")
                ? Kind.EXPRESSION
                : !takesHostnames
                        ? Kind.EXACT
                        : key.startsWith("*.")
                                ? Kind.BELOW
                                : key.startsWith(".")
                                        ? Kind.DOMAIN
                                        : key.endsWith(".*") ? Kind.BEGINNING : Kind.EXACT;
    }

    String source() {
        return map.word(1);
    }

    /** Entries but for that of {@code default}. */
    List<Entry> entries() {
        return entries;
    }

    /** What is included and was not given. */
    List<Statement> notRead() {
        return notRead;
    }

    /** The value of those that no entry is for. */
    String defaultValue() {
        return byDefault;
    }

    /** All values that there are, that of {@code default} among them. */
    List<String> values() {
        List<String> values = new ArrayList<>(entries.stream().map(Entry::value).toList());
        values.add(defaultValue());
        return values;
    }

    /** Whether an expression that is looked at after an entry leads elsewhere: it would get the clients of one that is left out. */
    boolean isBeforeOthers(Entry entry) {
        int behind = expressions.indexOf(entry) + 1;
        return expressions.subList(behind, expressions.size()).stream()
                .anyMatch(each -> !each.value.equals(entry.value));
    }

    /** How much there is to look at for a value. */
    int effort() {
        return 1 + 10 * expressions.size();
    }

    /** The value for a text; empty where it can't be told. */
    Optional<String> valueOf(String text) {
        String folded = text.toLowerCase(Locale.ROOT);
        String small = takesHostnames && folded.endsWith(".") ? folded.substring(0, folded.length() - 1) : folded;
        Entry found = exact.get(small);
        for (int dot = small.indexOf('.', 1); found == null && dot >= 0; dot = small.indexOf('.', dot + 1)) {
            found = domains.get(small.substring(dot));
        }
        for (int dot = small.lastIndexOf('.'); found == null && dot >= 0; dot = small.lastIndexOf('.', dot - 1)) {
            found = beginnings.get(small.substring(0, dot + 1));
        }
        if (found != null) {
            return Optional.of(found.value);
        }
        for (Entry each : expressions) {
            boolean ignoresCase = each.key.startsWith("~*");
            Optional<Boolean> matches = regex.find(each.key.substring(ignoresCase ? 2 : 1), ignoresCase, text);
            if (matches.isEmpty()) {
                return Optional.empty();
            }
            if (matches.get()) {
                return Optional.of(each.value);
            }
        }
        return notRead.isEmpty() ? Optional.of(defaultValue()) : Optional.empty();
    }
}
