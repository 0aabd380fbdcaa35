package io.vipgate.importer.haproxy;

import static io.vipgate.importer.haproxy.HaproxyLines.assertLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertNothingLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertRemarked;
import static io.vipgate.importer.haproxy.HaproxyLines.listen;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.AcceptProxyConfig.OtherPeers;
import io.vipgate.config.ListenerConfig;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who must send a PROXY header, and what rules before and behind it are about. */
class HaproxyProxiedTest {
    private static final String SERVER = "server a 192.0.2.1:80";

    private static ListenerConfig listener(ImportResult result) {
        return ImportedConfig.of(result).listener("web");
    }

    private static String from(ImportResult result) {
        return listener(result).acceptProxy().orElseThrow().from().toString();
    }

    @Test
    void whoeverConnectsMustSendAHeaderAndTheRiskIsNamed() {
        ImportResult result = HaproxyImporter
                .convert("listen web\nbind 203.0.113.1:80 accept-proxy name x\n" + SERVER);

        assertThat(from(result)).isEqualTo("[0.0.0.0/0, ::/0]");
        assertNothingLost(result);
        assertRemarked(result, 2, "can claim to be anybody");
    }

    @Test
    void rulesOfConnectionsSayWhoTheBalancersAre() {
        ImportResult result = HaproxyImporter.convert("listen web\nbind 203.0.113.1:80 accept-proxy\n"
                + "tcp-request connection reject unless { src 192.0.2.0/28 }\n"
                + "tcp-request session reject if { src 198.51.100.0/24 }\n" + SERVER);

        assertThat(from(result)).isEqualTo("[192.0.2.0/28]");
        assertNothingLost(result);
        ImportedConfig config = ImportedConfig.of(result);
        assertThat(config.admits("web", "198.51.100.9")).isFalse();
        assertThat(config.admits("web", "203.0.113.9")).isTrue();
    }

    @Test
    void aNetworkThatIsClosedToClientsIsNotClosedToTheBalancerInIt() {
        ImportedConfig config = ImportedConfig.of(HaproxyImporter.convert("listen web\n"
                + "bind 203.0.113.1:80 accept-proxy\ntcp-request connection reject unless { src 10.0.0.4/31 }\n"
                + "tcp-request session reject if { src 10.0.0.0/8 }\n" + SERVER));

        assertThat(config.admits("web", "10.0.0.9")).isFalse();
        assertThat(config.listener("web").access().orElseThrow().deny().toString()).doesNotContain("10.0.0.4",
                "10.0.0.0/8");
    }

    @Test
    void byAddressTheOthersComeWithoutAHeader() {
        ImportResult result = listen("tcp-request connection expect-proxy layer4 if { src 192.0.2.0/28 }", SERVER);

        assertThat(from(result)).isEqualTo("[192.0.2.0/28]");
        assertThat(listener(result).acceptProxy().orElseThrow().others()).isEqualTo(OtherPeers.DIRECT);
        assertNothingLost(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "expect-proxy layer4 if { src 192.0.2.0/28 };reject if !{ src 192.0.2.0/28 }",
        "expect-proxy layer4 if { src 192.0.2.0/28 };reject unless { src 192.0.2.0/28 }",
        "accept if { src 10.0.0.0/8 } FALSE;expect-proxy layer4 if { src 192.0.2.0/28 };reject if !{ src 192.0.2.0/28 }",
        "expect-proxy layer4 if { src 192.0.2.0/28 };accept if { src 192.0.2.0/28 };reject"})
    void whereRulesOfConnectionsRefuseAllButBalancersAnyClientOfTheirsComesIn(String rules) {
        ImportResult result = rules(rules);

        assertThat(from(result)).isEqualTo("[192.0.2.0/28]");
        assertThat(listener(result).acceptProxy().orElseThrow().others()).isEqualTo(OtherPeers.REJECT);
        assertThat(listener(result).access()).isEmpty();
        assertNothingLost(result);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "4|expect-proxy layer4 if { src 192.0.2.0/28 }|accept if { src 192.0.2.99 } or { src 192.0.2.0/28 }|reject",
        "3|expect-proxy layer4 if { src 192.0.2.0/28 }|reject if { src 10.3.0.0/16 }|accept",
        "3|expect-proxy layer4 if { src 192.0.2.0/28 }|reject if { src -f /etc/bad.lst }|accept",
        "2|reject if { src 10.3.0.0/16 }|expect-proxy layer4 if { src 192.0.2.0/28 }|accept"})
    void whomARuleOfConnectionsRefusedBesideBalancersIsALossAtItsLine(int at, String first, String second,
            String third) {
        ImportResult result = rules(first + ";" + second + ";" + third);

        assertThat(listener(result).acceptProxy().orElseThrow().others()).isEqualTo(OtherPeers.DIRECT);
        assertThat(listener(result).access()).isEmpty();
        assertLost(result, at + 1, "whom this rule refused is let in now");
    }

    private static ImportResult rules(String rules) {
        List<String> lines = new ArrayList<>(
                Arrays.stream(rules.split(";")).map("tcp-request connection "::concat).toList());
        lines.add(SERVER);
        return listen(lines.toArray(String[]::new));
    }

    @Test
    void rulesOfSessionsHoldForWhomAHeaderNames() {
        ImportResult result = listen("tcp-request connection expect-proxy layer4 if { src 192.0.2.0/28 }",
                "tcp-request session reject if { src 198.51.100.0/24 }", SERVER);

        assertNothingLost(result);
        assertThat(ImportedConfig.of(result).admits("web", "198.51.100.9")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"0.0.0.0/1|true", "64.0.0.0/3|false", "2000::/4|true", "2001:db8::/32|false"})
    void aGreatPartOfAllAddressesIsHardlyBalancers(String network, boolean isWide) {
        ImportResult result = listen("tcp-request connection expect-proxy layer4 if { src " + network + " }", SERVER);

        assertThat(result.notes().stream().anyMatch(note -> note.toString().contains("can claim to be anybody")))
                .isEqualTo(isWide);
    }

    @Test
    void theComplementOfANetworkIsHardlyBalancers() {
        assertRemarked(listen("tcp-request connection expect-proxy layer4 unless { src 10.0.0.0/8 }", SERVER), 3,
                "can claim to be anybody");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"content reject if { sc0_conn_cur gt 20 }",
        "session reject if { src_conn_cur gt 20 }",
        "session reject if { sc_conn_cur(0) gt 20 }"})
    void whatRulesOfConnectionsCountAreBalancersBehindAHeader(String rule) {
        ImportResult result = listen("stick-table type ip size 100k expire 1m store conn_cur",
                "tcp-request connection track-sc0 src",
                "tcp-request connection expect-proxy layer4 if { src 192.0.2.0/28 }", "tcp-request " + rule, SERVER);

        assertThat(listener(result).perSource()).isEmpty();
        assertLost(result, 6, "more decides about it");
    }

    @Test
    void whatRulesOfSessionsCountAreClientsBehindAHeader() {
        ImportResult result = listen("stick-table type ip size 100k expire 1m store conn_cur",
                "tcp-request connection expect-proxy layer4 if { src 192.0.2.0/28 }",
                "tcp-request session track-sc0 src", "tcp-request session reject if { sc0_conn_cur gt 20 }", SERVER);

        assertThat(listener(result).perSource().orElseThrow().maxConnections()).isEqualTo(20);
        assertNothingLost(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"use_backend other if { dst_port 443 }", "use_backend other if !{ dst 203.0.113.9 }",
        "use_backend other if https", "use_backend other if !https", "tcp-request session reject if { dst_port 443 }",
        "use_backend web-%[dst_port]"})
    void behindAHeaderTheDestinationIsTheOneThatItNames(String rule) {
        String rules = "\nacl https dst_port 443\n" + rule + "\ndefault_backend web\nbackend other\n" + SERVER
                + "\nbackend web\n" + SERVER + "\n";

        assertLost(HaproxyImporter.convert("frontend web\nbind 203.0.113.1:80 accept-proxy" + rules), 4,
                "the destination that the header names");
        assertThat(HaproxyImporter.convert("frontend web\nbind 203.0.113.1:80" + rules).notes().toString())
                .doesNotContain("the destination that the header names");
    }

    @Test
    void whatTheConnectionItselfCameToIsNoLossBehindAHeader() {
        assertNothingLost(HaproxyImporter.convert("frontend web\nbind 203.0.113.1:80 accept-proxy\n"
                + "use_backend other if { fc_dst_port 80 }\ndefault_backend web\nbackend other\n" + SERVER
                + "\nbackend web\n" + SERVER + "\n"));
    }

    @Test
    void aRuleThatWaitsForItsBytesMatchesInTheEnd() {
        ImportResult result = listen("tcp-request inspect-delay 5s",
                "tcp-request content reject if { src 198.51.100.0/24 } WAIT_END", SERVER);

        assertThat(ImportedConfig.of(result).admits("web", "198.51.100.9")).isFalse();
        assertThat(ImportedConfig.of(result).admits("web", "192.0.2.9")).isTrue();
    }

    @Test
    void addressesWithAndWithoutAHeaderAreListenersOfTheirOwn() {
        ImportedConfig config = ImportedConfig.of(HaproxyImporter.convert("listen web\nbind 203.0.113.1:80\n"
                + "bind 203.0.113.1:81 accept-proxy\n" + SERVER));

        assertThat(config.listener("web-80").acceptProxy()).isEmpty();
        assertThat(config.listener("web-81").acceptProxy()).isPresent();
        assertThat(config.config().pools()).containsOnlyKeys("web");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"expect-proxy layer4 if { src -f /etc/balancers.lst }|accept-no",
        "expect-proxy layer4 if { src,map_ip(/x) -m found }|accept-no",
        "reject unless { src -f /etc/b.lst }|accept-proxy"})
    void whereNoNetworksSayWhoSendsAHeaderTheListenerIsLeftOut(String rule, String word) {
        ImportResult result = HaproxyImporter.convert("listen web\nbind 203.0.113.1:80 " + word.replace("accept-no", "")
                + "\ntcp-request connection " + rule + "\n" + SERVER);

        assertThat(result.yaml()).isEmpty();
        assertLost(result, word.equals("accept-proxy") ? 2 : 3, "acceptProxy.from takes networks alone");
    }

    @Test
    void filesAndLimitsForBalancersAreALoss() {
        ImportResult result = HaproxyImporter.convert("listen web\nbind 203.0.113.1:80 accept-proxy\n"
                + "tcp-request connection reject if { src -f /etc/bad.lst }\n" + SERVER);

        assertThat(from(result)).isEqualTo("[0.0.0.0/0, ::/0]");
        assertThat(listener(result).access()).isEmpty();
        assertLost(result, 3, "about the balancer or client that connects");
    }
}
