package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Unknowns.Unknown;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals.Interval;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Clients and interfaces, one for each kind that the rules tell apart.
 *
 * <p>Immutable.
 */
final class ClientClasses {
    /** What a finding that depends on clients' addresses names. */
    static final String SOURCE = "the client's address (-s)";

    private final int most;
    private final AddressFamily family;
    private final List<String> incoming;
    private final List<String> outgoing;
    private final List<BigInteger> sources;

    private ClientClasses(int most, AddressFamily family, List<String> incoming, List<String> outgoing,
            List<BigInteger> sources) {
        this.most = most;
        this.family = family;
        this.incoming = incoming;
        this.outgoing = outgoing;
        this.sources = sources;
    }

    /**
     * The classes of a program.
     *
     * @param most how many of a kind are told apart
     */
    static ClientClasses of(Program program, int most) {
        TreeSet<String> incoming = new TreeSet<>();
        TreeSet<String> outgoing = new TreeSet<>();
        TreeSet<BigInteger> sources = new TreeSet<>();
        sources.add(BigInteger.ZERO);
        for (Rule rule : program.reachableRules()) {
            for (Match match : rule.allMatches()) {
                if (match instanceof Match.NetworkInterface each) {
                    (each.isIncoming() ? incoming : outgoing).add(each.pattern().replace("+", ""));
                } else if (match instanceof Match.Source source) {
                    source.addresses().all().forEach(interval -> {
                        sources.add(interval.first());
                        sources.add(interval.last().add(BigInteger.ONE));
                    });
                }
            }
        }
        sources.remove(program.family().highest().add(BigInteger.ONE));
        return new ClientClasses(most, program.family(), withOther(incoming), withOther(outgoing),
                List.copyOf(sources));
    }

    /** No interface is called so, and no pattern is met by it. */
    private static List<String> withOther(Set<String> names) {
        List<String> all = new ArrayList<>(names);
        all.addFirst("\u0000");
        return all;
    }

    boolean isBy(Match.NetworkInterface match, Unknowns unknowns) {
        List<String> names = match.isIncoming() ? incoming : outgoing;
        if (names.size() > most) {
            return unknowns.valueOf(new Unknown(match.text(), 2, false)) == 1;
        }
        Unknown unknown = new Unknown(match.isIncoming() ? "-i" : "-o", names.size(), true);
        return match.isMetBy(names.get(unknowns.valueOf(unknown)));
    }

    boolean isFrom(Match.Source match, Unknowns unknowns) {
        if (sources.size() > most) {
            return unknowns.valueOf(new Unknown(match.text(), 2, false)) == 1;
        }
        int chosen = unknowns.valueOf(new Unknown(SOURCE, sources.size(), false));
        return match.addresses().contains(sources.get(chosen));
    }

    /** The clients of a class. */
    Interval clients(int source) {
        BigInteger end = source + 1 < sources.size() ? sources.get(source + 1) : family.highest().add(BigInteger.ONE);
        return new Interval(sources.get(source), end.subtract(BigInteger.ONE));
    }
}
