package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.PortRange;
import io.vipgate.importer.netfilter.Budget.ExhaustedException;
import io.vipgate.importer.netfilter.Destinations.Rest;
import io.vipgate.importer.common.Intervals.Interval;
import io.vipgate.importer.netfilter.Program.Hook;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds every address and port that a program sends on, and notes what no listener can stand for: networks, and very many ports.
 *
 * <p>Confined to one import.
 */
final class ServedAddresses {
    private static final int MAX_SERVED = 20_000;
    private static final String TOO_MANY = "the rules send on more than " + MAX_SERVED + " addresses and ports";
    private static final int MAX_SHOWN = 3;

    private final Program program;
    private final Survey survey;
    private final Destinations destinations;
    private final Notes notes;
    private final Map<Integer, Served> anyByPort = new LinkedHashMap<>();
    private final List<Served> singles = new ArrayList<>();
    /** By line of the rule and port, what it leaves alone. */
    private final Map<Integer, TreeMap<Integer, List<String>>> excepted = new TreeMap<>();

    private ServedAddresses(Program program, Survey survey, Destinations destinations, Notes notes) {
        this.program = program;
        this.survey = survey;
        this.destinations = destinations;
        this.notes = notes;
    }

    /** Single addresses in their order, then those for every address. */
    static List<Served> of(Program program, Survey survey, Budget budget, Notes notes) throws ExhaustedException {
        ServedAddresses found = new ServedAddresses(program, survey, Destinations.of(program, budget), notes);
        Rest most = found.destinations.rests().getFirst();
        found.findAny(most);
        for (BigInteger single : found.destinations.singles()) {
            found.findSingle(single, most);
        }
        for (Rest rest : found.destinations.rests().subList(1, found.destinations.rests().size())) {
            if (rest.isHeard()) {
                found.findRest(rest, most);
            }
        }
        found.noteAllExcepted();
        List<Served> all = new ArrayList<>(found.singles);
        all.addAll(found.anyByPort.values());
        if (all.size() > MAX_SERVED) {
            throw new ExhaustedException(TOO_MANY);
        }
        return all;
    }

    private Served at(BigInteger address, int port, boolean isAny) throws ExhaustedException {
        HostPort bind = isAny
                ? HostPort.address(program.family().wildcard(), port).orElseThrow()
                : program.family().at(address, port);
        return new Served(bind, survey.at(Hook.PREROUTING, address, port, isAny),
                survey.at(Hook.OUTPUT, address, port, isAny));
    }

    private void findAny(Rest most) throws ExhaustedException {
        PortRuns runs = new PortRuns(most.example(), true);
        for (Interval ports : runs.intervals()) {
            Served first = at(most.example(), ports.first().intValue(), true);
            if (!first.isStaying() && runs.isShort(first, "every address")) {
                for (int port = ports.first().intValue(); port <= ports.last().intValue(); port++) {
                    anyByPort.put(port, at(most.example(), port, true));
                }
            }
        }
    }

    /** The ports of one address, and how many of them each rule sends on. */
    private final class PortRuns {
        private final List<Interval> intervals;
        private final Map<Object, Integer> counts = new HashMap<>();
        private final Map<Object, Interval> spans = new HashMap<>();

        PortRuns(BigInteger address, boolean isAny) throws ExhaustedException {
            intervals = destinations.ports(address);
            for (Interval ports : intervals) {
                Served served = at(address, ports.first().intValue(), isAny);
                if (!served.isStaying()) {
                    counts.merge(key(served), ports.size().intValueExact(), Integer::sum);
                    spans.merge(key(served), ports, (old, more) -> new Interval(old.first(), more.last()));
                }
            }
        }

        private static Object key(Served served) {
            return served.main().isTold() ? served.main().shares().lines() : served.main().deciders();
        }

        List<Interval> intervals() {
            return intervals;
        }

        /** Whether these are few enough for listeners, which is else noted. */
        boolean isShort(Served served, String address) {
            Object key = key(served);
            boolean isShort = counts.getOrDefault(key, 0) <= PortRange.MAX_PORTS;
            if (!isShort) {
                Interval span = spans.getOrDefault(key, new Interval(BigInteger.ZERO, BigInteger.ZERO));
                String ports = "ports " + span.first() + ":" + span.last() + " of " + address;
                notes.addLoss(line(served), served.main().isTold()
                        ? ports + ": a listener has single ports, " + PortRange.MAX_PORTS
                                + " of a range at most; their connections are not carried over"
                        : why(program, served.main()) + "; left out: " + ports);
            }
            return isShort;
        }
    }

    private void findSingle(BigInteger single, Rest most) throws ExhaustedException {
        String text = program.family().text(single);
        boolean isExcepted = destinations.isExcepted(single, most);
        PortRuns runs = new PortRuns(single, false);
        for (Interval ports : runs.intervals()) {
            int from = ports.first().intValue();
            int to = ports.last().intValue();
            Served first = at(single, from, false);
            if (first.isStaying()) {
                if (isExcepted) {
                    noteExcepted(text, from, to);
                }
            } else if (HostPort.address(text, from).isEmpty()) {
                notes.addLoss(line(first), text + ", ports " + from + ":" + to
                        + ": no listener can have that address; it is left out");
            } else if (!isLikeAny(first, single, most) && runs.isShort(first, text)) {
                for (int port = from; port <= to; port++) {
                    Served served = at(single, port, false);
                    if (!isLikeAny(served, single, most)) {
                        singles.add(served);
                        if (singles.size() > MAX_SERVED) {
                            throw new ExhaustedException(TOO_MANY);
                        }
                    }
                }
            }
        }
    }

    private boolean isLikeAny(Served served, BigInteger address, Rest most) throws ExhaustedException {
        int port = served.bind().port();
        Served any = at(most.example(), port, true);
        return any.isSameAs(served) && !program.family().unheardFromOutside().contains(address);
    }

    private void noteExcepted(String text, int from, int to) {
        anyByPort.values().stream().filter(any -> any.bind().port() >= from && any.bind().port() <= to)
                .filter(any -> any.main().isTold())
                .forEach(any -> excepted.computeIfAbsent(line(any), _ -> new TreeMap<>())
                        .computeIfAbsent(any.bind().port(), _ -> new ArrayList<>()).add(text));
    }

    /** One note for each rule: connections that it leaves alone come to a listener for every address too. */
    private void noteAllExcepted() {
        excepted.forEach((line, byPort) -> {
            List<String> addresses = byPort.values().stream().flatMap(List::stream).distinct().toList();
            String ports = byPort.size() == 1
                    ? "port " + byPort.firstKey()
                    : "ports " + byPort.firstKey() + " to " + byPort.lastKey();
            notes.addLoss(line, "connections to " + shown(addresses) + ", " + ports
                    + ", were not sent on by any rule; a listener on " + program.family().wildcard()
                    + " takes them too, unless another program listens on those addresses");
        });
    }

    private static String shown(List<String> texts) {
        String shown = texts.stream().limit(MAX_SHOWN).collect(Collectors.joining(", "));
        return texts.size() > MAX_SHOWN ? shown + " and others" : shown;
    }

    private void findRest(Rest rest, Rest most) throws ExhaustedException {
        String text = text(rest);
        for (Interval ports : destinations.ports(rest.example())) {
            Served served = at(rest.example(), ports.first().intValue(), true);
            if (served.isStaying()) {
                noteExcepted(text, ports.first().intValue(), ports.last().intValue());
            } else if (!isLikeAny(served, rest.example(), most)) {
                String range = ports.first().equals(ports.last())
                        ? "port " + ports.first()
                        : "ports " + ports.first() + ":" + ports.last();
                notes.addLoss(line(served), text + ", " + range + ": a listener has one address, not a network; "
                        + "what the rules do for it is left out"
                        + (anyByPort.containsKey(ports.first().intValue())
                                ? ", and its connections go where those to every other address go"
                                : ""));
            }
        }
    }

    private String text(Rest rest) {
        return shown(rest.intervals().stream().map(interval -> program.family().networkText(interval)).toList());
    }

    /** The line to name for it: of a rule that sends on, else of one that decides. */
    private int line(Served served) {
        return line(program, served.main(), served.bind());
    }

    static int line(Program program, Finding finding, HostPort bind) {
        if (finding.isTold()) {
            return finding.shares().firstLine();
        }
        return finding.deciders().stream().mapToInt(decider -> lineOf(program, decider, bind)).filter(line -> line > 0)
                .min().orElse(0);
    }

    /** Why the shares can't be told, in a few words. */
    static String why(Program program, Finding finding) {
        return "the rules alone do not tell where they go, "
                + (finding.isTold() ? Stream.of(ClientClasses.SOURCE) : finding.deciders().stream())
                        .map(program.language()::decider).collect(Collectors.joining(", "))
                + " decides";
    }

    /** The first rule about an address and port that something decides on. */
    static int lineOf(Program program, String decider, HostPort bind) {
        Optional<BigInteger> address = bind.isWildcard() ? Optional.empty() : program.family().number(bind.host());
        for (Rule rule : program.reachableRules()) {
            if (address.filter(each -> !rule.isAbout(each)).isPresent() || !rule.isAboutPort(bind.port())) {
                continue;
            }
            for (Match match : rule.allMatches()) {
                boolean isIt = switch (match) {
                    case Match.Undecided undecided -> undecided.text().equals(decider);
                    case Match.AboveLimit limit -> limit.key().equals(decider);
                    case Match.Source source -> decider.equals(ClientClasses.SOURCE) || source.text().equals(decider);
                    case Match.NetworkInterface each ->
                        decider.equals(Finding.INTERFACE) || each.text().equals(decider);
                    default -> false;
                };
                if (isIt) {
                    return rule.line();
                }
            }
        }
        return 0;
    }
}
