package io.vipgate.importer.nginx;

import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.HelloKeys;
import io.vipgate.importer.common.NamePattern;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the maps behind a text tell clients apart by that begin with a ClientHello; ngx_stream_ssl_preread_module.
 *
 * <p>Confined to one server.
 */
final class NginxHellos {
    private static final Set<String> OF_HELLO = Set.of(NginxVariables.NAME, NginxVariables.PROTOCOLS,
            NginxVariables.VERSION);
    private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3");
    private static final int MAX_VISITS = 1000;
    private static final int MAX_PARTS = 3;
    private static final int MAX_KEY = 600;
    private static final String LED_BY_LATER = "clients of it that a later expression is for, too, are led by that one";

    private final Notes notes;
    private final NginxVariables variables;
    private final Statement server;
    private final HelloKeys keys = new HelloKeys();
    private final Set<String> seen = new HashSet<>();
    private boolean isUsed;

    NginxHellos(Notes notes, NginxVariables variables, Statement server, String text) {
        this.notes = notes;
        this.variables = variables;
        this.server = server;
        walk(text);
    }

    HelloKeys keys() {
        return keys;
    }

    /** Whether the text depends on what a client begins with. */
    boolean isUsed() {
        return isUsed;
    }

    private void walk(String text) {
        for (String name : NginxVariables.names(text)) {
            isUsed |= OF_HELLO.contains(name);
            if (name.equals(NginxVariables.VERSION)) {
                VERSIONS.forEach(keys::addVersion);
            }
            if (seen.size() < MAX_VISITS && seen.add(name)) {
                NginxVariables.setIn(server, name).ifPresent(this::walk);
                variables.otherValues(name).forEach(this::walk);
                variables.map(name).ifPresent(this::walk);
            }
        }
    }

    private void walk(NginxMap map) {
        String source = withoutSet(map.source());
        walk(source);
        map.values().stream().filter(value -> value.indexOf('$') >= 0).forEach(this::walk);
        if (NginxVariables.names(source).stream().anyMatch(OF_HELLO::contains)) {
            map.notRead().forEach(each -> notes.addLoss(each, "what that file has is not carried over: "
                    + GivenFiles.hint(each.word(1))));
            keys(map, new Source(source));
        }
    }

    private String withoutSet(String source) {
        return NginxVariables.names(source).stream().filter(_ -> source.startsWith("$")).findFirst()
                .filter(name -> source.replaceAll("[${}]", "").equals(name))
                .flatMap(name -> NginxVariables.setIn(server, name)).orElse(source);
    }

    /** The text that a map looks at, of which variables are a part. */
    private static final class Source {
        private final List<String> parts = new ArrayList<>();
        private final Pattern pattern;
        private final boolean isAlone;

        Source(String text) {
            StringBuilder regex = new StringBuilder();
            String rest = text;
            for (String name : NginxVariables.names(text)) {
                int at = rest.indexOf('$');
                boolean isInBraces = rest.startsWith("${", at);
                regex.append(Pattern.quote(rest.substring(0, at))).append("(.*?)");
                rest = rest.substring(at + 1 + name.length() + (isInBraces ? 2 : 0));
                parts.add(name);
            }
            isAlone = parts.size() == 1 && regex.toString().equals("\\Q\\E(.*?)") && rest.isEmpty();
            pattern = Pattern.compile(regex + Pattern.quote(rest), Pattern.CASE_INSENSITIVE);
        }

        /** Whether a text can be told apart into its parts with little effort. */
        boolean canSplit(String text) {
            return isAlone || (parts.size() <= MAX_PARTS && text.length() <= MAX_KEY);
        }

        boolean is(String variable) {
            return isAlone && parts.getFirst().equals(variable);
        }
    }

    private void keys(NginxMap map, Source source) {
        for (NginxMap.Entry entry : map.entries()) {
            boolean isOfNames = source.is(NginxVariables.NAME);
            switch (entry.kind()) {
                case EXACT -> {
                    if (source.canSplit(entry.key())) {
                        exact(entry, source);
                    } else {
                        notes.addLoss(entry.line(), "too long to be followed; its clients are treated as others");
                    }
                }
                case EXPRESSION -> expression(map, entry, source);
                case BELOW, DOMAIN -> {
                    if (isOfNames) {
                        domain(entry);
                    } else {
                        beyond(map, entry);
                    }
                }
                case BEGINNING -> beyond(map, entry);
            }
        }
    }

    private void beyond(NginxMap map, NginxMap.Entry entry) {
        boolean isDefault = entry.value().equals(map.defaultValue());
        if (!isDefault || map.isBeforeOthers(entry)) {
            notes.addLoss(entry.line(), "vipgate has wildcards at the beginning of a name alone: "
                    + (isDefault
                            ? LED_BY_LATER
                            : "clients with such names are treated as those that name any other server"));
        }
    }

    private void domain(NginxMap.Entry entry) {
        String domain = entry.key().substring(entry.key().indexOf('.') + 1);
        boolean isUsable = keys.addBelow(domain);
        if (entry.key().startsWith(".")) {
            keys.addName(domain);
        }
        noteUnusable(entry, isUsable);
    }

    private void noteUnusable(NginxMap.Entry entry, boolean isUsable) {
        if (!isUsable) {
            notes.leftOut(entry.line(), "no TLS client names a server so"
                    + (entry.key().startsWith("*.") || entry.key().startsWith(".")
                            ? "; without hostnames before it, nginx took it for a name"
                            : ""));
        }
    }

    private void exact(NginxMap.Entry entry, Source source) {
        Matcher found = source.pattern.matcher(entry.key());
        for (int i = 0; found.matches() && i < source.parts.size(); i++) {
            String value = found.group(i + 1);
            switch (source.parts.get(i)) {
                case NginxVariables.NAME -> noteUnusable(entry, value.isEmpty() || keys.addName(value));
                case NginxVariables.PROTOCOLS -> keys.addProtocols(value);
                default -> {
                }
            }
        }
    }

    private void expression(NginxMap map, NginxMap.Entry entry, Source source) {
        String regex = entry.key().substring(entry.key().startsWith("~*") ? 2 : 1);
        boolean isDefault = entry.value().equals(map.defaultValue());
        if (source.is(NginxVariables.VERSION) || (isDefault && !map.isBeforeOthers(entry))) {
            return;
        }
        if (source.is(NginxVariables.PROTOCOLS)) {
            Optional<List<String>> protocols = NamePattern.protocols(regex);
            protocols.ifPresent(each -> each.forEach(keys::addProtocols));
            if (protocols.isEmpty()) {
                notes.addLoss(entry.line(), "which protocols the expression matches can't be told: it is left out");
            }
            return;
        }
        NamePattern names = source.is(NginxVariables.NAME)
                ? NamePattern.of(regex)
                : new NamePattern(List.of(), List.of(), false);
        names.exact().forEach(keys::addName);
        names.below().forEach(keys::addBelow);
        if (!names.isWhole()) {
            notes.addLoss(entry.line(), "vipgate has names and whole domains, *.example.com, but no expressions: "
                    + (names.exact().isEmpty() && names.below().isEmpty()
                            ? "it is left out, and " + (isDefault
                                    ? LED_BY_LATER
                                    : "its clients are treated as those that name any other server")
                            : "the nearest to it takes its place, " + String.join(", ", names.keys())));
        }
    }
}
