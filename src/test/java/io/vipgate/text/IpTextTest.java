package io.vipgate.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpTextTest {
    @ParameterizedTest
    @CsvSource({"192.0.2.1,192.0.2.1", "2001:0db8:0:0:0:0:0:1,2001:db8::1", "0:0:0:0:0:0:0:0,::",
        "0:0:0:0:0:0:0:1,::1", "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
        "1:0:0:0:0:0:0:0,1::", "2001:DB8:ABCD:EF01:2345:6789:ABCD:EF01,2001:db8:abcd:ef01:2345:6789:abcd:ef01"})
    void ipv6IsShortenedAsRfc5952Asks(String written, String printed) {
        assertThat(IpText.of(InetAddress.ofLiteral(written))).isEqualTo(printed);
    }

    @Test
    void aPortFollowsBrackets() {
        assertThat(IpText.of(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 80)))
                .isEqualTo("[2001:db8::1]:80");
        assertThat(IpText.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80))).isEqualTo("192.0.2.1:80");
    }

    @Test
    void theZoneIsPrintedButNotInAUrl() {
        InetAddress linkLocal = InetAddress.ofLiteral("fe80::1%1");

        assertThat(IpText.of(linkLocal)).startsWith("fe80::1%");
        assertThat(IpText.bracketed(linkLocal)).startsWith("[fe80::1%").endsWith("]");
        assertThat(IpText.inUrl(linkLocal)).isEqualTo("[fe80::1]");
    }
}
