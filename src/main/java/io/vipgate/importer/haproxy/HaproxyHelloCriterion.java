package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.BoundedRegex;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.HelloKeys;
import io.vipgate.importer.common.NamePattern;
import io.vipgate.importer.common.SampleHello;
import io.vipgate.importer.haproxy.HaproxyDestination.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A criterion on what a client begins with: {@code req.ssl_sni}, {@code req.ssl_alpn}, {@code req.ssl_hello_type}, {@code
 * req.ssl_ver}; manual of HAProxy, section 7.3.5.
 *
 * <p>Confined to one import.
 */
final class HaproxyHelloCriterion {
    private static final Pattern FETCH = Pattern.compile("req[._]ssl_(sni|alpn|hello_type|ver)((?:,.*)?)");
    private static final Pattern VERSION = Pattern.compile("([0-9])(?:\\.([0-9]))?");
    private static final Pattern RANGE = Pattern.compile("([0-9.]*):([0-9.]*)");
    /** The handshake version of nearly every client, TLS 1.3 among them. */
    private static final int USUAL_VERSION = 303;
    private static final int OLDEST_VERSION = 301;
    private static final int MAX_VERSION = 999;

    private final BoundedRegex regex;
    private final String fetch;
    private final List<String> values = new ArrayList<>();
    private final Set<String> folded = new HashSet<>();
    private final List<String> missing = new ArrayList<>();
    private final boolean ignoresCase;
    private final String method;
    private final boolean isKnown;

    private HaproxyHelloCriterion(Matcher first, List<String> words, GivenFiles files, BoundedRegex regex) {
        this.regex = regex;
        fetch = first.group(1);
        boolean isLower = first.group(2).matches("(,lower)+");
        boolean isTold = isLower || first.group(2).isEmpty();
        boolean isFolding = isLower;
        String how = fetch.equals("sni") || fetch.equals("alpn") ? "str" : "int";
        int i = 1;
        boolean areFlagsOver = false;
        while (i < words.size()) {
            String word = words.get(i++);
            String next = i < words.size() ? words.get(i) : "";
            if (areFlagsOver || !word.startsWith("-")) {
                areFlagsOver = true;
                values.add(word);
            } else if (word.equals("-i")) {
                isFolding = true;
            } else if (word.equals("-m")) {
                how = next;
                i++;
            } else if (word.equals("-f")) {
                files.text(next).ifPresentOrElse(text -> values.addAll(HaproxyNameMap.lines(text)),
                        () -> missing.add(next));
                i++;
            } else if (word.equals("--")) {
                areFlagsOver = true;
            } else if (!word.equals("-n")) {
                isTold = false;
            }
        }
        ignoresCase = isFolding;
        method = how;
        isKnown = isTold;
        values.forEach(each -> folded.add(each.toLowerCase(Locale.ROOT)));
    }

    /** Reads the words of a criterion; empty if it is about something else. */
    static Optional<HaproxyHelloCriterion> of(List<String> words, GivenFiles files, BoundedRegex regex) {
        Matcher first = FETCH.matcher(words.isEmpty() ? "" : words.getFirst());
        return first.matches()
                ? Optional.of(new HaproxyHelloCriterion(first, words, files, regex))
                : Optional.empty();
    }

    /** Files with values that were not given. */
    List<String> missing() {
        return missing;
    }

    /** Whether names in capitals were others. */
    boolean tellsCase() {
        return fetch.equals("sni") && !ignoresCase && !method.equals("found") && !method.equals("reg");
    }

    /** Whether clients of an older version of TLS were told from the usual ones. */
    boolean tellsVersions() {
        return fetch.equals("ver") && isKnown && IntStream.rangeClosed(OLDEST_VERSION, USUAL_VERSION)
                .anyMatch(version -> version(version) != version(USUAL_VERSION));
    }

    /** How much there is to look at. */
    int effort() {
        return method.equals("str") ? 1 : 1 + values.size();
    }

    Verdict test(SampleHello hello) {
        Verdict told = switch (fetch) {
            case "sni" -> text(hello.name());
            case "alpn" -> text(hello.protocolList());
            case "hello_type" -> hello.isTls() ? HaproxyDestination.port(values, 1) : Verdict.NO;
            default -> hello.isTls() ? version(USUAL_VERSION) : Verdict.NO;
        };
        return !isKnown || (told == Verdict.NO && !missing.isEmpty()) ? Verdict.UNKNOWN : told;
    }

    private Verdict text(String text) {
        if (text.isEmpty()) {
            return Verdict.NO;
        }
        return switch (method) {
            case "found" -> Verdict.YES;
            case "str" -> Verdict.of(folded.contains(text));
            case "reg" -> values.stream().map(each -> regex.find(each, ignoresCase, text))
                    .map(found -> found.map(Verdict::of).orElse(Verdict.UNKNOWN)).reduce(Verdict.NO, Verdict::or);
            default -> folded.stream().map(each -> HaproxyNameMap.matches(method, text, each))
                    .map(found -> found.map(Verdict::of).orElse(Verdict.UNKNOWN)).reduce(Verdict.NO, Verdict::or);
        };
    }

    private Verdict version(int version) {
        String comparison = "eq";
        Verdict any = values.isEmpty() ? Verdict.UNKNOWN : Verdict.NO;
        for (String value : values) {
            if (HaproxyDestination.COMPARISONS.contains(value)) {
                comparison = value;
                continue;
            }
            Matcher range = RANGE.matcher(value);
            int from = range.matches() ? number(range.group(1), 0) : number(value, 0);
            int to = range.matches() ? number(range.group(2), MAX_VERSION) : from;
            any = any.or(Verdict.of(switch (comparison) {
                case "ge" -> version >= from;
                case "gt" -> version > from;
                case "le" -> version <= to;
                case "lt" -> version < to;
                default -> version >= from && version <= to;
            }));
        }
        return any;
    }

    private static int number(String text, int orElse) {
        Matcher version = VERSION.matcher(text);
        return !version.matches()
                ? orElse
                : 100 * Integer.parseInt(version.group(1))
                        + (version.group(2) == null ? 0 : Integer.parseInt(version.group(2)));
    }

    /**
     * Adds what it tells clients apart by.
     *
     * @param loss gets what names, domains and protocols do not say
     */
    void collect(HelloKeys keys, Consumer<String> loss) {
        if (fetch.equals("sni") && isKnown) {
            values.forEach(value -> HaproxyNameMap.collect(method, value, keys, loss));
        } else if (fetch.equals("alpn") && isKnown) {
            values.forEach(value -> protocols(value, keys, loss));
        }
    }

    private void protocols(String value, HelloKeys keys, Consumer<String> loss) {
        if (!method.equals("reg")) {
            keys.addProtocols(value);
            return;
        }
        Optional<List<String>> protocols = NamePattern.protocols(value);
        protocols.ifPresent(each -> each.forEach(keys::addProtocols));
        if (protocols.isEmpty()) {
            loss.accept("which protocols the expression matches can't be told: it is left out");
        }
    }
}
