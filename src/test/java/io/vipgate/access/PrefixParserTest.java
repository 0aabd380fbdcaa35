package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.linux.ClientAddress;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks from their text, against the library's reading of addresses. */
class PrefixParserTest {
    private final PrefixParser parser = new PrefixParser();

    private boolean read(String text) {
        byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
        return parser.read(bytes, 1, bytes.length - 1);
    }

    @Test
    void addressesAreReadAsTheLibraryReadsThem() {
        String[] pieces = {":", "::", ":", "0", "1", "ffff", "db8", "00a0", "12345", ".", "192.0.2.1", "255", "256",
            "01",
            "g", "%lo", "-"};
        int valid = 0;
        for (int seed = 0; seed < 40_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(17); i >= 0; i--) {
                text.append(pieces[random.nextInt(random.nextInt(5) == 0 ? pieces.length : 7)]);
            }
            byte[] expected = library(text.toString());
            assertThat(read(text.toString())).as("seed %d: %s", seed, text).isEqualTo(expected != null);
            if (expected != null) {
                valid++;
                assertThat(ClientAddress.toInetAddress(parser.high(), parser.low()).getAddress()).as("%s", text)
                        .isEqualTo(expected);
            }
        }
        assertThat(valid).isGreaterThan(100);
    }

    /** Null for what is no address, or has a zone, or what the library takes and RFC 4291 does not have. */
    private static byte @Nullable [] library(String text) {
        boolean isIpv4 = text.matches("[0-9]+(\\.[0-9]+){3}");
        boolean hasLongGroup = text.matches(".*[0-9a-f]{5}.*");
        boolean hasLeadingZero = text.contains(".") && text.matches("(.*[.:])?0[0-9]+(\\..*)?");
        if ((!isIpv4 && !text.contains(":")) || text.contains("%") || hasLongGroup || hasLeadingZero) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    @Test
    void whatIsPrintedIsReadAgain() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Prefix prefix = random.nextBoolean()
                    ? Prefix.of(0, Prefix.MAPPED | Integer.toUnsignedLong(random.nextInt()), 96 + random.nextInt(33))
                    : Prefix.of(random.nextLong(), random.nextLong() << random.nextInt(64), random.nextInt(129));

            assertThat(Prefix.parse(prefix.toString())).contains(prefix);
        }
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1/24, 192.0.2.0/24", "2001:db8::1/32, 2001:db8::/32", "::ffff:192.0.2.1/120, 192.0.2.0/24",
        "255.255.255.255/0, 0.0.0.0/0", "1::/0, ::/0"})
    void aNetworkThatBeginsElsewhereIsNamed(String text, String right) {
        assertThat(Prefix.parse(text)).isEmpty();
        assertThatThrownBy(() -> Prefix.require(text)).hasMessage("expected: " + right);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.com", "10.1", "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0 /8",
        "10.0.0.0-10.0.0.9", "any", "::ffff:0:0/129", "1::2::3", ":::", ":1::", "1:2:3:4:5:6:7:8:9", "192.0.2.0/0x18",
        "\u0661.0.0.0", "::%1", "1.2.3.4:80", "*"})
    void whatIsNoNetworkSaysWhatOneLooksLike(String text) {
        assertThatThrownBy(() -> AccessEntry.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected: an address or a network, such as ");
    }
}
