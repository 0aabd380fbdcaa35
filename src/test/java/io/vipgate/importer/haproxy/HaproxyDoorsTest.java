package io.vipgate.importer.haproxy;

import static io.vipgate.importer.haproxy.HaproxyLines.assertLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertNothingLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertRemarked;
import static io.vipgate.importer.haproxy.HaproxyLines.listen;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.AccessConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PerSourceConfig;
import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may come in, and as whom: tcp-request rules and accept-proxy. */
class HaproxyDoorsTest {
    private static final String SERVER = "server a 192.0.2.1:80";

    private static ListenerConfig listener(ImportResult result) {
        return ImportedConfig.of(result).listener("web");
    }

    private static PerSourceConfig limits(ImportResult result) {
        return listener(result).perSource().orElseThrow();
    }

    // ---- access ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "reject if { src 198.51.100.0/24 }|198.51.100.9|192.0.2.9",
        "reject unless { src 192.0.2.0/24 2001:db8::/32 }|198.51.100.9|2001:db8::7",
        "reject if !{ src 192.0.2.0/24 }|2001:db8::7|192.0.2.9",
        "reject if { src 198.51.100.0/255.255.255.0 }|198.51.100.9|192.0.2.9",
        "reject if { src 198.51.100.77/24 }|198.51.100.9|192.0.2.9",
        "reject if { src -m ip 198.51.100.0/24 } or { src 203.0.113.9 }|203.0.113.9|203.0.113.8",
        "reject if { src 198.51.100.0/24 } !{ src 198.51.100.7 } { dst_port 80 }|198.51.100.8|198.51.100.7",
        "reject if { src 198.51.100.0/24 } { dst_port 81 }|-|198.51.100.7",
        "reject|192.0.2.9|-"})
    void rulesByAddressBecomeAccess(String rule, String refused, String admitted) {
        ImportResult result = listen("tcp-request connection " + rule, SERVER);

        assertNothingLost(result);
        ImportedConfig config = ImportedConfig.of(result);
        assertThat(refused == null || !config.admits("web", refused)).isTrue();
        assertThat(admitted == null || config.admits("web", admitted)).isTrue();
    }

    @Test
    void aNameMayStandForSeveralLinesAndEachLevelHasItsOwnRules() {
        ImportedConfig config = ImportedConfig.of(listen("acl bad src 198.51.100.0/25", "acl bad src 198.51.100.128/26",
                "tcp-request connection accept if { src 198.51.100.1 }", "tcp-request connection reject if bad",
                "tcp-request session reject if { src 198.51.100.2 }",
                "tcp-request content reject if { src 192.0.2.3 }",
                SERVER));

        assertThat(List.of("198.51.100.1", "198.51.100.200", "192.0.2.2"))
                .allMatch(client -> config.admits("web", client));
        assertThat(List.of("198.51.100.2", "198.51.100.130", "192.0.2.3"))
                .noneMatch(client -> config.admits("web", client));
    }

    @Test
    void rulesOfABackendHoldForItsClients() {
        ImportedConfig config = ImportedConfig.of(HaproxyImporter.convert("""
                frontend web
                bind 203.0.113.1:80
                bind 203.0.113.1:81
                use_backend b if { dst_port 81 }
                default_backend a
                backend a
                server s 192.0.2.1:80
                backend b
                tcp-request content reject if { src 198.51.100.0/24 }
                server s 192.0.2.2:80
                """));

        assertThat(config.admits("web-80", "198.51.100.9")).isTrue();
        assertThat(config.admits("web-81", "198.51.100.9")).isFalse();
    }

    @Test
    void addressesWithOtherRulesAreListenersOfTheirOwn() {
        ImportedConfig config = ImportedConfig.of(listen("bind 203.0.113.1:22",
                "tcp-request connection reject if { dst_port 22 } !{ src 192.0.2.0/24 }", SERVER));

        assertThat(config.wiring("web-80")).isEqualTo("203.0.113.1:80 -> web");
        assertThat(config.admits("web-80", "198.51.100.9")).isTrue();
        assertThat(config.admits("web-22", "198.51.100.9")).isFalse();
        assertThat(config.admits("web-22", "192.0.2.9")).isTrue();
    }

    /** The first match of a random list against what the gateway makes of the import. */
    @Test
    void whateverTheOrderOfRulesTheSameClientsComeIn() {
        long seed = 20_261_127L;
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            List<String> rules = new ArrayList<>();
            for (int i = 1 + random.nextInt(6); i > 0; i--) {
                rules.add("tcp-request connection " + (random.nextBoolean() ? "accept" : "reject")
                        + (random.nextBoolean() ? " if" : " unless") + " { src " + network(random) + " "
                        + network(random) + " }");
            }
            ImportResult result = listen(String.join("\n", rules), SERVER);
            ImportedConfig config = ImportedConfig.of(result);
            for (int i = 0; i < 60; i++) {
                String client = random.nextInt(4) == 0
                        ? "20" + (10 + random.nextInt(8)) + "::1"
                        : random.nextInt(256) + "." + random.nextInt(4) + ".0.1";
                assertThat(config.admits("web", client)).as("seed %d, %s, %s%n%s", seed, client, rules, result.yaml())
                        .isEqualTo(isAdmitted(rules, client));
            }
        }
    }

    private static String network(Random random) {
        int length = 1 + random.nextInt(8);
        return random.nextInt(4) == 0
                ? "20" + (10 + random.nextInt(8)) + "::/16"
                : ((random.nextInt(256) >> (8 - length)) << (8 - length)) + ".0.0.0/" + length;
    }

    private static boolean isAdmitted(List<String> rules, String client) {
        for (String rule : rules) {
            String[] words = rule.split(" ", -1);
            boolean isIn = isIn(client, words[6]) || isIn(client, words[7]);
            if (isIn == words[3].equals("if")) {
                return words[2].equals("accept");
            }
        }
        return true;
    }

    private static boolean isIn(String client, String network) {
        return ClientSet.of(client).orElseThrow().without(ClientSet.of(network).orElseThrow()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "tcp-request content reject if { req.len 0 }|more decides",
        "tcp-request connection reject if { src_get_gpc0 gt 0 }|more decides",
        "tcp-request connection reject if { src,map_ip(/etc/x.map) -m found }|more decides",
        "tcp-request connection reject if { src web.example }|more decides",
        "tcp-request connection reject if { src -f relative.lst }|more decides",
        "tcp-request connection reject if nosuchname|more decides",
        "tcp-request connection silent-drop if { src 198.51.100.9 }|without an answer",
        "tcp-request connection set-src src,ipmask(24)|changed the client's address",
        "tcp-response content reject if { res.len 0 }|nothing is inspected"})
    void whatElseRefusesIsALoss(String line, String words) {
        ImportResult result = listen(line, SERVER);

        assertLost(result, 3, words);
        assertThat(ImportedConfig.of(result).config().listeners()).containsOnlyKeys("web");
    }

    @Test
    void aRuleThatCannotBeToldRefusesNobodyWhomTheOthersAdmit() {
        ImportedConfig config = ImportedConfig.of(listen("tcp-request inspect-delay 5s",
                "tcp-request content accept if { req_ssl_hello_type 1 }",
                "tcp-request content reject if { src 198.51.100.0/24 }", SERVER));

        assertThat(config.admits("web", "198.51.100.9")).isTrue();
        assertLost(config.result(), 5, "more decides");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "reject if { src -f BAD }|[]|[file:BAD]|", "accept if { src -f GOOD };reject|[file:GOOD]|[]|",
        "reject unless { src -f GOOD } or { src 192.0.2.0/24 }|[192.0.2.0/24, file:GOOD]|[]|",
        "reject if { src -f BAD 198.51.100.9 }|[]|[198.51.100.9, file:BAD]|",
        "accept if { src 192.0.2.0/24 };reject if { src -f BAD }|[0.0.0.0/0, ::/0, 192.0.2.0/24]|[file:BAD]|lies in",
        "reject if { src -f BAD };reject unless { src 192.0.2.0/24 }|[192.0.2.0/24]|[file:BAD]|holds or equals",
        "reject if { src 198.51.100.0/24 };accept if { src -f GOOD };reject|[file:GOOD]|[198.51.100.0/24]|lies in",
        "accept if { src -f GOOD };reject if { src -f BAD }|[0.0.0.0/0, ::/0, file:GOOD]|[file:BAD]|lies in",
        "reject if { src -f BAD } !{ src -f GOOD }|[0.0.0.0/0, ::/0, file:GOOD]|[file:BAD]|lies in"})
    void filesAreEntriesAndWhatTheyMayChangeIsALoss(String rules, String allow, String deny, String loss,
            @TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("bad"), "198.51.100.77\n");
        Files.writeString(directory.resolve("good"), "# ours\n203.0.113.0/24\n");
        String text = "tcp-request connection ".concat(rules.replace(";", "\ntcp-request connection "))
                .replace("BAD", directory + "/bad").replace("GOOD", directory + "/good");
        ImportResult result = listen(text, SERVER);

        AccessConfig access = listener(result).access().orElseThrow();
        assertThat(access.allow().toString().replace(directory + "/good", "GOOD")).isEqualTo(allow);
        assertThat(access.deny().toString().replace(directory + "/bad", "BAD")).isEqualTo(deny);
        assertThat(result.notes()).filteredOn(Note::isLoss).extracting(Note::toString)
                .allMatch(note -> loss != null && note.contains(loss)).hasSize(loss == null ? 0 : 1);
    }

    @Test
    void fieldsOfTheHeaderThatCameInArePassedOn() {
        ImportResult result = listen("server a 192.0.2.1:80 send-proxy-v2 proxy-v2-options ssl,unique-id,crc32c check");

        assertThat(ImportedConfig.of(result).pool("web").proxyProtocol()).hasToString(
                "ProxyProtocolConfig[version=V2, tlvs=[unique-id], crc32c=true]");
        assertRemarked(result, 3, "no TLS information");
        assertRemarked(result, 3, "unique-id-format");
        assertNothingLost(result);
    }

    @Test
    void aFieldWithAValueOfItsOwnIsALoss() {
        assertLost(listen("server a 192.0.2.1:80 send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) %[fc_pp_tlv(0xE1)]"), 3,
                "set-proxy-v2-tlv-fmt");
    }

    // ---- limits ----

    private static ImportResult limited(String table, String... rules) {
        return listen("stick-table " + table, String.join("\n", rules), SERVER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "track-sc0 src;reject if { sc0_conn_cur gt 10 }|10", "track-sc0 src;reject if { sc0_conn_cur ge 10 }|9",
        "track-sc1 src;reject if { sc_conn_cur(1) ge 10 }|9", "reject if { src_conn_cur ge 10 };track-sc0 src|10",
        "reject if { src_conn_cur gt 10 };track-sc0 src|11", "track-sc0 src;reject if { src_conn_cur gt 10 }|10",
        "track-sc0 src;reject if { sc0_conn_cur -m int gt 10 }|10", "track-sc0 src;reject if { sc0_conn_cur 11: }|10",
        "track-sc0 src;reject if { sc0_conn_cur(web) gt 10 }|10"})
    void openConnectionsOfASource(String rules, int most) {
        ImportResult result = limited("type ipv6 size 1m expire 30s store conn_cur",
                "tcp-request connection " + rules.replace(";", "\ntcp-request connection "));

        assertNothingLost(result);
        PerSourceConfig limits = limits(result);
        assertThat(limits.maxConnections()).isEqualTo(most);
        assertThat(limits.newPerSecond()).isZero();
        assertThat(limits.ipv4Prefix()).isEqualTo(32);
        assertThat(limits.ipv6Prefix()).isEqualTo(128);
        assertThat(limits.exempt()).isEmpty();
    }

    @Test
    void bothLimitsForNetworksAndThoseWhoAreExempt() {
        ImportResult result = limited("type ipv6 size 200k expire 1m store conn_cur,conn_rate(5s)",
                "acl vip src 192.0.2.0/24", "acl fast sc0_conn_rate gt 50", "acl many sc0_conn_cur gt 20",
                "tcp-request connection track-sc0 src,ipmask(24,56)", "tcp-request connection accept if vip",
                "tcp-request connection reject if fast || many");

        assertThat(limits(result)).hasToString(new PerSourceConfig(24, 56, 20, 10,
                limits(result).burst(), limits(result).around(), limits(result).exempt(), 204_800, false).toString());
        assertThat(limits(result).burst()).contains(50);
        assertThat(limits(result).exempt()).hasToString("[192.0.2.0/24]");
        assertNothingLost(result);
        assertRemarked(result, 3, "50 in 5.0 s becomes a burst of 50 and 10 a second");
    }

    @Test
    void aTableOfIpv4CountsNoClientOfIpv6() {
        ImportResult result = HaproxyImporter.convert("listen web\nbind :::80 v4v6\n"
                + "stick-table type ip size 100k expire 1m store conn_cur\ntcp-request connection track-sc0 src\n"
                + "tcp-request connection reject if { sc0_conn_cur gt 10 }\n" + SERVER);

        assertThat(limits(result).exempt()).hasToString("[::/0]");
    }

    @Test
    void aTableInAnotherSection() {
        String text = "backend abuse\nstick-table type ip size 100k expire 1m store conn_rate(1s)\n"
                + "listen web\nbind 203.0.113.1:80\ntcp-request connection track-sc0 src table abuse\n"
                + "tcp-request connection reject if { sc0_conn_rate gt 3 }\n" + SERVER + "\n";
        ImportResult alone = HaproxyImporter.convert(text);
        ImportResult shared = HaproxyImporter.convert(text + text.replace("listen web\nbind 203.0.113.1:80",
                "listen more\nbind 203.0.113.1:81"));

        assertThat(limits(alone).newPerSecond()).isEqualTo(3);
        assertNothingLost(alone);
        assertLost(shared, 2, "several frontends count");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "type ip size 1k store conn_rate(60s)|track-sc0 src;reject if { sc0_conn_rate gt 20 }|no whole number a second",
        "type string size 1k store conn_cur|track-sc0 src;reject if { sc0_conn_cur gt 20 }|more decides",
        "type ip size 1k store gpc0|track-sc0 src;reject if { sc0_conn_cur gt 20 }|more decides",
        "type ip size 1k store conn_cur|reject if { sc0_conn_cur gt 20 }|more decides",
        "type ip size 1k store conn_cur|track-sc0 dst;reject if { sc0_conn_cur gt 20 }|more decides",
        "type ip size 1k store conn_cur|track-sc0 src;reject if { sc0_conn_cur lt 20 }|more decides",
        "type ip size 1k store conn_cur|track-sc0 src;reject if { sc0_conn_cur gt 20 } { src_is_local }|more decides",
        "type ip size 1k store conn_cur|track-sc0 src,ipmask(4);reject if { sc0_conn_cur gt 20 }|the limit is left out",
        "type ip size 1k store conn_cur|track-sc0 src;reject if { sc0_conn_cur gt 20 } { src 10.0.0.0/8 };"
                + "reject if { sc0_conn_cur gt 30 }|one limit of each kind",
        "type ip size 1k store conn_cur|track-sc0 src;reject if { sc0_conn_cur gt 20 } !{ src -f /etc/known.lst }"
                + "|takes networks alone"})
    void limitsThatMeanSomethingElseAreALoss(String table, String rules, String words) {
        ImportResult result = limited(table,
                "tcp-request connection " + rules.replace(";", "\ntcp-request connection "));

        assertThat(result.notes()).filteredOn(note -> note.isLoss()).extracting(Object::toString)
                .anyMatch(note -> note.contains(words));
        ImportedConfig.of(result);
    }

    @Test
    void veryManyRulesAreFollowedForOneAddressOrNamed() {
        ImportResult some = listen(
                "tcp-request connection reject if { src 198.51.100.7 } { dst_port 80 }\n".repeat(1000),
                SERVER);
        ImportResult many = HaproxyImporter.convert("listen web\nbind 203.0.113.1:1-200\n"
                + "tcp-request connection reject if { src 198.51.100.7 } { dst_port 80 }\n".repeat(1000) + SERVER);

        assertThat(ImportedConfig.of(some).admits("web", "198.51.100.7")).isFalse();
        assertThat(many.yaml()).isEmpty();
        assertLost(many, 1, "more tcp-request rules than can be followed");
    }

    @Test
    void whatAFirewallsHaproxyIsWrittenAs(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("61.txt"), "198.51.100.0/24\n");
        ImportedConfig config = ImportedConfig.of(HaproxyImporter.convert("""
                frontend web
                    bind 203.0.113.5:25 name 203.0.113.5:25
                    mode tcp
                    default_backend mail
                    acl acl_61 src -f MAPS/61.txt
                    acl acl_62 src 10.0.0.0/8 192.168.0.0/16
                    tcp-request connection reject if acl_61 !acl_62
                    stick-table type ip size 50k expire 30m store conn_cur,conn_rate(10s),bytes_out_rate(1m)
                    tcp-request connection track-sc0 src
                    tcp-request connection reject if { src_conn_cur ge 20 }
                backend mail
                    mode tcp
                    server mx 192.168.1.5:2525 check send-proxy-v2 check-send-proxy
                """.replace("MAPS", directory.toString())));

        assertThat(config.admits("web", "198.51.100.9")).isFalse();
        assertThat(config.admits("web", "10.1.1.1")).isTrue();
        assertThat(limits(config.result()).maxConnections()).isEqualTo(19);
        assertLost(config.result(), 5, "lies in, holds or equals");
    }
}
