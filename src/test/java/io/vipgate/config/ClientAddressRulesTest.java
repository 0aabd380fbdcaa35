package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code pools.P.clientAddress} goes together with. */
class ClientAddressRulesTest {
    private static List<String> warnings(String listeners, String endpoints) {
        return Loads.valid("""
                listeners:
                  web: { bind: %s, pool: nginx }
                pools:
                  nginx:
                    clientAddress: require
                    endpoints: { vip1: "%s" }
                """.formatted(listeners, endpoints)).warnings().stream().map(Problem::message).toList();
    }

    @ParameterizedTest
    @CsvSource({"none, NONE", "prefer, PREFER", "require, REQUIRE"})
    void isOneOfThree(String written, ClientAddressMode mode) {
        assertThat(Loads.pool("clientAddress: " + written).clientAddress()).isEqualTo(mode);
    }

    @Test
    void isNoneUnlessItIsWritten() {
        assertThat(Loads.pool("").clientAddress()).isEqualTo(ClientAddressMode.NONE);
        assertThat(Loads.poolProblems("clientAddress: always")).singleElement().asString()
                .isEqualTo("5: pools.nginx.clientAddress: always (expected: one of none, prefer, require)");
    }

    @Test
    void doesNotStandBesideSource() {
        assertThat(Loads.poolProblems("source: 198.51.100.7\nclientAddress: prefer")).containsExactly(
                "6: pools.nginx.clientAddress: prefer (expected: none beside source; connections come from the client's "
                        + "address or from one of source, so leave one of the two keys out)");
        assertThat(Loads.pool("source: 198.51.100.7\nclientAddress: none").source()).hasSize(1);
        assertThat(Loads.pool("probe: { source: 198.51.100.7 }\nclientAddress: prefer").clientAddress())
                .isEqualTo(ClientAddressMode.PREFER);
    }

    @Test
    void endpointOnThisMachineIsSeldomMeant() {
        assertThat(warnings("203.0.113.1:80", "127.0.0.1:8080")).containsExactly(
                "require: endpoint vip1 is on this machine, which sends its answers to clients' addresses straight to the "
                        + "clients, so connections to it time out");
        assertThat(warnings("203.0.113.1:80", "192.168.1.100:80")).isEmpty();
    }

    @Test
    void clientsOfAFamilyThatNoEndpointHasAreNamed() {
        assertThat(warnings("203.0.113.1:80", "[2001:db8::100]:80")).containsExactly(
                "require: clients of listener web come by IPv4, and no endpoint has an IPv4 address; they are refused");
        assertThat(warnings("\"[2001:db8::1]:80\"", "192.168.1.100:80")).containsExactly(
                "require: clients of listener web come by IPv6, and no endpoint has an IPv6 address; they are refused");
        assertThat(warnings("\":80\"", "192.168.1.100:80")).isEmpty();
        assertThat(warnings("203.0.113.1:80", "web.example:80")).isEmpty();
        assertThat(warnings("203.0.113.1:80, acceptProxy: [192.0.2.0/24]", "[2001:db8::100]:80")).isEmpty();
    }

    @Test
    void clientsByServerNameAreLookedAtToo() {
        assertThat(Loads.valid("""
                listeners:
                  web: { bind: 203.0.113.1:443, pool: other, tls: { names: { shop.example.com: nginx } } }
                pools:
                  other: { endpoints: { a: 192.168.1.100:443 } }
                  nginx:
                    clientAddress: prefer
                    endpoints: { vip1: "[2001:db8::100]:443" }
                """).warnings()).singleElement().asString()
                .endsWith("clientAddress: prefer: clients of listener web come by "
                        + "IPv4, and no endpoint has an IPv4 address; the gateway's own address is used for them");
    }
}
