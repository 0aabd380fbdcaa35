package io.vipgate.importer.nft;

import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.ServiceNames;
import io.vipgate.importer.netfilter.Translation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Values of rules: addresses, ports, targets, and lists of them.
 *
 * <p>Stateless.
 */
final class NftValues {
    private static final Set<String> ELEMENT_OPTIONS = Set.of("timeout", "expires", "counter", "comment", "limit");

    private NftValues() {}

    /** The elements between commas, without what stands behind their values. */
    static List<List<NftWord>> elements(List<NftWord> words) {
        List<List<NftWord>> elements = new ArrayList<>();
        List<NftWord> element = new ArrayList<>();
        boolean isValue = true;
        int depth = 0;
        for (NftWord word : words) {
            depth += word.is("{") ? 1 : word.is("}") ? -1 : 0;
            if (word.is(",") && depth == 0) {
                elements.add(element);
                element = new ArrayList<>();
                isValue = true;
                continue;
            }
            isValue &= word.isString() || !ELEMENT_OPTIONS.contains(word.text());
            if (isValue || (word.text().endsWith(":") && !word.isString()) || word.is(":")) {
                isValue = true;
                element.add(word);
            }
        }
        if (!element.isEmpty()) {
            elements.add(element);
        }
        return elements;
    }

    /** An element of a map: what stands before the colon and behind it. */
    static List<List<NftWord>> keyAndValue(List<NftWord> element) throws NftProblemException {
        for (int i = 0; i < element.size(); i++) {
            NftWord word = element.get(i);
            String text = word.text();
            List<NftWord> key = new ArrayList<>(element.subList(0, i));
            List<NftWord> value = new ArrayList<>(element.subList(i + 1, element.size()));
            if (word.is(":") && !key.isEmpty() && !value.isEmpty()) {
                return List.of(key, value);
            }
            int colon = text.endsWith(":")
                    ? text.length() - 1
                    : i == 0 && text.matches("[0-9-]+:.+") ? text.indexOf(':') : -1;
            if (colon > 0) {
                key.add(new NftWord(word.line(), text.substring(0, colon), false));
                if (colon + 1 < text.length()) {
                    value.addFirst(new NftWord(word.line(), text.substring(colon + 1), false));
                }
                if (!value.isEmpty()) {
                    return List.of(key, value);
                }
            }
        }
        throw new NftProblemException(NftWord.text(element) + ": no key and value");
    }

    /** A port or a range of them. */
    static Intervals ports(String text) throws NftProblemException {
        String[] ends = text.split("-", 2);
        OptionalInt whole = ServiceNames.port(text);
        OptionalInt first = whole.isPresent() ? whole : ServiceNames.port(ends[0]);
        OptionalInt last = whole.isPresent() ? whole : ServiceNames.port(ends[ends.length - 1]);
        if (first.isEmpty() || last.isEmpty() || first.getAsInt() > last.getAsInt()) {
            throw new NftProblemException(text + " is no port");
        }
        return Intervals.of(first.getAsInt(), last.getAsInt());
    }

    /** An address, a network or a range of a family; empty when it is of the other family. */
    static Optional<Intervals> addresses(String text, AddressFamily family) throws NftProblemException {
        Optional<AddressFamily> own = AddressFamily.of(text.split("[/-]", 2)[0]);
        if (own.isEmpty()) {
            throw new NftProblemException(text + " is no address");
        }
        return own.get() == family ? family.network(text) : Optional.empty();
    }

    /** A number from 0 of at most 32 bits. */
    static long number(String text) throws NftProblemException {
        try {
            long number = Long.decode(text);
            if (number >= 0 && number <= 0xFFFF_FFFFL) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new NftProblemException(text + " is no number");
    }

    /** A number or a range of them. */
    static Intervals numbers(String text) throws NftProblemException {
        String[] ends = text.split("-", 2);
        long first = number(ends[0]);
        long last = number(ends[ends.length - 1]);
        if (first > last) {
            throw new NftProblemException(text + " is no range");
        }
        return Intervals.of(first, last);
    }

    /**
     * A target: {@code a}, {@code a:p}, {@code a . p}, {@code a-b:p-q}, {@code :p}; empty when it is of the other family.
     *
     * @param port what stands behind a whole map, {@code :8080}; empty: nothing
     */
    static Optional<Translation> target(List<NftWord> words, String port, AddressFamily family, boolean isRandom,
            boolean isPersistent) throws NftProblemException {
        String text = String.join(" ", words.stream().map(NftWord::text).toList());
        String hosts = text;
        String ports = port;
        int dot = text.indexOf(" . ");
        int bracket = text.lastIndexOf(']');
        int colon = text.indexOf(':', Math.max(0, bracket));
        boolean isBareIpv6 = bracket < 0 && text.indexOf(':') != text.lastIndexOf(':');
        if (dot >= 0) {
            hosts = text.substring(0, dot);
            ports = text.substring(dot + 3).strip();
        } else if (colon >= 0 && !isBareIpv6) {
            hosts = text.substring(0, colon).strip();
            ports = text.substring(colon + 1).strip();
        }
        Optional<Intervals.Interval> range = Optional.empty();
        if (!hosts.isEmpty()) {
            String[] ends = hosts.startsWith("[") && hosts.indexOf('[', 1) < 0
                    ? HostPort.withoutBrackets(hosts).split("-", 2)
                    : hosts.split("-", 2);
            for (int i = 0; i < ends.length; i++) {
                ends[i] = HostPort.withoutBrackets(ends[i].strip());
            }
            Optional<Intervals> addresses = addresses(ends.length == 2 ? ends[0] + "-" + ends[1] : ends[0], family);
            if (addresses.isEmpty()) {
                return Optional.empty();
            }
            range = Optional.of(addresses.get().all().getFirst());
        }
        int first = 0;
        int last = 0;
        if (!ports.isEmpty()) {
            Intervals.Interval each = ports(ports).all().getFirst();
            first = each.first().intValue();
            last = each.last().intValue();
            if (first == 0) {
                throw new NftProblemException("port 0 is no target");
            }
        }
        return Optional.of(new Translation(range, first, last, 0, isRandom, isPersistent, false));
    }
}
