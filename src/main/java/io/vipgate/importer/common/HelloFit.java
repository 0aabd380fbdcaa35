package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds what vipgate can say of a file that leads clients by what they begin with: the file is asked about a sample of each kind of
 * clients. What the found routes do with a sample otherwise than the file is a loss.
 *
 * <p>Confined to one listener.
 *
 * @param <T> where clients can be led
 */
public final class HelloFit<T> {
    /** The one protocol that a client must offer alone: RFC 8737 section 3. */
    private static final String ALONE = "acme-tls/1";
    private static final String ANOTHER_PROTOCOL = "another-protocol";
    private static final int MAX_NAMED = 5;
    private static final int MAX_PAIRS = 8;
    private static final int MAX_CHECKS = 100_000;
    private static final int MAX_NAMES_BY_PROTOCOL = 1000;

    private final HelloKeys keys;
    private final Function<SampleHello, HelloOutcome<T>> file;
    private final Function<T, String> print;
    private final Map<SampleHello, HelloOutcome<T>> asked = new LinkedHashMap<>();

    /**
     * For a file.
     *
     * @param file what it does with a client
     * @param print how a note calls a target
     */
    public HelloFit(HelloKeys keys, Function<SampleHello, HelloOutcome<T>> file, Function<T, String> print) {
        this.keys = keys;
        this.file = file;
        this.print = print;
    }

    private HelloOutcome<T> ask(SampleHello hello) {
        return asked.computeIfAbsent(hello, file);
    }

    /**
     * The routes; empty where no client is led anywhere, or no more than that is told of any.
     *
     * @param loss gets what they do otherwise than the file
     */
    public Optional<DraftRoutes<T>> routes(Consumer<String> loss) {
        HelloOutcome<T> unknown = ask(keys.unknown());
        HelloOutcome<T> nameless = ask(HelloKeys.nameless());
        HelloOutcome<T> others = ask(SampleHello.NOT_TLS);
        Map<String, T> names = new LinkedHashMap<>();
        keys.samples().stream().filter(each -> keys.names().contains(each.called()))
                .forEach(each -> ask(each).target().ifPresent(target -> names.put(each.called(), target)));
        Map<String, T> alpn = new LinkedHashMap<>();
        keys.protocols().forEach(each -> always(each).ifPresent(target -> alpn.put(each, target)));
        Optional<T> own = Stream.of(unknown, nameless, others).flatMap(each -> each.target().stream())
                .findFirst().or(() -> names.values().stream().findFirst())
                .or(() -> alpn.values().stream().findFirst());
        if (own.isEmpty()) {
            return Optional.empty();
        }
        boolean isPlain = alpn.isEmpty() && names.values().stream().allMatch(own.get()::equals)
                && Stream.of(unknown, nameless, others).allMatch(each -> each.target().equals(own));
        DraftRoutes<T> routes = isPlain
                ? DraftRoutes.plain(own.get())
                : new DraftRoutes<>(own.get(), names, alpn, !unknown.target().equals(own),
                        !nameless.target().equals(own), !others.target().equals(own));
        compare(routes, loss);
        return Optional.of(routes);
    }

    /** Where all clients are led that offer a protocol first, whatever they name, and would not be without it. */
    private Optional<T> always(String protocol) {
        List<SampleHello> samples = keys.samples().reversed().stream().limit(MAX_NAMES_BY_PROTOCOL).toList();
        HelloOutcome<T> first = ask(samples.getFirst().offering(List.of(protocol)));
        boolean decides = false;
        for (SampleHello each : samples) {
            boolean isFirst = protocol.equals(ALONE)
                    || ask(each.offering(List.of(protocol, ANOTHER_PROTOCOL))).equals(first);
            if (!isFirst || !ask(each.offering(List.of(protocol))).equals(first)) {
                return Optional.empty();
            }
            decides |= !ask(each).equals(first);
        }
        return decides ? first.target() : Optional.empty();
    }

    private void compare(DraftRoutes<T> routes, Consumer<String> loss) {
        Map<List<String>, List<String>> differences = new LinkedHashMap<>();
        int checks = 0;
        for (SampleHello each : checked()) {
            HelloOutcome<T> before = ask(each);
            HelloOutcome<T> after = routes.of(each);
            if (!before.equals(after) && checks++ < MAX_CHECKS) {
                String was = before.isTold()
                        ? before.target().map(target -> "went to " + print.apply(target)).orElse("were refused")
                        : "went where more decides than what they begin with";
                String is = after.target().map(target -> "they go to " + print.apply(target))
                        .orElse("they are refused");
                differences.computeIfAbsent(List.of(each.rest("\u0000"), was, is), _ -> new ArrayList<>())
                        .add(each.name().isEmpty() ? "no server" : each.called());
            }
        }
        differences.forEach((words, named) -> loss.accept("clients that "
                + words.getFirst().replace("\u0000", print(named)) + " " + words.get(1) + "; now " + words.getLast()));
    }

    private static String print(List<String> names) {
        return String.join(", ", names.stream().limit(MAX_NAMED).toList())
                + (names.size() > MAX_NAMED ? " and " + (names.size() - MAX_NAMED) + " more" : "");
    }

    /** Samples that the routes are to lead as the file does. */
    private List<SampleHello> checked() {
        List<SampleHello> samples = keys.samples();
        List<SampleHello> all = new ArrayList<>(samples);
        all.add(SampleHello.NOT_TLS);
        for (List<String> offer : offers()) {
            samples.stream().limit(MAX_NAMES_BY_PROTOCOL).forEach(each -> all.add(each.offering(offer)));
            samples.reversed().stream().limit(2).forEach(each -> all.add(each.offering(offer)));
        }
        keys.versions().forEach(version -> samples.forEach(each -> all.add(each.speaking(version))));
        return all.stream().distinct().toList();
    }

    private List<List<String>> offers() {
        List<List<String>> offers = new ArrayList<>();
        List<String> some = keys.protocols().stream().limit(MAX_PAIRS).toList();
        keys.protocols().forEach(each -> offers.add(List.of(each)));
        for (String one : some) {
            for (String other : Stream.concat(some.stream(), Stream.of(ANOTHER_PROTOCOL)).toList()) {
                if (!one.equals(other) && !one.equals(ALONE) && !other.equals(ALONE)) {
                    offers.add(List.of(one, other));
                    offers.add(List.of(other, one));
                }
            }
        }
        offers.addAll(keys.lists());
        return offers;
    }
}
