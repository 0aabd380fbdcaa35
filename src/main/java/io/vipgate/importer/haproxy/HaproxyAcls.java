package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Statement;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Conditions of a frontend's rules, as far as the address and port that a client came to decide them: {@code dst_port} and
 * {@code dst}, by name or in braces; manual of HAProxy, section 7.
 *
 * <p>Confined to one import.
 */
final class HaproxyAcls {
    /** Whether a condition holds for the clients of an address and port. */
    enum Verdict {
        YES, NO, UNKNOWN;

        Verdict not() {
            return this == YES ? NO : this == NO ? YES : UNKNOWN;
        }

        Verdict and(Verdict other) {
            return this == NO || other == NO ? NO : this == YES && other == YES ? YES : UNKNOWN;
        }

        Verdict or(Verdict other) {
            return not().and(other.not()).not();
        }

        static Verdict of(boolean holds) {
            return holds ? YES : NO;
        }
    }

    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:[:-]([0-9]{1,5}))?");
    private static final Pattern NETWORK = Pattern.compile("([0-9A-Fa-f.:]+)(?:/([0-9]{1,3}))?");
    private static final Set<String> COMPARISONS = Set.of("eq", "ge", "gt", "le", "lt");
    private static final Set<String> OR = Set.of("or", "OR", "||");

    private final Map<String, List<List<String>>> named = new HashMap<>();

    HaproxyAcls(HaproxySection frontend) {
        for (Statement acl : frontend.all("acl")) {
            List<String> words = acl.words();
            named.computeIfAbsent(acl.word(1), _ -> new ArrayList<>()).add(words.subList(Math.min(2, words.size()),
                    words.size()));
        }
    }

    /** Words of the longest condition that has a name, 1 at least. */
    int longest() {
        return Math.max(1,
                named.values().stream().mapToInt(each -> each.stream().mapToInt(List::size).sum()).max().orElse(1));
    }

    /** What {@code if ...} or {@code unless ...} says from its first word on; nothing is always true. */
    Verdict test(List<String> condition, HostPort bind) {
        if (condition.isEmpty()) {
            return Verdict.YES;
        }
        Verdict verdict = expression(condition.subList(1, condition.size()), bind);
        return switch (condition.getFirst()) {
            case "if" -> verdict;
            case "unless" -> verdict.not();
            default -> Verdict.UNKNOWN;
        };
    }

    private Verdict expression(List<String> words, HostPort bind) {
        Verdict any = Verdict.NO;
        Verdict all = Verdict.YES;
        boolean isNegated = false;
        int i = 0;
        while (i < words.size()) {
            String word = words.get(i++);
            if (OR.contains(word)) {
                any = any.or(all);
                all = Verdict.YES;
                continue;
            }
            while (word.startsWith("!")) {
                isNegated = !isNegated;
                word = word.substring(1);
            }
            if (word.isEmpty()) {
                continue;
            }
            Verdict term;
            if (word.equals("{")) {
                int end = i + Math.max(0, words.subList(i, words.size()).indexOf("}"));
                term = criterion(words.subList(i, end), bind);
                i = Math.min(words.size(), end + 1);
            } else {
                term = name(word, bind);
            }
            all = all.and(isNegated ? term.not() : term);
            isNegated = false;
        }
        return any.or(all);
    }

    private Verdict name(String name, HostPort bind) {
        List<List<String>> definitions = named.getOrDefault(name, List.of());
        if (definitions.isEmpty()) {
            return switch (name) {
                case "TRUE" -> Verdict.YES;
                case "FALSE" -> Verdict.NO;
                default -> Verdict.UNKNOWN;
            };
        }
        return definitions.stream().map(words -> criterion(words, bind)).reduce(Verdict.NO, Verdict::or);
    }

    private static Verdict criterion(List<String> words, HostPort bind) {
        if (words.isEmpty()) {
            return Verdict.UNKNOWN;
        }
        List<String> values = values(words);
        return switch (words.getFirst()) {
            case "always_true" -> values.isEmpty() ? Verdict.YES : Verdict.UNKNOWN;
            case "always_false" -> values.isEmpty() ? Verdict.NO : Verdict.UNKNOWN;
            case "dst_port", "fc_dst_port" -> port(values, bind.port());
            case "dst", "fc_dst" -> address(values, bind);
            default -> Verdict.UNKNOWN;
        };
    }

    /** The words behind the criterion and its flags; a flag that says where the values are leaves one that nothing matches. */
    private static List<String> values(List<String> words) {
        int i = 1;
        while (i < words.size() && words.get(i).startsWith("-")) {
            String flag = words.get(i++);
            if (flag.equals("-m")) {
                i++;
            } else if (flag.equals("--")) {
                break;
            } else if (!flag.equals("-i") && !flag.equals("-n")) {
                return List.of(flag);
            }
        }
        return words.subList(Math.min(i, words.size()), words.size());
    }

    private static Verdict port(List<String> values, int port) {
        Verdict any = values.isEmpty() ? Verdict.UNKNOWN : Verdict.NO;
        String comparison = "eq";
        for (String value : values) {
            if (COMPARISONS.contains(value)) {
                comparison = value;
                continue;
            }
            Matcher range = PORTS.matcher(value);
            if (!range.matches()) {
                return Verdict.UNKNOWN;
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            any = any.or(Verdict.of(switch (comparison) {
                case "ge" -> port >= first;
                case "gt" -> port > first;
                case "le" -> port <= last;
                case "lt" -> port < last;
                default -> port >= first && port <= last;
            }));
        }
        return any;
    }

    private static Verdict address(List<String> values, HostPort bind) {
        Verdict any = values.isEmpty() ? Verdict.UNKNOWN : Verdict.NO;
        for (String value : values) {
            Matcher network = NETWORK.matcher(value);
            Optional<InetAddress> address = network.matches()
                    ? HostPort.literal(network.group(1))
                    : Optional.empty();
            if (address.isEmpty()) {
                return Verdict.UNKNOWN;
            }
            int bits = 8 * address.get().getAddress().length;
            int prefix = network.group(2) == null ? bits : Integer.parseInt(network.group(2));
            any = any.or(contains(address.get().getAddress(), Math.min(prefix, bits), bind));
        }
        return any;
    }

    private static Verdict contains(byte[] network, int prefix, HostPort bind) {
        boolean isOneAddress = prefix == 8 * network.length;
        if (bind.isWildcard()) {
            // A listener on the one address takes its clients away from the wildcard.
            return isOneAddress ? Verdict.NO : Verdict.UNKNOWN;
        }
        byte[] address = bind.literal().map(InetAddress::getAddress).orElse(new byte[0]);
        if (address.length != network.length) {
            return Verdict.NO;
        }
        for (int bit = 0; bit < prefix; bit++) {
            int mask = 0x80 >> (bit & 7);
            if ((address[bit >> 3] & mask) != (network[bit >> 3] & mask)) {
                return Verdict.NO;
            }
        }
        return Verdict.YES;
    }

    /** The single addresses that {@code dst} is compared with, in named conditions and in those of the rules. */
    List<String> singleAddresses(List<Statement> rules) {
        List<List<String>> criteria = new ArrayList<>();
        named.values().forEach(criteria::addAll);
        for (Statement rule : rules) {
            List<String> words = rule.words();
            for (int i = 0; i < words.size(); i++) {
                if (words.get(i).equals("{") || words.get(i).equals("!{")) {
                    criteria.add(words.subList(i + 1, words.size()));
                }
            }
        }
        List<String> found = new ArrayList<>();
        for (List<String> criterion : criteria) {
            if (!criterion.isEmpty() && (criterion.getFirst().equals("dst") || criterion.getFirst().equals("fc_dst"))) {
                int end = criterion.indexOf("}");
                values(end < 0 ? criterion : criterion.subList(0, end)).stream().map(HaproxyAcls::singleAddress)
                        .filter(host -> HostPort.literal(host).isPresent()).forEach(found::add);
            }
        }
        return found;
    }

    /** Without a prefix that says the same; one that says less stays. */
    private static String singleAddress(String value) {
        return value.replaceFirst(value.contains(":") ? "/128$" : "/32$", "");
    }
}
