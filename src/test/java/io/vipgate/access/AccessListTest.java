package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.ClientAddress;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may come in: the longest network decides, in whichever list it stands. Files are in AccessListFilesTest. */
class AccessListTest {
    /** Lines of a configuration that begin with line 1 for allow, and 101 for deny. */
    static AccessList list(List<String> allow, List<String> deny) {
        AccessList.Reading reading = AccessList.read(lines(allow, 1), lines(deny, 101));
        assertThat(reading.faults()).isEmpty();
        return reading.list().orElseThrow();
    }

    static List<AccessLine> lines(List<String> entries, int first) {
        List<AccessLine> lines = new ArrayList<>();
        for (String entry : entries) {
            lines.add(new AccessLine(AccessEntry.parse(entry), "gateway.yaml:" + (first + lines.size())));
        }
        return lines;
    }

    private static AccessList.Decision decide(AccessList list, String address) {
        ClientAddress client = new ClientAddress();
        client.set(InetAddress.ofLiteral(address), 0);
        AccessList.Decision decision = list.decide(client.high(), client.low());
        assertThat(list.isAllowed(client.high(), client.low())).isEqualTo(decision.isAllowed());
        assertThat(list.isDenied(client.high(), client.low())).isEqualTo(decision.isListed() && !decision.isAllowed());
        return decision;
    }

    @Test
    void theLongestNetworkDecidesWhicheverListItStandsIn() {
        AccessList list = list(List.of("198.51.100.0/24", "2001:db8::/32", "198.51.100.66"),
                List.of("198.51.100.64/26", "2001:db8:bad::/48", "0.0.0.0/0"));

        assertThat(decide(list, "198.51.100.1"))
                .isEqualTo(new AccessList.Decision(true, true, "198.51.100.0/24", "gateway.yaml:1"));
        assertThat(decide(list, "198.51.100.65"))
                .isEqualTo(new AccessList.Decision(false, true, "198.51.100.64/26", "gateway.yaml:101"));
        assertThat(decide(list, "198.51.100.66"))
                .isEqualTo(new AccessList.Decision(true, true, "198.51.100.66", "gateway.yaml:3"));
        assertThat(decide(list, "2001:db8::1").entry()).isEqualTo("2001:db8::/32");
        assertThat(decide(list, "2001:db8:bad::1").isAllowed()).isFalse();
        assertThat(decide(list, "203.0.113.1").entry()).isEqualTo("0.0.0.0/0");
    }

    @ParameterizedTest
    @CsvSource({"'', '', true", "'', 192.0.2.0/24, true", "192.0.2.0/24, '', false", "192.0.2.0/24, 192.0.2.1, false",
        "2001:db8::/32, '', false"})
    void whomNobodyListsMayComeInUnlessThereIsAListOfWhoMay(String allow, String deny, boolean isAllowed) {
        AccessList list = list(allow.isEmpty() ? List.of() : List.of(allow),
                deny.isEmpty() ? List.of() : List.of(deny));

        assertThat(decide(list, "203.0.113.1")).isEqualTo(new AccessList.Decision(isAllowed, false, "", ""));
        assertThat(decide(list, "::1")).isEqualTo(new AccessList.Decision(isAllowed, false, "", ""));
    }

    @Test
    void everythingOfOneFamilyIsNothingOfTheOther() {
        AccessList list = list(List.of(), List.of("::/0"));

        assertThat(decide(list, "2001:db8::1").isAllowed()).isFalse();
        assertThat(decide(list, "192.0.2.1").isAllowed()).isTrue();
        assertThat(decide(list(List.of(), List.of("0.0.0.0/0")), "192.0.2.1").isAllowed()).isFalse();
        assertThat(decide(list(List.of(), List.of("0.0.0.0/0")), "::ffff:0:1").isAllowed()).isFalse();
        assertThat(decide(list(List.of(), List.of("0.0.0.0/0")), "2001:db8::1").isAllowed()).isTrue();
    }

    @Test
    void ipv4WrittenAsIpv6IsTheSameNetwork() {
        AccessList list = list(List.of(), List.of("::ffff:192.0.2.0/120"));

        assertThat(decide(list, "192.0.2.7"))
                .isEqualTo(new AccessList.Decision(false, true, "192.0.2.0/24", "gateway.yaml:101"));
    }

    @Test
    void theSameNetworkInBothListsNamesBothPlaces() {
        AccessList.Reading reading = AccessList.read(lines(List.of("192.0.2.0/24", "2001:db8::/32"), 1),
                lines(List.of("198.51.100.1", "::ffff:192.0.2.0/120", "2001:db8::/32"), 101));

        assertThat(reading.list()).isEmpty();
        assertThat(reading.faults()).map(AccessFault::toString).containsExactly(
                "gateway.yaml:102: 192.0.2.0/24 (expected: in one of both lists; allow has it at gateway.yaml:1)",
                "gateway.yaml:103: 2001:db8::/32 (expected: in one of both lists; allow has it at gateway.yaml:2)");
        assertThat(reading.faults().getFirst().line().entry()).isEqualTo(AccessEntry.parse("192.0.2.0/24"));
    }

    @Test
    void theSameNetworkTwiceInOneListIsOne() {
        AccessList list = list(List.of("192.0.2.0/24", "192.0.2.0/24"), List.of("2001:db8::1", "2001:db8::1"));

        assertThat(decide(list, "192.0.2.1").origin()).isEqualTo("gateway.yaml:1");
        assertThat(decide(list, "2001:db8::1").origin()).isEqualTo("gateway.yaml:101");
    }

    @Test
    void itDecidesAsAPlainReadingWithWholeNumbersDoes() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Set<Prefix> all = new HashSet<>();
            List<String> allow = new ArrayList<>();
            List<String> deny = new ArrayList<>();
            for (int i = random.nextInt(30); i > 0; i--) {
                Prefix prefix = SomePrefixes.next(random);
                if (all.add(prefix)) {
                    (random.nextBoolean() ? allow : deny).add(prefix.toString());
                }
            }
            AccessList list = list(allow, deny);
            for (int i = 0; i < 50; i++) {
                Prefix near = all.isEmpty() ? SomePrefixes.next(random) : all.iterator().next();
                long[] address = SomePrefixes.near(random.nextBoolean() ? SomePrefixes.next(random) : near, random);

                assertThat(list.isAllowed(address[0], address[1])).as("seed %d: %s, allow %s, deny %s", seed,
                        ClientAddress.toInetAddress(address[0], address[1]), allow, deny)
                        .isEqualTo(isAllowed(allow, deny, address));
            }
        }
    }

    private static boolean isAllowed(List<String> allow, List<String> deny, long[] address) {
        int longestAllowed = longest(allow, address);
        int longestDenied = longest(deny, address);
        return longestAllowed == longestDenied ? allow.isEmpty() : longestAllowed > longestDenied;
    }

    private static int longest(List<String> networks, long[] address) {
        BigInteger number = SomePrefixes.number(address[0], address[1]);
        return networks.stream().filter(network -> isIn(number, network)).mapToInt(AccessListTest::length).max()
                .orElse(-1);
    }

    private static boolean isIn(BigInteger address, String network) {
        boolean isIpv4 = address.shiftRight(32).equals(BigInteger.valueOf(0xffff));
        if (isIpv4 == network.contains(":")) {
            return false;
        }
        BigInteger first = new BigInteger(1, InetAddress.ofLiteral(network.split("/", -1)[0]).getAddress());
        int bits = isIpv4 ? 32 : 128;
        BigInteger own = address.mod(BigInteger.ONE.shiftLeft(bits));
        return own.shiftRight(bits - length(network)).equals(first.shiftRight(bits - length(network)));
    }

    private static int length(String network) {
        String[] parts = network.split("/", -1);
        return parts.length == 2 ? Integer.parseInt(parts[1]) : network.contains(":") ? 128 : 32;
    }
}
