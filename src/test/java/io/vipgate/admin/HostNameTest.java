package io.vipgate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Host headers in one spelling. */
final class HostNameTest {
    @ParameterizedTest
    @CsvSource({"localhost, localhost", "LOCALHOST:9180, localhost", "localhost., localhost", "localhost:, localhost",
        "gateway.example.:80, gateway.example", "127.0.0.1, 127.0.0.1", "127.0.0.1:9180, 127.0.0.1",
        "255.249.199.9, 255.249.199.9", "10.0.0.0, 10.0.0.0", "::1, ::1", "[::1], ::1", "[::1]:9180, ::1",
        "0:0:0:0:0:0:0:1, ::1", "[0000:0:0:0:0:0:0:0001]:1, ::1", "[2001:DB8:0::A]:443, 2001:db8::a",
        "::1:9180, ::1:9180", "node-1.a_b.example, node-1.a_b.example", "1.example, 1.example"})
    void namesAndAddressesHaveOneSpelling(String host, String canonical) {
        assertThat(HostName.canonical(host)).contains(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", ":80", ".", "127.1", "127.0.1", "2130706433", "0x7f.1", "0x7f000001", "0x7f.0.0.1",
        "017700000001", "0177.0.0.1", "127.0.0.01", "127.0.0.1.", "127.0.0.1.:80", "127.0.0.256", "127.0.0.1.2",
        "1270.0.0.1", "example.1", "[127.0.0.1]", "[localhost]", "[::1", "::1]", "[::1]x", "[::1].", "[[::1]]",
        "[::1%lo]", "::1%1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "::ffff:127.0.0.1", "localhost:80:80",
        "localhost:x",
        "localhost:123456", "user@localhost", "localhost/", "local host", "localhost..", ".localhost", "localhost\t",
        "127.0.0.1\u0000", "\u0661\u0662\u0667.0.0.1", "localhost,localhost"})
    void everythingElseIsNone(String host) {
        assertThat(HostName.canonical(host)).isEmpty();
    }

    @Test
    void whatIsLongerThanAnyNameIsNoneAndCostsNothing() {
        assertThat(HostName.canonical("a.".repeat(100_000))).isEmpty();
        assertThat(HostName.canonical("a.".repeat(126) + "a.:12345")).contains("a.".repeat(126) + "a");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "0:0:0:0:0:0:0:1, ::1", "fe80::1%1, fe80::1"})
    void ownAddressesAreSpeltTheSame(String own, String canonical) {
        assertThat(HostName.of(InetAddress.ofLiteral(own))).isEqualTo(canonical);
    }
}
