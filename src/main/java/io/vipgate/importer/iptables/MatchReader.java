package io.vipgate.importer.iptables;

import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.iptables.RuleReader.Extension;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.Match;
import io.vipgate.importer.netfilter.NumberSource;
import io.vipgate.importer.netfilter.ServiceNames;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What match extensions ask, {@code -m NAME}, of the first packet of a new TCP connection to this machine. One that nobody here knows
 * may be met or not.
 *
 * <p>Stateless.
 */
final class MatchReader {
    private static final BigInteger LAST_PORT = BigInteger.valueOf(65_535);
    private static final Set<String> FLAGS = Set.of("FIN", "SYN", "RST", "PSH", "ACK", "URG");
    private MatchReader() {}

    static List<Match> matches(Extension extension, Optional<AddressFamily> family) throws RuleProblemException {
        if (extension.options().stream().anyMatch(option -> option.values().stream().anyMatch(Unresolved::isIn))) {
            return List.of(new Match.Undecided(extension.text()));
        }
        List<Match> matches = new ArrayList<>();
        switch (extension.name()) {
            case "tcp", "multiport", "conntrack", "state", "addrtype", "iprange", "mark", "connmark" -> {
                for (Option option : extension.options()) {
                    matches.add(match(extension, option, family));
                }
            }
            case "statistic" -> matches.add(statistic(extension));
            case "connlimit", "hashlimit" -> matches.add(LimitReader.match(extension));
            case "udp", "udplite", "sctp", "dccp", "icmp", "icmp6", "icmpv6", "esp", "ah" ->
                matches.add(new Match.Always(false));
            case "comment" -> {
                // says nothing about connections
            }
            default -> matches.add(new Match.Undecided(extension.text()));
        }
        return matches;
    }

    /** The family that an address of the extension has. */
    static Optional<AddressFamily> family(Extension extension) {
        return extension.options().stream()
                .filter(option -> Set.of("--dst-range", "--src-range", "--ctorigdst", "--ctorigsrc")
                        .contains(option.name()))
                .flatMap(option -> AddressFamily.of(option.value().split("[-/]", 2)[0]).stream()).findFirst();
    }

    private static Match match(Extension extension, Option option, Optional<AddressFamily> family)
            throws RuleProblemException {
        return switch (option.name()) {
            case "--dport", "--dports", "--ctorigdstport" -> ServiceNames.isUnknownIn(option.value())
                    ? new Match.Undecided(option + " (a port's name that is not known here)")
                    : new Match.DestinationPort(ports(option, !extension.name().equals("multiport")));
            case "--syn" -> new Match.Always(!option.isNegated());
            case "--tcp-flags" -> flags(option);
            case "--ctstate", "--state" ->
                new Match.Always(Arrays.asList(option.value().split(",", -1)).contains("NEW") != option.isNegated());
            case "--ctdir" -> new Match.Always(option.value().equals("ORIGINAL") != option.isNegated());
            case "--ctproto" -> new Match.Always(Set.of("tcp", "6").contains(option.value()) != option.isNegated());
            case "--dst-range", "--ctorigdst" -> new Match.Destination(addresses(option, family),
                    option.name().equals("--dst-range") && !option.isNegated());
            case "--src-range", "--ctorigsrc" -> new Match.Source(addresses(option, family), option.toString());
            case "--dst-type" -> Arrays.asList(option.value().split(",", -1)).contains("LOCAL") != option.isNegated()
                    ? new Match.Always(true)
                    : new Match.ToOthers(extension.text());
            case "--limit-iface-in", "--limit-iface-out" -> new Match.Always(true);
            case "--mark" -> mark(option, extension.name().equals("connmark"));
            default -> new Match.Undecided(Unresolved.without(option.toString()));
        };
    }

    /** {@code 80}, {@code 80:90} and, with commas between them, several. */
    static Intervals ports(Option option, boolean isOne) throws RuleProblemException {
        List<Intervals> all = new ArrayList<>();
        String[] ranges = isOne ? new String[]{option.value()} : option.value().split(",", -1);
        for (String range : ranges) {
            String[] ends = range.split(":", -1);
            int first = ends[0].isEmpty() && ends.length == 2 ? 0 : port(ends[0], option);
            int last = ends.length == 1 ? first : ends[1].isEmpty() ? LAST_PORT.intValue() : port(ends[1], option);
            if (ends.length > 2 || first > last) {
                throw new RuleProblemException(option + " is no range of ports");
            }
            all.add(Intervals.of(first, last));
        }
        Intervals union = Intervals.union(all);
        return option.isNegated() ? union.complement(LAST_PORT) : union;
    }

    private static int port(String text, Option option) throws RuleProblemException {
        OptionalInt port = ServiceNames.port(text);
        if (port.isEmpty()) {
            throw new RuleProblemException(option + ": " + text + " is no port");
        }
        return port.getAsInt();
    }

    private static Match flags(Option option) throws RuleProblemException {
        Set<String> mask = Set.copyOf(flagNames(option.values().getFirst()));
        Set<String> set = Set.copyOf(flagNames(option.values().getLast()));
        if (!FLAGS.containsAll(mask) || !FLAGS.containsAll(set)) {
            throw new RuleProblemException(option + ": no such TCP flag");
        }
        Set<String> ofNew = mask.contains("SYN") ? Set.of("SYN") : Set.of();
        return new Match.Always(ofNew.equals(set) != option.isNegated());
    }

    private static List<String> flagNames(String text) {
        return switch (text) {
            case "ALL" -> List.copyOf(FLAGS);
            case "NONE", "" -> List.of();
            default -> Arrays.stream(text.split(",", -1)).distinct().toList();
        };
    }

    private static Intervals addresses(Option option, Optional<AddressFamily> family) throws RuleProblemException {
        String text = option.value();
        Optional<AddressFamily> own = AddressFamily.of(text.split("[-/]", 2)[0]);
        Optional<Intervals> addresses = own.flatMap(each -> each.network(text));
        if (addresses.isEmpty() || (family.isPresent() && !family.equals(own))) {
            throw new RuleProblemException(option + ": no addresses of this family");
        }
        return option.isNegated()
                ? addresses.get().complement(own.orElseThrow().highest())
                : addresses.get();
    }

    private static Match mark(Option option, boolean isOfConnection) throws RuleProblemException {
        String[] parts = option.value().split("/", 2);
        long mask = parts.length == 2 ? number(parts[1], option) : 0xFFFF_FFFFL;
        return new Match.Mark(isOfConnection, mask, number(parts[0], option), option.isNegated());
    }

    /** A number of 32 bits, decimal, octal or hexadecimal. */
    static long number(String text, Option option) throws RuleProblemException {
        try {
            long number = Long.decode(text);
            if (number >= 0 && number <= 0xFFFF_FFFFL) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new RuleProblemException(option + ": " + text + " is no number of 32 bits");
    }

    private static Match statistic(Extension extension) throws RuleProblemException {
        String mode = extension.option("--mode").map(Option::value).orElse("");
        Optional<Option> probability = extension.option("--probability");
        Optional<Option> every = extension.option("--every");
        if (mode.equals("random") && probability.isPresent()) {
            return chance(probability.get());
        }
        if (mode.equals("nth") && every.isPresent()) {
            return nth(every.get(), extension.option("--packet"));
        }
        throw new RuleProblemException(
                extension.text() + ": random with --probability or nth with --every is expected");
    }

    private static Match chance(Option option) throws RuleProblemException {
        try {
            double value = Double.parseDouble(option.value());
            if (value >= 0 && value <= 1) {
                Fraction fraction = Fraction.nearest(value);
                return new Match.Chance(option.isNegated() ? fraction.rest() : fraction);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new RuleProblemException(option + " is no probability");
    }

    private static Match nth(Option every, Optional<Option> packet) throws RuleProblemException {
        long modulus = number(every.value(), every);
        long first = packet.isPresent() ? number(packet.get().value(), packet.get()) : 0;
        if (modulus < 1 || modulus > Integer.MAX_VALUE || first >= modulus) {
            throw new RuleProblemException(every + packet.map(each -> " " + each).orElse("")
                    + ": the packet is one of 0 to every - 1");
        }
        Intervals numbers = Intervals.of(first, first);
        return new Match.Drawn(new NumberSource(NumberSource.Kind.TURNS, "", (int) modulus), every.isNegated()
                ? numbers.complement(BigInteger.valueOf(modulus - 1))
                : numbers);
    }
}
