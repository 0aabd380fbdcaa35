package io.vipgate.importer.nginx;

import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.common.Intervals.Interval;
import io.vipgate.importer.common.Statement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A client that stands for all whom {@code geo} and {@code map $remote_addr} do not tell apart from it.
 *
 * <p>Immutable.
 */
record NginxClient(AddressFamily family, BigInteger address) {
    /** Whom {@code geo} looks for where its variable has no address. */
    static final NginxClient NOBODY = new NginxClient(AddressFamily.IPV4, AddressFamily.IPV4.highest());

    private static final int MAX_CLASSES = 2_000;
    private static final Set<String> OPTIONS = Set.of("ranges", "delete", "include", "proxy", "proxy_recursive");

    static NginxClient of(ClientSet alike) {
        AddressFamily family = alike.ipv4().all().isEmpty() ? AddressFamily.IPV6 : AddressFamily.IPV4;
        return new NginxClient(family, alike.in(family).all().getFirst().first());
    }

    String text() {
        return family.text(address);
    }

    /** The variable, without a dollar sign, whose address a {@code geo} or {@code map} looks at. */
    static String source(Statement definition) {
        return definition.is("geo") && definition.words().size() == 2
                ? "remote_addr"
                : definition.word(1).replaceAll("[${}]", "");
    }

    /** Whether it is by networks alone. */
    static boolean isPlain(Statement geo) {
        return geo.block().stream().noneMatch(entry -> OPTIONS.contains(entry.name()))
                && geo.block().stream().allMatch(entry -> entry.name().equals("default") || network(entry).isPresent());
    }

    private static Optional<ClientSet> network(Statement entry) {
        return ClientSet.of(entry.name()).filter(_ -> !entry.name().contains("-"));
    }

    /** The value of the longest network that has the client; of equal ones the last. */
    String valueIn(Statement geo) {
        String value = geo.last("default").map(each -> each.word(1)).orElse("");
        Optional<BigInteger> smallest = Optional.empty();
        for (Statement entry : geo.block()) {
            Optional<Interval> found = network(entry).map(each -> each.in(family))
                    .filter(each -> each.contains(address))
                    .map(each -> each.all().getFirst());
            if (found.isPresent() && smallest.filter(size -> size.compareTo(found.get().size()) < 0).isEmpty()) {
                smallest = Optional.of(found.get().size());
                value = entry.word(1);
            }
        }
        return value;
    }

    /** All clients, by what the definitions tell apart; empty when that is too much. */
    static Optional<List<ClientSet>> classes(Collection<Statement> definitions) {
        List<ClientSet> named = new ArrayList<>();
        for (Statement definition : definitions) {
            boolean isByAddress = (definition.is("geo") || definition.is("map"))
                    && NginxArrival.isAddress(source(definition));
            if (isByAddress) {
                definition.block().forEach(entry -> network(entry).ifPresent(named::add));
            }
        }
        if (named.size() > MAX_CLASSES) {
            return Optional.empty();
        }
        List<ClientSet> classes = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            NavigableSet<BigInteger> cuts = new TreeSet<>(List.of(BigInteger.ZERO));
            named.forEach(each -> each.in(family).all().forEach(interval -> {
                cuts.add(interval.first());
                cuts.add(interval.last().add(BigInteger.ONE));
            }));
            cuts.add(family.highest().add(BigInteger.ONE));
            BigInteger from = BigInteger.ZERO;
            for (BigInteger cut : cuts.tailSet(BigInteger.ONE)) {
                classes.add(ClientSet.of(family, Intervals.of(from, cut.subtract(BigInteger.ONE))));
                from = cut;
            }
        }
        return Optional.of(classes);
    }
}
