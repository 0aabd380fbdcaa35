package io.vipgate.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.linux.OwnNetwork;
import io.vipgate.neighbour.Neighbour.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeighbourTableTest {
    private static final MacAddress NODE_A = new MacAddress(0x02_00_00_00_00_0aL);
    private static final MacAddress NODE_B = new MacAddress(0x02_00_00_00_00_0bL);

    private static Neighbour unresolved(Reason reason) {
        return new Neighbour.Unresolved(reason);
    }

    private static Neighbour resolved(MacAddress mac) {
        return new Neighbour.Resolved("inner", mac);
    }

    private static List<Neighbour> lookUp(String... addresses) throws IOException {
        return new NeighbourTable().lookUp(Stream.of(addresses).map(InetAddress::ofLiteral).toList());
    }

    /** On a network of its own, with 192.0.2.0/24 and 2001:db8::/64 on the interface {@code inner}. */
    private static <T> T onANetwork(Callable<T> task) throws Exception {
        assumeTrue(OwnNetwork.isAllowed(), "needs root");
        return OwnNetwork.call(() -> {
            OwnNetwork.ip("link add inner type veth peer name node");
            OwnNetwork.ip("address add 192.0.2.1/24 dev inner");
            OwnNetwork.ip("address add 2001:db8::1/64 dev inner nodad");
            OwnNetwork.ip("link set node up");
            OwnNetwork.ip("link set inner up");
            // An IPv6 address is the machine's own only once the kernel has noticed that the link is up.
            OwnNetwork.awaitIp("-6 route show table local", "local 2001:db8::1 ");
            return task.call();
        });
    }

    private static void neighbour(String address, String macAndState) throws Exception {
        OwnNetwork.ip("neighbour replace " + address + " dev inner " + macAndState);
    }

    @Test
    void ownAddressesHaveNoNeighbour() throws IOException {
        assertThat(lookUp("127.0.0.1", "127.8.8.8")).containsOnly(unresolved(Reason.OWN_ADDRESS));
    }

    @ParameterizedTest
    @CsvSource({"reachable", "stale", "delay", "probe", "permanent"})
    void anEntryInUseTellsWhoAnswers(String state) throws Exception {
        List<Neighbour> found = onANetwork(() -> {
            neighbour("192.0.2.11", "lladdr 02:00:00:00:00:0a nud " + state);
            neighbour("192.0.2.12", "lladdr 02:00:00:00:00:0b nud " + state);
            neighbour("2001:db8::11", "lladdr 02:00:00:00:00:0a nud " + state);
            return lookUp("192.0.2.11", "192.0.2.12", "2001:db8::11", "192.0.2.13");
        });

        assertThat(found).containsExactly(resolved(NODE_A), resolved(NODE_B), resolved(NODE_A),
                unresolved(Reason.NO_ENTRY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nud incomplete", "nud failed", "nud none", "lladdr 02:00:00:00:00:0a nud noarp",
        "lladdr 03:bf:00:00:00:0a nud permanent"})
    void anyOtherEntryTellsNothing(String entry) throws Exception {
        List<Neighbour> found = onANetwork(() -> {
            neighbour("192.0.2.11", entry);
            neighbour("2001:db8::11", entry);
            return lookUp("192.0.2.11", "2001:db8::11");
        });

        assertThat(found).containsOnly(unresolved(Reason.NO_ENTRY));
    }

    @Test
    void aRouterDoesNotStandForWhoeverIsBehindIt() throws Exception {
        List<Neighbour> found = onANetwork(() -> {
            neighbour("192.0.2.254", "lladdr 02:00:00:00:00:fe nud reachable");
            // left over from a time when it was on the link
            neighbour("198.51.100.1", "lladdr 02:00:00:00:00:0a nud stale");
            OwnNetwork.ip("route add 198.51.100.0/24 via 192.0.2.254");
            OwnNetwork.ip("route add 203.0.113.1/32 via inet6 2001:db8::11 dev inner");
            OwnNetwork.ip("route add 2001:db8:1::/64 via 2001:db8::11");
            return lookUp("198.51.100.1", "203.0.113.1", "2001:db8:1::1");
        });

        assertThat(found).containsOnly(unresolved(Reason.ROUTED));
    }

    @Test
    void whatHasNoWayOrIsNobodysIsSaidSo() throws Exception {
        List<Neighbour> found = onANetwork(() -> {
            OwnNetwork.ip("route add blackhole 198.51.100.1");
            OwnNetwork.ip("route add prohibit 198.51.100.2");
            OwnNetwork.ip("route add unreachable 198.51.100.3");
            return lookUp("203.0.113.1", "198.51.100.1", "198.51.100.2", "198.51.100.3", "192.0.2.255",
                    "2001:db8:1::1", "192.0.2.1", "2001:db8::1", "::1");
        });

        assertThat(found.subList(0, 6)).containsOnly(unresolved(Reason.NO_ROUTE));
        assertThat(found.subList(6, 9)).containsOnly(unresolved(Reason.OWN_ADDRESS));
    }

    @Test
    void theRouteDecidesWhichInterfaceIsAsked() throws Exception {
        List<Neighbour> found = onANetwork(() -> {
            OwnNetwork.ip("link add other type veth peer name far");
            OwnNetwork.ip("link set other up");
            OwnNetwork.ip("neighbour replace 192.0.2.11 dev other lladdr 02:00:00:00:00:0b nud permanent");
            neighbour("192.0.2.11", "lladdr 02:00:00:00:00:0a nud permanent");
            return lookUp("192.0.2.11");
        });

        assertThat(found).containsExactly(resolved(NODE_A));
    }

    @Test
    void aTableOfTenThousandsCostsNoMore() throws Exception {
        List<Neighbour> found = onANetwork(() -> {
            Path entries = Files.createTempFile("neighbours", ".batch");
            try {
                OwnNetwork.ip("address add 10.0.0.1/8 dev inner");
                Files.write(entries, IntStream.range(0, 20_000)
                        .mapToObj(i -> "neighbour replace 10.1." + i / 250 + "." + (i % 250 + 1)
                                + " dev inner lladdr 02:00:00:00:00:0b nud permanent")
                        .toList());
                OwnNetwork.ip("-batch " + entries);
                neighbour("192.0.2.11", "lladdr 02:00:00:00:00:0a nud stale");
                return lookUp("192.0.2.11", "10.1.79.250", "10.1.0.251");
            } finally {
                Files.delete(entries);
            }
        });

        assertThat(found).containsExactly(resolved(NODE_A), resolved(NODE_B), unresolved(Reason.NO_ENTRY));
    }
}
