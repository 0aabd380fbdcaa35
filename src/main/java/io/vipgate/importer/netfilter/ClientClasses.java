package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Program.Hook;
import io.vipgate.importer.netfilter.Unknowns.Unknown;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals.Interval;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Clients and interfaces, one for each kind that the rules tell apart.
 *
 * <p>Immutable.
 */
final class ClientClasses {
    /** What a finding that depends on clients' addresses names. */
    static final String SOURCE = "the client's address";

    private static final String INCOMING = "-i";
    private static final String OUTGOING = "-o";
    /** No interface is called so, and no pattern is met by it. */
    private static final String OTHER = "\u0000";

    private final int most;
    private final AddressFamily family;
    private final boolean isBehind;
    private final List<Match.NetworkInterface> interfaces;
    private final List<String> incoming;
    private final List<String> outgoing;
    private final List<BigInteger> sources;

    private ClientClasses(int most, AddressFamily family, boolean isBehind, List<Match.NetworkInterface> interfaces,
            List<String> incoming, List<String> outgoing, List<BigInteger> sources) {
        this.most = most;
        this.family = family;
        this.isBehind = isBehind;
        this.interfaces = interfaces;
        this.incoming = incoming;
        this.outgoing = outgoing;
        this.sources = sources;
    }

    /**
     * The classes of a program.
     *
     * @param most how many of a kind are told apart
     * @param before those of the rules that sent connections on to another machine before, so that both interfaces are known
     */
    static ClientClasses of(Program program, int most, Optional<ClientClasses> before) {
        List<Match.NetworkInterface> interfaces = new ArrayList<>();
        TreeSet<String> incoming = new TreeSet<>(before.map(ClientClasses::incoming).orElse(List.of()));
        incoming.remove(OTHER);
        TreeSet<String> outgoing = new TreeSet<>();
        TreeSet<BigInteger> sources = new TreeSet<>();
        sources.add(BigInteger.ZERO);
        for (Rule rule : program.reachableRules()) {
            for (Match match : rule.allMatches()) {
                if (match instanceof Match.NetworkInterface each) {
                    interfaces.add(each);
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
        return new ClientClasses(most, program.family(), before.isPresent(), interfaces, withOther(incoming),
                withOther(outgoing),
                List.copyOf(sources));
    }

    private static List<String> withOther(Set<String> names) {
        List<String> all = new ArrayList<>(names);
        all.addFirst(OTHER);
        return all;
    }

    /** Whether connections have such an interface where rules meet them. */
    boolean isKnown(Match.NetworkInterface match, Hook hook) {
        return isBehind || match.isIncoming() == (hook == Hook.PREROUTING);
    }

    boolean isBy(Match.NetworkInterface match, Unknowns unknowns) {
        List<String> names = match.isIncoming() ? incoming : outgoing;
        if (names.size() > most) {
            return unknowns.valueOf(new Unknown(match.text(), 2, false)) == 1;
        }
        Unknown unknown = new Unknown(match.isIncoming() ? INCOMING : OUTGOING, names.size(), true);
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

    List<String> incoming() {
        return incoming;
    }

    List<Match.NetworkInterface> incomingMatches() {
        return interfaces.stream().filter(Match.NetworkInterface::isIncoming).toList();
    }

    /** The value of the interface that connections come in by; -1 where it was not asked. */
    static int incoming(Map<Unknown, Integer> asked) {
        return asked.entrySet().stream().filter(each -> each.getKey().isInterface()
                && each.getKey().name().equals(INCOMING)).mapToInt(Map.Entry::getValue).findFirst().orElse(-1);
    }

    /** Whether a name is met by the same patterns as one of these interfaces. */
    boolean isAnyOf(String name, Set<Integer> values) {
        return values.stream().anyMatch(value -> interfaces.stream().filter(Match.NetworkInterface::isIncoming)
                .allMatch(match -> match.isMetBy(name) == match.isMetBy(incoming.get(value))));
    }

    /** The matches that tell an interface from those that no rule names. */
    List<Match.NetworkInterface> tellingApart(Unknown asked, int value) {
        boolean isIncoming = asked.name().equals(INCOMING);
        String name = (isIncoming ? incoming : outgoing).get(value);
        return interfaces.stream().filter(match -> match.isIncoming() == isIncoming
                && match.isMetBy(name) != match.isMetBy(OTHER)).toList();
    }

    /** Whether clients are told apart by all addresses that the rules name. */
    boolean areSourcesTold() {
        return sources.size() <= most;
    }
}
