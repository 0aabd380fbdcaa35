package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.HostPort;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether conditions hold for the clients of one address and port, as far as these decide: {@code dst_port} and {@code dst}.
 *
 * <p>Immutable.
 *
 * @param more what all other criteria say
 */
record HaproxyDestination(HostPort bind,
        Function<List<String>, Verdict> more) implements HaproxyLogic<HaproxyDestination.Verdict> {
    /** Whether a condition holds. */
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

    static final Set<String> COMPARISONS = Set.of("eq", "ge", "gt", "le", "lt");

    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:[:-]([0-9]{1,5}))?");
    private static final Pattern NETWORK = Pattern.compile("([0-9A-Fa-f.:]+)(?:/([0-9]{1,3}))?");
    /** Where nothing is known of other criteria. */
    HaproxyDestination(HostPort bind) {
        this(bind, _ -> Verdict.UNKNOWN);
    }

    @Override
    public Verdict always(boolean holds) {
        return Verdict.of(holds);
    }

    @Override
    public Verdict unknown() {
        return Verdict.UNKNOWN;
    }

    @Override
    public Verdict not(Verdict condition) {
        return condition.not();
    }

    @Override
    public Verdict and(Verdict one, Verdict other) {
        return one.and(other);
    }

    @Override
    public Verdict or(Verdict one, Verdict other) {
        return one.or(other);
    }

    @Override
    public Verdict criterion(List<String> words) {
        if (words.isEmpty()) {
            return Verdict.UNKNOWN;
        }
        List<String> values = HaproxyAcls.values(words);
        return switch (words.getFirst()) {
            case "always_true" -> values.isEmpty() ? Verdict.YES : Verdict.UNKNOWN;
            case "always_false" -> values.isEmpty() ? Verdict.NO : Verdict.UNKNOWN;
            case "dst_port", "fc_dst_port" -> port(values, bind.port());
            case "dst", "fc_dst" -> address(values, bind);
            default -> more.apply(words);
        };
    }

    /** Whether a number, of a port for example, is one of the values. */
    static Verdict port(List<String> values, int port) {
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
}
