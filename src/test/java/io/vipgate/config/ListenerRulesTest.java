package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may come in to a listener, and as whom. */
class ListenerRulesTest {
    private static final String REST = """
            pools:
              nginx: { endpoints: { vip1: 192.168.1.100:80 }, proxyProtocol: v1 }
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private static String text(String line) {
        return "listeners:\n  web:\n    bind: 203.0.113.1:80\n    pool: nginx\n    " + line + "\n" + REST;
    }

    private static ListenerConfig web(String line) {
        return Objects.requireNonNull(Loads.valid(text(line)).config().listeners().get("web"));
    }

    @Test
    void aListIsShortForWhoMustSendAHeader() {
        AcceptProxyConfig accept = web("acceptProxy: [192.0.2.0/28, \"2001:db8::/64\"]").acceptProxy().orElseThrow();

        assertThat(accept).isEqualTo(
                web("acceptProxy: { from: [192.0.2.0/28, \"2001:db8::/64\"] }").acceptProxy().orElseThrow());
        assertThat(accept.others()).isEqualTo(AcceptProxyConfig.OtherPeers.REJECT);
        assertThat(accept.versions()).containsExactly(AcceptProxyConfig.ProxyVersion.V1,
                AcceptProxyConfig.ProxyVersion.V2);
        assertThat(accept.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(accept.tlvs()).isEmpty();
    }

    @Test
    void aroundIsOnWhereItIsWritten() {
        assertThat(web("perSource: { maxConnections: 3 }").perSource().orElseThrow().around()).isEmpty();
        assertThat(web("perSource: { maxConnections: 3, around: {} }").perSource().orElseThrow().around())
                .contains(new PerSourceConfig.Around(24, 48, 8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            acceptProxy: []                                    | 5: listeners.web.acceptProxy: empty (expected: the networks that must send a PROXY header)
            acceptProxy: { others: direct }                    | 5: listeners.web.acceptProxy.from: missing (expected: networks of the balancers or gateways that must send the header; from nobody else is it looked for)
            acceptProxy: { from: [] }                          | 5: listeners.web.acceptProxy.from: empty (expected: the networks that must send a PROXY header)
            acceptProxy: [192.0.2.1/28]                        | 5: listeners.web.acceptProxy[0]: 192.0.2.1/28 (expected: 192.0.2.0/28)
            acceptProxy: [balancer]                            | 5: listeners.web.acceptProxy[0]: balancer (expected: an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32)
            acceptProxy: yes                                   | 5: listeners.web.acceptProxy: yes (expected: a section with the keys from, others, versions, timeout, tlvs)
            acceptProxy: { from: [192.0.2.1], versions: [] }   | 5: listeners.web.acceptProxy.versions: empty (expected: v1, v2, or both)
            acceptProxy: { from: [192.0.2.1], versions: [v3] } | 5: listeners.web.acceptProxy.versions[0]: v3 (expected: one of v1, v2; did you mean 'v1'?)
            acceptProxy: { from: [192.0.2.1], others: allow }  | 5: listeners.web.acceptProxy.others: allow (expected: one of reject, direct)
            acceptProxy: { from: [192.0.2.1], timeout: 2s }    | 5: listeners.web.acceptProxy.timeout: 2s (expected: 3s to 1m)
            acceptProxy: { from: [192.0.2.1], timeout: 61s }   | 5: listeners.web.acceptProxy.timeout: 61s (expected: 3s to 1m)
            acceptProxy: { from: [192.0.2.1], tlvs: [0xD0] }   | 5: listeners.web.acceptProxy.tlvs[0]: 0xD0 (expected: one of authority, alpn, unique-id, ssl, or 0xE0 to 0xEF)
            acceptProxy: { from: [192.0.2.1], tlvs: [0xEA] }   | 5: listeners.web.acceptProxy.tlvs: passed on by no one (expected: proxyProtocol: v2 in the pool nginx)
            acceptProxy: { from: [192.0.2.1], versions: [v1], tlvs: [ssl] } | 5: listeners.web.acceptProxy.tlvs: of version 2 only (expected: v2 among versions)
            perSource: 3                                       | 5: listeners.web.perSource: 3 (expected: a section with the keys ipv4Prefix, ipv6Prefix, maxConnections, newPerSecond, burst, around, exempt, maxEntries, dryRun)
            perSource: { maxConnections: -1 }                  | 5: listeners.web.perSource.maxConnections: -1 (expected: at least 0)
            perSource: { newPerSecond: 1.5 }                   | 5: listeners.web.perSource.newPerSecond: 1.5 (expected: a whole number)
            perSource: { maxConnections: 3, burst: 40 }        | 5: listeners.web.perSource.burst: 40 (expected: only beside newPerSecond)
            perSource: { maxConnections: 3, ipv4Prefix: 33 }   | 5: listeners.web.perSource.ipv4Prefix: 33 (expected: 8 to 32)
            perSource: { maxConnections: 3, ipv4Prefix: 24, around: { ipv4Prefix: 24 } } | 5: listeners.web.perSource.around.ipv4Prefix: 24 (expected: shorter than perSource.ipv4Prefix, 24)
            perSource: { maxConnections: 3, ipv6Prefix: 48, around: {} } | 5: listeners.web.perSource.around.ipv6Prefix: 48 (expected: shorter than perSource.ipv6Prefix, 48)
            perSource: { maxConnections: 3, exempt: [any] }    | 5: listeners.web.perSource.exempt[0]: any (expected: an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32)
            access: { allow: [192.0.2.0/24], deny: [192.0.2.0/24] } | 5: listeners.web.access.deny[0]: 192.0.2.0/24 (expected: in one of both lists; allow has it at line 5)
            access: { deny: [file:deny.txt] }                  | 5: listeners.web.access.deny[0]: file:deny.txt (expected: file: and the whole path, such as file:/etc/vipgate/deny/*.txt)
            access: { deny: [file:/nowhere/deny.txt] }         | 5: listeners.web.access.deny[0]: /nowhere/deny.txt: no such file
            access: { answer: drop }                           | 5: listeners.web.access.answer: drop (expected: one of reset, close)
            access: [192.0.2.0/24]                             | 5: listeners.web.access: a list (expected: a section with the keys allow, deny, dryRun, answer)
            """)
    void eachMistakeIsToldWithItsLine(String line, String problem) {
        assertThat(Loads.problems(text(line))).containsExactly(problem);
    }

    @Test
    void aBadLineOfAFileIsToldWithFileAndLine() throws IOException {
        Path file = directory.resolve("deny.txt");
        Files.writeString(file, "192.0.2.0/24\n# ours\n192.0.2.1/24\nexample.org\n");

        assertThat(Loads.problems(text("access: { deny: [198.51.100.66, \"file:" + file + "\"] }"))).containsExactly(
                "5: listeners.web.access.deny[1]: " + file + ":3: 192.0.2.1/24 (expected: 192.0.2.0/24)",
                "5: listeners.web.access.deny[1]: " + file
                        + ":4: example.org (expected: an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            acceptProxy: [0.0.0.0/0]                           | listeners.web.acceptProxy: 0.0.0.0/0: whoever can reach this address can claim to be anybody
            acceptProxy: { from: ["::/0"] }                    | listeners.web.acceptProxy.from: ::/0: whoever can reach this address can claim to be anybody
            acceptProxy: [0.0.0.0/1, 0.0.0.0/2, 10.0.0.0/8]     | listeners.web.acceptProxy: a quarter of the IPv4 addresses or more: whoever can reach this address can claim to be anybody
            acceptProxy: ["2800::/5"]                          | listeners.web.acceptProxy: a quarter of the IPv6 addresses or more: whoever can reach this address can claim to be anybody
            access: {}                                         | listeners.web.access: lets everybody in without allow or deny
            perSource: {}                                      | listeners.web.perSource: limits nothing without maxConnections or newPerSecond
            perSource: { maxConnections: 90 }, maxConnections: 80 | listeners.web.perSource.maxConnections: 90 is never reached: the listener's own is 80
            access: { deny: ["file:/nowhere/*.txt"] }          | listeners.web.access.deny[0]: file:/nowhere/*.txt: there is no directory /nowhere yet, so nobody is listed there
            """)
    void whatIsHardlyMeantIsWarnedOf(String line, String warning) {
        List<String> warnings = Loads.valid(text(line.replace("}, max", "}\n    max"))).warnings().stream()
                .map(Problem::toString).toList();

        assertThat(warnings).containsExactly("test.yaml:5: " + warning);
    }

    @Test
    void networksWithinOthersDoNotCountTwice() {
        assertThat(Loads
                .valid(text("acceptProxy: [10.0.0.0/8, 10.0.0.0/9, 192.0.2.0/24, 64.0.0.0/3, 64.0.0.0/4, 80.0.0.0/4]"))
                .warnings()).isEmpty();
    }

    @Test
    void fieldsAndChecksumBelongToVersionTwo() {
        String pool = "listeners: { web: { bind: 203.0.113.1:80, pool: nginx } }\npools: { nginx: { endpoints: { a: 192.168.1.100:80 },"
                + "\n  proxyProtocol: ";

        assertThat(Loads.problems(pool + "{ version: v1, tlvs: [unique-id] } } }"))
                .containsExactly("3: pools.nginx.proxyProtocol.tlvs: of version 2 only (expected: version: v2)");
        assertThat(Loads.problems(pool + "{ crc32c: true } } }"))
                .containsExactly("3: pools.nginx.proxyProtocol.crc32c: true (expected: false, or version: v2)");
        assertThat(Loads.nginx(Loads.valid(pool + "{ version: v2, crc32c: true, tlvs: [ssl, 0xEF] } } }").config())
                .proxyProtocol().tlvs()).extracting(TlvType::toString).containsExactly("ssl", "0xEF");
    }
}
