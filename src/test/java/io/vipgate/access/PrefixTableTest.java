package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.ClientAddress;
import java.math.BigInteger;
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
                prefixes.add(SomePrefixes.next(random));
            }
            PrefixTable table = new PrefixTable(prefixes);
            for (int i = 0; i < 60; i++) {
                long[] address = SomePrefixes.near(prefixes.get(random.nextInt(prefixes.size())), random);
                assertThat(table.find(address[0], address[1])).as("seed %d, %s in %s", seed,
                        ClientAddress.toInetAddress(address[0], address[1]), prefixes)
                        .isEqualTo(longest(prefixes, address));
            }
        }
    }

    private static int longest(List<Prefix> prefixes, long[] address) {
        int found = PrefixTable.NONE;
        boolean isIpv4 = SomePrefixes.number(address[0], address[1]).shiftRight(32).equals(BigInteger.valueOf(0xffff));
        for (int i = 0; i < prefixes.size(); i++) {
            Prefix prefix = prefixes.get(i);
            boolean isOfFamily = isIpv4 == (prefix.length() >= 96
                    && SomePrefixes.number(prefix.high(), prefix.low()).shiftRight(32)
                            .equals(BigInteger.valueOf(0xffff)));
            int rest = 128 - prefix.length();
            if (isOfFamily && SomePrefixes.number(address[0], address[1]).shiftRight(rest)
                    .equals(SomePrefixes.number(prefix.high(), prefix.low()).shiftRight(rest))
                    && (found < 0 || prefix.length() > prefixes.get(found).length())) {
                found = i;
            }
        }
        return found;
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
