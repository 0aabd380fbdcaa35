package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.Intervals;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A new destination: one address or a range, one port or a range.
 *
 * <p>The kernel picks an address of a range by a hash of the client's address. Of a range of ports it keeps the port that the
 * client came to where that lies in the range, else takes the first; {@code --random} picks any; with a base it shifts.
 *
 * <p>Immutable.
 *
 * @param addresses empty: the address stays
 * @param firstPort 0: the port stays
 * @param basePort what the shift of ports begins at; 0: they are not shifted
 * @param isRandom picks any port of the range
 * @param isLocal it goes to this machine itself
 */
public record Translation(Optional<Intervals.Interval> addresses, int firstPort, int lastPort, int basePort,
        boolean isRandom, boolean isPersistent, boolean isLocal) {
    private static final int MAX_TARGETS = 256;

    /** To one place; port 0: the port stays. */
    public static Translation to(BigInteger address, int port) {
        return new Translation(Optional.of(new Intervals.Interval(address, address)), port, port, 0, false, false,
                false);
    }

    /** To this machine itself; port 0: the port stays. */
    public static Translation toLocal(int port) {
        return new Translation(Optional.empty(), port, port, 0, false, false, true);
    }

    boolean isAddressRange() {
        return addresses.filter(range -> !range.first().equals(range.last())).isPresent();
    }

    boolean isPortRange() {
        return firstPort != lastPort;
    }

    /** Whether it comes to more targets than a pool can reasonably have. */
    boolean isTooWide() {
        BigInteger count = addresses.map(Intervals.Interval::size).orElse(BigInteger.ONE)
                .multiply(BigInteger.valueOf(isRandom ? lastPort - firstPort + 1L : 1L));
        return count.compareTo(BigInteger.valueOf(MAX_TARGETS)) > 0;
    }

    /** Where connections to an address and port go, and which share of them goes where. */
    Map<Outcome, ExactShare> outcomes(AddressFamily family, BigInteger destination, int port, boolean isAny) {
        boolean isToMachine = isLocal || (addresses.isEmpty() && isAny);
        BigInteger kept = isToMachine ? family.loopback() : destination;
        Intervals.Interval hosts = addresses.orElse(new Intervals.Interval(kept, kept));
        Map<Outcome, ExactShare> outcomes = new LinkedHashMap<>();
        boolean isAnyPort = isRandom && isPortRange();
        int from = isAnyPort ? firstPort : portFor(port);
        int to = isAnyPort ? lastPort : from;
        long count = hosts.size().longValueExact() * (to - from + 1L);
        for (BigInteger host = hosts.first(); host.compareTo(hosts.last()) <= 0; host = host.add(BigInteger.ONE)) {
            for (int each = from; each <= to; each++) {
                Outcome outcome = isToMachine && each == port
                        ? new Outcome.Stays()
                        : new Outcome.Target(family.at(host, each));
                outcomes.merge(outcome, ExactShare.of(1, count), ExactShare::plus);
            }
        }
        return outcomes;
    }

    private int portFor(int port) {
        if (firstPort == 0) {
            return port;
        }
        if (basePort != 0) {
            return firstPort + Math.floorMod(port - basePort, lastPort - firstPort + 1);
        }
        return port >= firstPort && port <= lastPort ? port : firstPort;
    }
}
