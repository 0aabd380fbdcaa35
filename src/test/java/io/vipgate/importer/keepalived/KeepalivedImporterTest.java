package io.vipgate.importer.keepalived;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.OnDown;
import io.vipgate.config.PinBy;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeepalivedImporterTest {
    private static final String POOL = "203-0-113-1-80";

    /** A virtual server on 203.0.113.1:80, its own lines from line 2 on. */
    private static ImportResult service(String... lines) {
        return KeepalivedImporter.convert("virtual_server 203.0.113.1 80 {\n" + String.join("\n", lines) + "\n}\n");
    }

    /** The same with a real server, whose own lines begin on line 3. */
    private static ImportResult real(String... lines) {
        return service("real_server 192.0.2.1 80 {\n" + String.join("\n", lines) + "\n}");
    }

    private static PoolConfig pool(ImportResult result) {
        return ImportedConfig.of(result).pool(POOL);
    }

    private static ProbeConfig probe(String... lines) {
        return pool(real(lines)).probe();
    }

    @Test
    void aDirectorsFileBecomesListenersAndPools() {
        ImportedConfig imported = ImportedConfig
                .of(KeepalivedImporter.convert(ImportedConfig.file("keepalived/keepalived-lvs.conf")));

        assertThat(imported.config().listeners()).containsOnlyKeys("203-0-113-10-80", "203-0-113-10-443",
                "203-0-113-10-25", "DB");
        assertThat(imported.endpoints("203-0-113-10-80")).containsExactly("192.0.2.11=192.0.2.11:8080*5",
                "192.0.2.12=192.0.2.12:8080*1", "(sorry=192.0.2.99:80*1)");
        PoolConfig web = imported.pool("203-0-113-10-80");
        assertThat(web.balance()).isEqualTo(BalanceRule.ROUND_ROBIN);
        assertThat(web.pinning().by()).isEqualTo(PinBy.SOURCE_ADDRESS);
        assertThat(web.pinning().ttl()).isEqualTo(Duration.ofSeconds(50));
        assertThat(web.pinning().ipv4Prefix()).isEqualTo(24);
        assertThat(web.onDown()).isEqualTo(OnDown.KEEP);
        assertThat(web.probe().interval()).isEqualTo(Duration.ofSeconds(6));
        assertThat(web.probe().fastInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(web.probe().fall()).isEqualTo(4);
        assertThat(web.probe().http().orElseThrow().expectStatus()).hasToString("200,204,300-399");
        assertThat(web.probe().http().orElseThrow().host()).hasValue("www.example.com");
        assertThat(imported.pool("203-0-113-10-443").probe().tls().orElseThrow().serverName())
                .hasValue("secure.example.com");
        assertThat(imported.endpoint("203-0-113-10-25", "192.0.2.21").maxConnections()).isEqualTo(200);
        assertThat(imported.wiring("DB")).isEqualTo("203.0.113.20:5432 203.0.113.21:5432 -> DB");
        assertThat(imported.pool("DB").probe().command()).containsExactly("/bin/sh", "-c",
                "exec /usr/lib/keepalived/pg.sh \"${VIPGATE_ADDRESS%:*}\" 5432");
    }

    @Test
    void theFirstNoteSaysWhatBecomesOfTheClientsAddresses() {
        assertThat(ImportedConfig.notes(real("weight 1")).getFirst()).contains("LVS kept the clients' addresses",
                "proxyProtocol: v2");
    }

    @Test
    void anAddressThatVrrpMovesCanBeBoundByTheStandbyToo() {
        ImportedConfig imported = ImportedConfig
                .of(KeepalivedImporter.convert(ImportedConfig.file("keepalived/keepalived-lvs.conf")));

        assertThat(imported.listener("203-0-113-10-80").freebind()).isTrue();
        assertThat(imported.listener("DB").freebind()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"6|router_id", "7|224.0.0.0/4", "11|only check", "17|BACKUP",
        "22|ignored together with state MASTER", "31|never fails over", "33|does not know this keyword", "55|digest",
        "74|notify_down",
        "84|can't change the port", "93|real_servers", "116|only TCP", "126|firewall mark",
        "131|weights", "133|cookie", "149|not followed"})
    void whatADirectorsFileHasBesidesIsNotedWithItsLine(int line, String words) {
        assertNoted(KeepalivedImporter.convert(ImportedConfig.file("keepalived/keepalived-lvs.conf")), line, words);
    }

    // ---- virtual servers ----

    @ParameterizedTest
    @CsvSource({"rr, round-robin, ''", "wrr, round-robin, ''", "lc, least-connections, ''",
        "wlc, least-connections, ''",
        "sh, source-hash, another hash", "mh, source-hash, another hash", "dh, source-hash, clients connect to",
        "sed, least-connections, nearest", "nq, least-connections, nearest", "lblc, least-connections, takes its place",
        "lblcr, least-connections, takes its place", "twos, power-of-two, ''", "fo, first, largest weight",
        "ovf, first, maxConnections", "best, least-connections, no scheduler of LVS"})
    void schedulersBecomeTheNearestRule(String scheduler, String rule, String note) {
        ImportResult result = service("lb_algo " + scheduler, "real_server 192.0.2.1 80 {", "TCP_CHECK", "}");

        assertThat(result.yaml()).contains("balance: " + rule);
        if (!note.isEmpty()) {
            assertNoted(result, 2, note);
        } else {
            assertThat(ImportedConfig.notes(result)).noneMatch(each -> each.contains("lb_algo"));
        }
    }

    @Test
    void withoutASchedulerItIsTheWeightedLeastConnectionsOfKeepalived() {
        assertThat(pool(real("TCP_CHECK")).balance()).isEqualTo(BalanceRule.LEAST_CONNECTIONS);
    }

    @Test
    void rrDoesNotLookAtWeightsAndSaysSo() {
        ImportResult result = service("lb_algo rr", "real_server 192.0.2.1 80 {", "weight 5", "}",
                "real_server 192.0.2.2 80 {", "weight 1", "}", "real_server 192.0.2.3 80 {", "weight 0", "}");

        assertThat(ImportedConfig.of(result).endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*1",
                "192.0.2.2=192.0.2.2:80*1", "192.0.2.3=192.0.2.3:80*0");
        assertNoted(result, 2, "ignores weights");
    }

    @Test
    void tooLargeWeightsAreScaledDown() {
        ImportResult result = service("lb_algo wrr", "real_server 192.0.2.1 80 {", "weight 1024", "}",
                "real_server 192.0.2.2 80 {", "weight 512", "}", "real_server 192.0.2.3 80 {", "weight 1", "}");

        assertThat(ImportedConfig.of(result).endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*256",
                "192.0.2.2=192.0.2.2:80*128", "192.0.2.3=192.0.2.3:80*1");
        assertNoted(result, 1, "scaled down");
    }

    @ParameterizedTest
    @CsvSource({"persistence_timeout 50, , 50s, 32", "persistence_timeout, , 6m, 32",
        "persistence_timeout 600, 255.255.255.0, 10m, 24", "persistence_timeout 600, 24, 10m, 24",
        "persistence_timeout 600, 255.0.255.0, 10m, 32", "persistence_timeout 600, 255.255.255.255, 10m, 32"})
    void persistenceBecomesPinning(String timeout, String granularity, String ttl, int prefix) {
        PoolConfig pool = pool(service(timeout, granularity == null ? "" : "persistence_granularity " + granularity,
                "real_server 192.0.2.1 80 {", "}"));

        assertThat(pool.pinning().by()).isEqualTo(PinBy.SOURCE_ADDRESS);
        assertThat(Durations.print(pool.pinning().ttl())).isEqualTo(ttl);
        assertThat(pool.pinning().ipv4Prefix()).isEqualTo(prefix);
    }

    @Test
    void persistenceOfIpv6CountsTheWholeAddressOrItsPrefix() {
        String server = "virtual_server 2001:db8::1 80 {\npersistence_timeout 50\n%s\nreal_server 2001:db8::2 80 {\n}\n}";

        assertThat(ImportedConfig.of(KeepalivedImporter.convert(server.formatted(""))).pool("2001-db8--1-80").pinning()
                .ipv6Prefix()).isEqualTo(128);
        assertThat(ImportedConfig.of(KeepalivedImporter.convert(server.formatted("persistence_granularity 56")))
                .pool("2001-db8--1-80").pinning().ipv6Prefix()).isEqualTo(56);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"virtual_server fwmark 1|firewall mark", "virtual_server group WEB|no such",
        "virtual_server 203.0.113.1|every port", "virtual_server 203.0.113.1 0|every port",
        "virtual_server 203.0.113.1 70000|70000", "virtual_server web 80|not an address",
        "virtual_server 224.0.0.1 80|not an address"})
    void virtualServersWithoutAnAddressAndAPortAreLeftOut(String server, String problem) {
        ImportResult result = KeepalivedImporter.convert(server + " {\nreal_server 192.0.2.1 80 {\n}\n}");

        assertThat(result.yaml()).isEmpty();
        assertThat(result.failure()).isEqualTo("no virtual_server that could be carried over");
        assertNoted(result, 1, problem);
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.1-3, 3", "203.0.113.250-203.0.113.255, 6", "203.0.113.8/30, 4", "203.0.113.1, 1",
        "2001:db8::1-2001:db8::3, 3"})
    void rangesOfAGroupAreWrittenOut(String range, int count) {
        ImportedConfig imported = ImportedConfig.of(KeepalivedImporter.convert("virtual_server_group WEB {\n" + range
                + " 80\n}\nvirtual_server group WEB {\nreal_server 192.0.2.1 80 {\n}\n}"));

        assertThat(imported.listener("WEB").bind()).hasSize(count);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8", "203.0.113.9-1", "0.0.0.0-255.255.255.255", "::/0", "203.0.113.1-x", "x-203.0.113.1",
        "203.0.113.0/33"})
    void rangesThatAreNoShortOnesAreNoted(String range) {
        ImportResult result = KeepalivedImporter.convert("virtual_server_group WEB {\n" + range
                + " 80\n}\nvirtual_server group WEB {\nreal_server 192.0.2.1 80 {\n}\n}");

        assertThat(result.yaml()).isEmpty();
        assertNoted(result, 2, "left out");
    }

    @Test
    void aRealServerWithoutAPortTakesTheOneOfItsVirtualServer() {
        assertThat(ImportedConfig.of(service("real_server 192.0.2.1 {", "}")).endpoints(POOL))
                .containsExactly("192.0.2.1=192.0.2.1:80*1");
    }

    @Test
    void theSameMachineOnTwoPortsIsTwoEndpoints() {
        assertThat(ImportedConfig.of(service("real_server 192.0.2.1 81 {", "}", "real_server 192.0.2.1 82 {", "}"))
                .endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:81*1", "192.0.2.1-82=192.0.2.1:82*1");
    }

    @Test
    void aRealServerOnTheVirtualAddressKeepsItsShareAndTheListenerNeedsAnother() {
        ImportedConfig imported = ImportedConfig.of(service("real_server 203.0.113.1 80 {", "}",
                "real_server 192.0.2.2 80 {", "}"));

        assertThat(imported.endpoints(POOL)).containsExactly("203.0.113.1=203.0.113.1:80*1",
                "192.0.2.2=192.0.2.2:80*1");
        assertThat(imported.wiring(POOL)).isEqualTo("127.0.0.1:80 -> " + POOL);
        assertNoted(imported.result(), 1, "203.0.113.1:80 is a server's own address; the listener needs another one");
    }

    @Test
    void theSecondOfTwoVirtualServersOnOneAddressIsLeftOut() {
        String one = "virtual_server 203.0.113.1 80 {\nreal_server 192.0.2.1 80 {\n}\n}\n";
        ImportResult result = KeepalivedImporter.convert(one + one.replace("192.0.2.1", "192.0.2.2"));

        assertThat(ImportedConfig.of(result).config().listeners()).hasSize(1);
        assertNoted(result, 5, "already taken");
    }

    // ---- checks ----

    @Test
    void aTcpCheckHasTheTimesOfKeepalivedUnlessOthersAreWritten() {
        ProbeConfig probe = probe("TCP_CHECK {", "}");

        assertThat(probe.type()).isEqualTo(ProbeType.TCP);
        assertThat(probe.interval()).isEqualTo(Duration.ofSeconds(60));
        assertThat(probe.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(probe.fastInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(probe.fall()).isEqualTo(2);
        assertThat(probe.rise()).isEqualTo(1);
    }

    @Test
    void aCheckInheritsFromTheRealServerAndThatFromTheVirtualServer() {
        ProbeConfig probe = pool(service("delay_loop 9", "retry 7", "connect_timeout 1.5",
                "real_server 192.0.2.1 80 {", "retry 5", "delay_before_retry 0.2", "TCP_CHECK {", "connect_port 8081",
                "}", "}")).probe();

        assertThat(probe.interval()).isEqualTo(Duration.ofSeconds(9));
        assertThat(probe.timeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(probe.fastInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(probe.fall()).isEqualTo(6);
        assertThat(probe.port()).hasValue(8081);
    }

    @Test
    void timesBeyondWhatVipgateTakesAreCutAndNoted() {
        ImportResult result = service("delay_loop 7200", "real_server 192.0.2.1 80 {", "TCP_CHECK {",
                "connect_timeout 300", "}", "}");

        assertThat(pool(result).probe().interval()).isEqualTo(Duration.ofHours(1));
        assertThat(pool(result).probe().timeout()).isEqualTo(Duration.ofMinutes(1));
        assertNoted(result, 4, "2h becomes 1h");
    }

    @ParameterizedTest
    @CsvSource({"DNS_CHECK", "PING_CHECK", "UDP_CHECK", "BFD_CHECK", "FILE_CHECK"})
    void checksOfSomethingElseThanTcpLeaveATcpProbe(String check) {
        ImportResult result = real(check + " {", "}");

        assertThat(pool(result).probe().type()).isEqualTo(ProbeType.TCP);
        assertNoted(result, 3, "no equivalent");
    }

    @Test
    void withoutAnyCheckThereIsNoProbe() {
        assertThat(probe("weight 1").type()).isEqualTo(ProbeType.NONE);
    }

    @Test
    void aPathThatCannotBeAskedForLeavesATcpProbe() {
        ImportResult result = real("HTTP_GET {", "url {", "path \"no slash\"", "}", "}");

        assertThat(pool(result).probe().type()).isEqualTo(ProbeType.TCP);
        assertNoted(result, 5, "begins with a slash");
    }

    @Test
    void onlyTheFirstPageIsAskedFor() {
        ImportResult result = real("HTTP_GET {", "url {", "path /a", "}", "url {", "path /b", "status_code 999", "}",
                "}");

        assertThat(pool(result).probe().http().orElseThrow().path()).isEqualTo("/a");
        assertThat(pool(result).probe().http().orElseThrow().expectStatus()).hasToString("200-299");
        assertNoted(result, 7, "one page");
    }

    @Test
    void checksThatDifferAreNotedSinceAPoolHasOneProbe() {
        ImportResult result = service("delay_loop 6", "real_server 192.0.2.1 80 {", "TCP_CHECK {", "}", "}",
                "real_server 192.0.2.2 80 {", "TCP_CHECK {", "connect_timeout 1", "}", "}",
                "real_server 192.0.2.3 80 {", "}");

        assertNoted(result, 7, "checked differently from the one of line 3");
        assertNoted(result, 12, "has no check");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {"/bin/check one two~/bin/check;one;two",
        "\"/bin/check 'one two'\"~/bin/check;one two", "\"/bin/check | grep -q ok\"~/bin/sh;-c;/bin/check | grep -q ok",
        "\"/bin/check 192.0.2.1 80\"~/bin/sh;-c;exec /bin/check \"${VIPGATE_ADDRESS%:*}\" 80",
        "\"/bin/check -H 192.0.2.1 'a b' | true\"~/bin/sh;-c;/bin/check -H \"${VIPGATE_ADDRESS%:*}\" 'a b' | true",
        "\"/bin/check 192.0.2.100\"~/bin/check;192.0.2.100"})
    void commandsBecomeArgumentListsThatServeEveryEndpoint(String path, String words) {
        assertThat(probe("MISC_CHECK {", "misc_path " + path, "misc_timeout 2", "}").command())
                .containsExactly(words.split(";", -1));
    }

    @Test
    void aCheckOfTheGatewaysOwnProcessesIsQuestioned() {
        assertNoted(real("MISC_CHECK {", "misc_path \"pidof nginx\"", "misc_dynamic", "}"), 4, "gateway's machine");
    }

    // ---- syntax ----

    @Test
    void bracesMayStandAnywhere() {
        ImportResult result = KeepalivedImporter.convert("virtual_server 203.0.113.1 80\n\n{ lb_algo wrr\n"
                + "real_server 192.0.2.1 80{ weight 3 } real_server 192.0.2.2 80 {weight 4}}");

        assertThat(ImportedConfig.of(result).endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*3",
                "192.0.2.2=192.0.2.2:80*4");
    }

    @Test
    void commentsQuotesAndContinuationLinesAreRead() throws SyntaxException {
        Notes notes = new Notes();

        assertThat(
                KeepalivedParser.parse("a b#c\n! d\ne \"f # \\\"g\\\" \\x41\\101\" h\"i j\"k 'l \"m' \\\n n\n", notes))
                .extracting(Statement::words).containsExactly(List.of("a", "b"),
                        List.of("e", "f # \"g\" AA", "hi jk", "l \"m", "n"));
    }

    @Test
    void definitionsOfOneLineAreReplacedAndOthersNoted() {
        ImportResult result = KeepalivedImporter.convert("""
                $NET=192.0.2 # documentation
                $REAL=${NET}.1 80
                $MANY= \\
                  weight 3
                virtual_server 203.0.113.1 80 {
                    lb_algo wrr
                    real_server $REAL {
                        weight $HEAVY
                        $MANY
                        @node1 weight 7
                    }
                    ~SEQ(N, 2, 9) real_server 192.0.2.$N 80 {
                    }
                }
                """);

        assertThat(ImportedConfig.of(result).endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*1");
        assertNoted(result, 3, "several lines");
        assertNoted(result, 8, "not a whole number");
        assertNoted(result, 9, "without a definition");
        assertNoted(result, 10, "some nodes only");
        assertNoted(result, 12, "a loop");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'a {\nb {\n}'|line 1: the block of a that begins here is not closed",
        "'a\n}'|line 2: a } that closes nothing", "'a\n{'|line 1: the block of a that begins here is not closed",
        "'\n{ a }'|line 2: a { that belongs to nothing", "'a\nb \"c\nd'|line 2: a quote (\") is not closed",
        "'a\n\u0000'|line 2: the character U+0000: not a text file"})
    void brokenSyntaxIsToldWithItsLine(String text, String failure) {
        ImportResult result = KeepalivedImporter.convert(text);

        assertThat(result.yaml()).isEmpty();
        assertThat(result.failure()).isEqualTo(failure);
    }

    @Test
    void blocksDoNotNestWithoutEnd() {
        assertThat(KeepalivedImporter.convert("a {\n".repeat(100_000)).failure())
                .isEqualTo("line 101: blocks are nested more than 100 levels deep");
    }

    @Test
    void definitionsDoNotGrowWithoutEnd() {
        StringBuilder text = new StringBuilder("$A0=xxxxxxxxxx\n");
        for (int i = 1; i < 30; i++) {
            text.append("$A").append(i).append("=$A").append(i - 1).append(" $A").append(i - 1).append('\n');
        }

        assertThat(KeepalivedImporter.convert(text + "$A29\n").failure()).contains("longer than");
    }
}
