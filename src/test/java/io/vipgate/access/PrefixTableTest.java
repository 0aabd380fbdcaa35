package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.ClientAddress;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The longest of many networks, against a plain reading with whole numbers; how networks are written. */
class PrefixTableTest {
    @Test
    void theLongestNetworkIsFoundAsWholeNumbersFindIt() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            List<Prefix> prefixes = new ArrayList<>();
            for (int i = random.nextInt(40); i >= 0; i--) {
                prefixes.add(prefix(random));
            }
            PrefixTable table = new PrefixTable(prefixes);
            for (int i = 0; i < 60; i++) {
                long[] address = near(prefixes.get(random.nextInt(prefixes.size())), random);
                assertThat(table.find(address[0], address[1])).as("seed %d, %s in %s", seed,
                        ClientAddress.toInetAddress(address[0], address[1]), prefixes)
                        .isEqualTo(longest(prefixes, address));
            }
        }
    }

    /** Few bits, so that networks lie in one another. */
    private static Prefix prefix(Random random) {
        if (random.nextBoolean()) {
            int length = List.of(0, 1, 2, 3, 4, 30, 31, 32).get(random.nextInt(8));
            return Prefix.of(0, 0xffff_0000_0000L | (random.nextInt() & 0xf000_0003L), 96 + length);
        }
        int length = List.of(0, 1, 2, 3, 63, 64, 65, 126, 127, 128).get(random.nextInt(10));
        return Prefix.of((random.nextLong() & 0xe000_0000_0000_0001L), random.nextLong() & 0xc000_0000_0000_0003L,
                length);
    }

    /** An address of the network's first or last, or beside it. */
    private static long[] near(Prefix prefix, Random random) {
        BigInteger number = random.nextBoolean()
                ? number(prefix.high(), prefix.low())
                : number(prefix.lastHigh(), prefix.lastLow());
        BigInteger other = number.add(BigInteger.valueOf(random.nextInt(3) - 1L)).mod(BigInteger.ONE.shiftLeft(128));
        return new long[]{other.shiftRight(64).longValue(), other.longValue()};
    }

    private static int longest(List<Prefix> prefixes, long[] address) {
        int found = PrefixTable.NONE;
        boolean isIpv4 = number(address[0], address[1]).shiftRight(32).equals(BigInteger.valueOf(0xffff));
        for (int i = 0; i < prefixes.size(); i++) {
            Prefix prefix = prefixes.get(i);
            boolean isOfFamily = isIpv4 == (prefix.length() >= 96
                    && number(prefix.high(), prefix.low()).shiftRight(32).equals(BigInteger.valueOf(0xffff)));
            int rest = 128 - prefix.length();
            if (isOfFamily && number(address[0], address[1]).shiftRight(rest)
                    .equals(number(prefix.high(), prefix.low()).shiftRight(rest))
                    && (found < 0 || prefix.length() > prefixes.get(found).length())) {
                found = i;
            }
        }
        return found;
    }

    private static BigInteger number(long high, long low) {
        return new BigInteger(1, ByteBuffer.allocate(16).putLong(high).putLong(low).array());
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.0/24", "0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::1", "192.0.2.7",
        "fe80::/10"})
    void aNetworkIsWrittenAsItIsRead(String text) {
        assertThat(Prefix.parse(text)).map(Prefix::toString).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/024", "192.0.2/24", "2001:db8::1/32",
        "::/129",
        "web.example", "192.0.2.0/", "192.0.2.0/-1", "1:2/16", "fe80::1%lo", "[::1]", "300.1.1.1", "01.2.3.4"})
    void whatIsNoNetworkIsNone(String text) {
        assertThat(Prefix.parse(text)).isEmpty();
    }

    @Test
    void ipv4WrittenAsIpv6IsIpv4() {
        assertThat(Prefix.parse("::ffff:192.0.2.0/120")).map(Prefix::toString).contains("192.0.2.0/24");
        assertThat(new PrefixTable(List.of(Prefix.parse("::/0").orElseThrow())).find(0, 0xffff_c000_0201L))
                .isEqualTo(PrefixTable.NONE);
    }
}
