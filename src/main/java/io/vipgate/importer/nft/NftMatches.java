package io.vipgate.importer.nft;

import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.Match;
import io.vipgate.importer.netfilter.NumberSource;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a rule asks: fields of the packet, one or several with dots between them, and numbers that are drawn.
 *
 * <p>Confined to one rule.
 */
final class NftMatches {
    private static final BigInteger LAST_PORT = BigInteger.valueOf(65_535);
    private static final Map<String, String> FIELDS = Map.ofEntries(Map.entry("tcp dport", "dport"),
            Map.entry("th dport", "dport"), Map.entry("tcp sport", "sport"), Map.entry("th sport", "sport"),
            Map.entry("ip daddr", "ip daddr"), Map.entry("ip6 daddr", "ip6 daddr"), Map.entry("ip saddr", "ip saddr"),
            Map.entry("ip6 saddr", "ip6 saddr"), Map.entry("ip protocol", "ip protocol"),
            Map.entry("ip6 nexthdr", "ip6 protocol"), Map.entry("meta l4proto", "protocol"),
            Map.entry("meta nfproto", "family"), Map.entry("meta protocol", "family"), Map.entry("udp dport", "udp"),
            Map.entry("udp sport", "udp"), Map.entry("icmp type", "udp"), Map.entry("icmpv6 type", "udp"),
            Map.entry("tcp flags", "flags"), Map.entry("ct state", "state"), Map.entry("ct direction", "direction"),
            Map.entry("ct mark", "ct mark"), Map.entry("meta mark", "mark"), Map.entry("meta iifname", "iif"),
            Map.entry("meta iif", "iif"), Map.entry("meta oifname", "oif"), Map.entry("meta oif", "oif"),
            Map.entry("fib daddr", "type"));
    private static final Map<String, String> SHORT_FIELDS = Map.of("iifname", "iif", "iif", "iif", "oifname", "oif",
            "oif",
            "oif", "mark", "mark");
    private static final Set<String> FLAGS = Set.of("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr");

    private final NftTable table;
    private final AddressFamily family;
    private final NftCursor words;
    private final String id;
    private int numbers;

    NftMatches(NftTable table, AddressFamily family, NftCursor words, String id) {
        this.table = table;
        this.family = family;
        this.words = words;
        this.id = id;
    }

    // ---- fields ----

    private Optional<String> field() throws NftProblemException {
        String first = words.peek().text();
        if (SHORT_FIELDS.containsKey(first)) {
            return Optional.ofNullable(SHORT_FIELDS.get(first));
        }
        return words.isAtEnd() || !hasSecond()
                ? Optional.empty()
                : Optional.ofNullable(FIELDS.get(first + " " + words.peek(1).text()));
    }

    private boolean hasSecond() {
        int at = words.at();
        words.skip(1);
        boolean has = !words.isAtEnd();
        words.to(at);
        return has;
    }

    boolean isField() throws NftProblemException {
        return !words.isAtEnd() && field().isPresent();
    }

    /** The fields that come next, {@code ip daddr . tcp dport}. */
    List<String> fields() throws NftProblemException {
        List<String> fields = new ArrayList<>();
        do {
            Optional<String> field = field();
            if (field.isEmpty()) {
                throw new NftProblemException(words.peek().text() + " is not understood");
            }
            words.skip(SHORT_FIELDS.containsKey(words.peek().text()) ? 1 : 2);
            if (field.get().equals("type")) {
                words.require("type");
            }
            fields.add(field.get());
        } while (words.takes("."));
        return fields;
    }

    /** The elements of the set or map that comes next. */
    List<List<NftWord>> elements() throws NftProblemException {
        if (words.isNext("{")) {
            return NftValues.elements(words.braces());
        }
        String name = words.next().text();
        List<NftWord> named = name.startsWith("@") ? table.elements(name.substring(1)) : null;
        if (named == null) {
            throw new NftProblemException(name + ": there is no such set or map");
        }
        return NftValues.elements(named);
    }

    /** What may hold of the fields: one of these lists. */
    List<List<Match>> alternatives(List<String> fields) throws NftProblemException {
        if (fields.equals(List.of("flags"))) {
            return List.of(List.of(flags()));
        }
        long mask = 0xFFFF_FFFFL;
        if (words.takes("&") || words.takes("and")) {
            mask = NftValues.number(words.next().text());
        }
        boolean isNegated = words.takes("!=");
        boolean _ = words.takes("==");
        boolean isSet = words.isNext("{") || words.peek().text().startsWith("@");
        List<List<NftWord>> values = isSet ? elements() : List.of(value(fields.size()));
        if (fields.size() == 1) {
            return List.of(List.of(one(fields.getFirst(), values, mask, isNegated)));
        }
        if (isNegated) {
            throw new NftProblemException("!= with several fields is not followed");
        }
        List<List<Match>> alternatives = new ArrayList<>();
        for (List<NftWord> value : values) {
            alternatives.add(key(fields, value));
        }
        return alternatives;
    }

    /** The words of a value: several with commas or dots between them. */
    private List<NftWord> value(int fields) throws NftProblemException {
        List<NftWord> value = new ArrayList<>(List.of(words.next()));
        while (words.isNext(",") || (fields > 1 && words.isNext("."))) {
            value.add(words.next());
            value.add(words.next());
        }
        return value;
    }

    /** What a key of a set or map asks of the fields. */
    List<Match> key(List<String> fields, List<NftWord> key) throws NftProblemException {
        List<Match> matches = new ArrayList<>();
        List<NftWord> part = new ArrayList<>();
        int at = 0;
        for (NftWord word : key) {
            if (word.is(".")) {
                matches.add(one(fields.get(Math.min(at, fields.size() - 1)), List.of(part), 0xFFFF_FFFFL, false));
                part = new ArrayList<>();
                at++;
            } else {
                part.add(word);
            }
        }
        matches.add(one(fields.get(Math.min(at, fields.size() - 1)), List.of(part), 0xFFFF_FFFFL, false));
        if (at + 1 != fields.size()) {
            throw new NftProblemException(NftWord.text(key) + ": " + fields.size() + " values are expected");
        }
        return matches;
    }

    /** What one field is asked: to be one of some values, or none of them. */
    private Match one(String field, List<List<NftWord>> values, long mask, boolean isNegated)
            throws NftProblemException {
        List<String> texts = new ArrayList<>();
        for (List<NftWord> value : values) {
            for (NftWord word : value) {
                if (!word.is(",")) {
                    texts.add(word.text());
                }
            }
        }
        return switch (field) {
            case "dport" -> {
                Intervals ports = union(texts, NftValues::ports);
                yield new Match.DestinationPort(isNegated ? ports.complement(LAST_PORT) : ports);
            }
            case "ip daddr", "ip6 daddr", "ip saddr", "ip6 saddr" -> address(field, texts, isNegated);
            case "protocol" -> always(texts, Set.of("tcp", "6", "0x6"), isNegated);
            case "ip protocol", "ip6 protocol" -> field.startsWith("ip6") == (family == AddressFamily.IPV6)
                    ? always(texts, Set.of("tcp", "6", "0x6"), isNegated)
                    : new Match.Always(false);
            case "family" ->
                always(texts, family == AddressFamily.IPV6 ? Set.of("ipv6", "ip6", "10") : Set.of("ipv4", "ip", "2"),
                        isNegated);
            case "udp" -> new Match.Always(false);
            case "state" -> always(texts, Set.of("new"), isNegated);
            case "direction" -> always(texts, Set.of("original", "0"), isNegated);
            case "type" -> texts.contains("local") != isNegated
                    ? new Match.Always(true)
                    : new Match.ToOthers("fib daddr type " + (isNegated ? "!= " : "") + String.join(", ", texts));
            case "mark", "ct mark" -> {
                if (texts.size() != 1 || texts.getFirst().contains("-")) {
                    throw new NftProblemException("several marks at once are not followed");
                }
                yield new Match.Mark(field.equals("ct mark"), mask, NftValues.number(texts.getFirst()), isNegated);
            }
            case "iif", "oif" -> {
                String text = field + " " + (isNegated ? "!= " : "") + String.join(", ", texts);
                List<Match> each = texts.stream().<Match>map(name -> new Match.NetworkInterface(field.equals("iif"),
                        name.replaceAll("\\*$", "+"), isNegated, text)).toList();
                yield each.size() == 1
                        ? each.getFirst()
                        : new Match.AnyOf(isNegated ? List.of(each) : each.stream().map(List::of).toList());
            }
            default -> new Match.Undecided(field + " " + String.join(", ", texts));
        };
    }

    private static Match always(List<String> texts, Set<String> ones, boolean isNegated) {
        return new Match.Always(texts.stream().anyMatch(ones::contains) != isNegated);
    }

    /** How a text becomes a set of numbers. */
    @FunctionalInterface
    private interface Reading {
        Intervals of(String text) throws NftProblemException;
    }

    private static Intervals union(List<String> texts, Reading reading) throws NftProblemException {
        List<Intervals> all = new ArrayList<>();
        for (String text : texts) {
            all.add(reading.of(text));
        }
        return Intervals.union(all);
    }

    private Match address(String field, List<String> texts, boolean isNegated) throws NftProblemException {
        if (field.startsWith("ip6") != (family == AddressFamily.IPV6)) {
            return new Match.Always(false);
        }
        List<Intervals> all = new ArrayList<>();
        for (String text : texts) {
            NftValues.addresses(text, family).ifPresent(all::add);
        }
        Intervals union = Intervals.union(all);
        Intervals addresses = isNegated ? union.complement(family.highest()) : union;
        boolean isListed = !isNegated && texts.stream().noneMatch(text -> text.contains("/"));
        return field.endsWith("daddr")
                ? new Match.Destination(addresses, isListed)
                : new Match.Source(addresses, field + " " + (isNegated ? "!= " : "") + String.join(", ", texts));
    }

    /** TCP flags of a connection's first packet, which has SYN alone. */
    private Match flags() throws NftProblemException {
        List<List<String>> parts = new ArrayList<>(List.of(new ArrayList<>()));
        List<String> signs = new ArrayList<>();
        while (!words.isAtEnd()) {
            String word = words.peek().text();
            boolean isList = Set.of(",", "|", "(", ")", "{", "}").contains(word);
            if (Set.of("/", "&", "==", "!=").contains(word)) {
                signs.add(word);
                parts.add(new ArrayList<>());
            } else if (!isList && !FLAGS.containsAll(List.of(word.split("[,|]", -1)))) {
                break;
            } else if (!isList) {
                parts.getLast().addAll(List.of(word.split("[,|]", -1)));
            }
            words.skip(1);
        }
        List<String> last = parts.getLast();
        boolean isSyn = last.equals(List.of("syn"));
        return switch (String.join(" ", signs)) {
            case "" -> new Match.Always(last.contains("syn"));
            case "==" -> new Match.Always(isSyn);
            case "!=" -> new Match.Always(!isSyn);
            case "/" -> new Match.Always(parts.getFirst().equals(last.contains("syn") ? List.of("syn") : List.of()));
            case "& ==" -> new Match.Always(isSyn == parts.get(1).contains("syn"));
            case "& !=" -> new Match.Always(isSyn != parts.get(1).contains("syn"));
            default -> throw new NftProblemException("these flags are not understood");
        };
    }

    // ---- numbers ----

    /** The drawn number that comes next, if one does. */
    Optional<NftNumber> number() throws NftProblemException {
        if (words.isAtEnd()) {
            return Optional.empty();
        }
        String how = words.peek().text();
        if (!Set.of("numgen", "jhash", "symhash").contains(how)) {
            return Optional.empty();
        }
        words.skip(1);
        StringBuilder hashed = new StringBuilder();
        while (!words.isNext("mod")) {
            hashed.append(words.next().text()).append(' ');
        }
        words.skip(1);
        long modulus = NftValues.number(words.next().text());
        String seed = words.takes("seed") ? words.next().text() : "";
        long offset = words.takes("offset") ? NftValues.number(words.next().text()) : 0;
        if (modulus < 1 || modulus > Integer.MAX_VALUE) {
            throw new NftProblemException("mod " + modulus + " is no modulus");
        }
        String what = hashed.toString().strip();
        boolean isByClient = how.equals("jhash") && Set.of("ip saddr", "ip6 saddr", "ip saddr . ip daddr",
                "ip6 saddr . ip6 daddr").contains(what);
        NumberSource.Kind kind = isByClient
                ? NumberSource.Kind.CLIENT
                : what.equals("inc") ? NumberSource.Kind.TURNS : NumberSource.Kind.CHANCE;
        String key = isByClient && !seed.isEmpty() ? what + " mod " + modulus + " seed " + seed : id + "/" + numbers++;
        return Optional.of(new NftNumber(new NumberSource(kind, key, (int) modulus), offset));
    }

    /** What a drawn number is compared with. */
    Match drawn(NftNumber number) throws NftProblemException {
        boolean isNegated = words.takes("!=");
        boolean isBelow = words.takes("<");
        boolean isAbove = words.takes(">");
        boolean isAtMost = words.takes("<=");
        boolean isAtLeast = words.takes(">=");
        boolean _ = words.takes("==");
        BigInteger highest = BigInteger.valueOf(number.source().modulus() - 1L);
        String value = words.isNext("{") || words.peek().text().startsWith("@")
                ? String.join(",", elements().stream().map(NftWord::text).toList())
                : words.next().text();
        Intervals numbers = number.numbers(value);
        if (isBelow || isAbove || isAtMost || isAtLeast) {
            long limit = NftValues.number(value) - number.offset();
            long first = isAbove ? limit + 1 : isAtLeast ? limit : 0;
            long last = isBelow ? limit - 1 : isAtMost ? limit : highest.longValue();
            numbers = number.numbers(Math.max(0, first + number.offset()) + "-" + Math.max(Math.max(0, first
                    + number.offset()), last + number.offset()));
            if (first > last) {
                numbers = new Intervals(List.of());
            }
        }
        Intervals met = isNegated ? numbers.complement(highest) : numbers;
        if (number.source().kind() == NumberSource.Kind.CHANCE) {
            long count = met.all().stream().mapToLong(each -> each.last().subtract(each.first()).longValueExact() + 1)
                    .sum();
            return new Match.Chance(Fraction.of(count, number.source().modulus()));
        }
        return new Match.Drawn(number.source(), met);
    }

    /** {@code meta random & 2147483647 < 1073741824}, as iptables-nft's rules are shown; null when something else comes next. */
    Optional<Match> random() throws NftProblemException {
        if (!words.isNext("meta", "random")) {
            return Optional.empty();
        }
        words.skip(2);
        double whole = 0x1.0p32;
        if (words.takes("&") || words.takes("and")) {
            whole = NftValues.number(words.next().text()) + 1.0;
        }
        boolean isBelow = words.takes("<");
        if (!isBelow) {
            words.require(">=");
        }
        Fraction part = Fraction.nearest(Math.min(1, NftValues.number(words.next().text()) / whole));
        return Optional.of(new Match.Chance(isBelow ? part : part.rest()));
    }
}
