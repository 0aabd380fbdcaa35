package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.common.Fraction;
import java.math.BigInteger;
import java.util.List;

/**
 * What a rule asks of the first packet of a TCP connection.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Match {
    /**
     * The address it goes to.
     *
     * @param isListed whether the addresses were written one by one, or as a range, not as a network
     */
    record Destination(Intervals addresses, boolean isListed) implements Match {}

    /** The port it goes to. */
    record DestinationPort(Intervals ports) implements Match {}

    /** The address it comes from. */
    record Source(Intervals addresses, String text) implements Match {}

    /**
     * The interface that it comes in by or goes out by.
     *
     * @param pattern a name; with a plus at its end every name that begins so
     */
    record NetworkInterface(boolean isIncoming, String pattern, boolean isNegated, String text) implements Match {
        boolean isMetBy(String name) {
            boolean isSame = pattern.endsWith("+")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                    : name.equals(pattern);
            return isSame != isNegated;
        }
    }

    /** By chance. */
    record Chance(Fraction probability) implements Match {}

    /** By a number that is drawn. */
    record Drawn(NumberSource source, Intervals numbers) implements Match {
        boolean isMetBy(int number) {
            return numbers.contains(BigInteger.valueOf(number));
        }
    }

    /** The mark of the packet or of its connection. */
    record Mark(boolean isOfConnection, long mask, long value, boolean isNegated) implements Match {
        boolean isMetBy(long mark) {
            return ((mark & mask) == value) != isNegated;
        }
    }

    /** Of several lists, all matches of one hold. */
    record AnyOf(List<List<Match>> alternatives) implements Match {
        /** Copies the lists. */
        public AnyOf {
            alternatives = alternatives.stream().map(List::copyOf).toList();
        }
    }

    /** Met by connections that go through this machine to another one, and by none to this machine. */
    record ToOthers(String text) implements Match {}

    /** Known for every new TCP connection to this machine. */
    record Always(boolean isMet) implements Match {}

    /** Not known from the rules alone: it may be met or not. */
    record Undecided(String text) implements Match {}

    /**
     * Met by connections of a client that has more than it may.
     *
     * @param key tells limits apart that count for themselves
     * @param line of the rule; 0 where that does not matter
     * @param isRate whether it is about new connections in a time, not about open ones
     * @param most at once, of new ones those that may begin together
     * @param thousandthsPerSecond of new ones, after those
     * @param prefix how much of an address is one client
     * @param isNegated whether those are met that have not more
     */
    record AboveLimit(String key, int line, boolean isRate, long most, long thousandthsPerSecond, int prefix,
            boolean isNegated) implements Match {
        /** That of a rule, which counts for itself. */
        public AboveLimit of(int rule) {
            return new AboveLimit(key + " (line " + rule + ")", rule, isRate, most, thousandthsPerSecond, prefix,
                    isNegated);
        }

        /** Whether both ask the same, each for itself. */
        boolean isLike(AboveLimit other) {
            return isRate == other.isRate && most == other.most && prefix == other.prefix
                    && thousandthsPerSecond == other.thousandthsPerSecond && isNegated == other.isNegated;
        }
    }
}
