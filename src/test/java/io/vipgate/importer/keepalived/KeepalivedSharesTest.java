package io.vipgate.importer.keepalived;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.OnDown;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets which share: addresses, schedulers, weights, sorry servers; and what is said where that changes. */
class KeepalivedSharesTest {
    private static final String POOL = "203-0-113-1-80";

    /** A virtual server on 203.0.113.1:80, its own lines from line 2 on. */
    private static ImportResult service(String... lines) {
        return KeepalivedImporter.convert("virtual_server 203.0.113.1 80 {\n" + String.join("\n", lines) + "\n}\n");
    }

    private static String real(int host, String... lines) {
        return "real_server 192.0.2." + host + " 80 { \n" + String.join("\n", lines) + "\n}";
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    // ---- addresses ----

    @ParameterizedTest
    @CsvSource({"2001:db8::10-12, [2001:db8::10]:80 [2001:db8::11]:80 [2001:db8::12]:80",
        "2001:db8::9-b, [2001:db8::9]:80 [2001:db8::a]:80 [2001:db8::b]:80",
        "2001:db8::fffe-ffff, [2001:db8::fffe]:80 [2001:db8::ffff]:80", "2001:db8::10-10, [2001:db8::10]:80",
        "2001:db8::4/126, [2001:db8::4]:80 [2001:db8::5]:80 [2001:db8::6]:80 [2001:db8::7]:80"})
    void theLastFieldOfAnIpv6RangeIsHexadecimal(String range, String binds) {
        ImportResult result = KeepalivedImporter.convert("virtual_server_group WEB {\n" + range
                + " 80\n}\nvirtual_server group WEB {\nreal_server 192.0.2.1 80 {\n}\n}");

        assertThat(ImportedConfig.of(result).wiring("WEB")).isEqualTo(binds + " -> WEB");
        assertThat(result.yaml()).contains(binds.split(" ", -1)[0]);
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::10-1", "2001:db8::-1ff", "2001:db8::10-10000", "2001:db8::1-g", "fwmark 7",
        "203.0.113.1 0", "203.0.113.1", "include x.conf", "~SEQ(N, 1, 3) 203.0.113.$N 80", "$VIP 80", "web 80"})
    void anEntryOfAGroupThatIsLeftOutIsALoss(String entry) {
        ImportResult result = KeepalivedImporter.convert("virtual_server_group WEB {\n" + entry
                + (entry.contains(" ") ? "" : entry.contains("::") ? " 80" : "")
                + "\n203.0.113.9 80\n}\nvirtual_server group WEB {\nreal_server 192.0.2.1 80 {\n}\n}");

        assertThat(ImportedConfig.of(result).wiring("WEB")).isEqualTo("203.0.113.9:80 -> WEB");
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ");
    }

    @Test
    void aGroupOfSeveralPortsHasAPoolForEachWhereRealServersHaveNone() {
        ImportedConfig imported = ImportedConfig.of(KeepalivedImporter.convert("""
                virtual_server_group WEB {
                    203.0.113.1 80
                    203.0.113.1 443
                    203.0.113.2 80
                }
                virtual_server group WEB {
                    protocol TCP
                    real_server 192.0.2.1 { }
                    real_server 192.0.2.2 { }
                }
                """));

        assertThat(imported.wiring("WEB-80")).isEqualTo("203.0.113.1:80 203.0.113.2:80 -> WEB-80");
        assertThat(imported.endpoints("WEB-443")).containsExactly("192.0.2.1=192.0.2.1:443*1",
                "192.0.2.2=192.0.2.2:443*1");
        assertThat(losses(imported.result())).isEmpty();
    }

    @Test
    void directRoutingKeepsTheClientsPort() {
        ImportedConfig imported = ImportedConfig.of(KeepalivedImporter.convert("""
                virtual_server_group WEB {
                    203.0.113.1 80
                    203.0.113.1 443
                }
                virtual_server group WEB {
                    lb_kind DR
                    real_server 192.0.2.1 80 { }
                }
                """));

        assertThat(imported.endpoints("WEB-443")).containsExactly("192.0.2.1=192.0.2.1:443*1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"virtual_server fwmark 1|firewall mark", "virtual_server group X|no such",
        "virtual_server 203.0.113.2 53 { protocol UDP }|only TCP",
        "virtual_server 203.0.113.2 53 { protocol SCTP }|only TCP",
        "virtual_server 203.0.113.2|every port", "include x.conf|not followed",
        "@main virtual_server 203.0.113.2 80|some nodes",
        "~SEQ(N, 1, 2) virtual_server 203.0.113.$N 80|a loop", "$MORE|without a definition"})
    void aVirtualServerThatIsLeftOutIsALoss(String server, String words) {
        String whole = server.contains("{") || !server.contains("virtual_server")
                ? server
                : server + " {\nreal_server 192.0.2.1 80 {\n}\n}";
        ImportResult result = KeepalivedImporter
                .convert("virtual_server 203.0.113.1 80 { protocol TCP\nreal_server 192.0.2.1 80 {\n}\n}\n" + whole);

        assertThat(ImportedConfig.of(result).config().listeners()).containsOnlyKeys(POOL);
        assertThat(losses(result)).singleElement().asString().startsWith("line 5: ").contains(words);
    }

    @Test
    void whatConcernsVrrpOnSomeNodesIsNoLoss() {
        ImportResult result = KeepalivedImporter
                .convert("@main vrrp_instance A {\n}\n@main $PRIORITY=100\n@main net_namespace x\n"
                        + "virtual_server 203.0.113.1 80 {\nreal_server 192.0.2.1 80 {\n}\n}");

        assertThat(losses(result)).isEmpty();
        assertNoted(result, 1, "some nodes only");
    }

    @Test
    void withoutAProtocolItIsTakenForTcpAndSaid() {
        assertNoted(service(real(1)), 1, "protocol is not set: carried over as TCP");
        assertThat(ImportedConfig.notes(service("protocol TCP", real(1)))).noneMatch(note -> note.contains("protocol"));
    }

    // ---- schedulers and weights ----

    @ParameterizedTest
    @CsvSource({"rr, false", "wrr, false", "lc, false", "wlc, false", "sh, false", "mh, false", "sed, false",
        "nq, false",
        "twos, false", "fo, false", "ovf, false", "lblc, true", "lblcr, true", "dh, true", "best, true"})
    void aSchedulerWhoseSharesChangeIsALoss(String scheduler, boolean isLoss) {
        assertThat(service("lb_algo " + scheduler, real(1)).hasLoss()).isEqualTo(isLoss);
    }

    @Test
    void failoverByWeightIsOneAfterTheOther() {
        ImportedConfig imported = ImportedConfig.of(service("lb_algo fo", real(1, "weight 1"), real(2, "weight 9"),
                real(3, "weight 9"), real(4, "weight 5"), "sorry_server 192.0.2.99 80"));

        assertThat(imported.pool(POOL).balance()).isEqualTo(BalanceRule.FIRST);
        assertThat(imported.endpoints(POOL)).containsExactly("192.0.2.2=192.0.2.2:80*1", "192.0.2.3=192.0.2.3:80*1",
                "192.0.2.4=192.0.2.4:80*1", "192.0.2.1=192.0.2.1:80*1", "(sorry=192.0.2.99:80*1)");
    }

    @Test
    void overflowByWeightIsOneAfterTheOtherUpToTheWeight() {
        ImportedConfig imported = ImportedConfig.of(service("lb_algo ovf", real(1, "weight 1"), real(2, "weight 100"),
                real(3, "weight 50", "uthreshold 20")));

        assertThat(imported.pool(POOL).balance()).isEqualTo(BalanceRule.FIRST);
        assertThat(imported.pool(POOL).endpoints().values()).extracting(each -> each.maxConnections())
                .containsExactly(101, 20, 2);
    }

    @ParameterizedTest
    @CsvSource({"sh, sh-port", "sh, flag-2", "mh, mh-port", "mh, flag-2"})
    void aHashOfThePortIsByChance(String scheduler, String flag) {
        ImportResult result = service("lb_algo " + scheduler, flag, real(1, "weight 3"), real(2));

        assertThat(ImportedConfig.of(result).pool(POOL).balance()).isEqualTo(BalanceRule.WEIGHTED_RANDOM);
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void equalWeightsAbove256AreExactAndNotNoted() {
        ImportResult result = service("lb_algo wrr", real(1, "weight 500"), real(2, "weight 500"));

        assertThat(ImportedConfig.of(result).endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*1",
                "192.0.2.2=192.0.2.2:80*1");
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("weights"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"real_server web.example 80 {}|not the address of a host",
        "real_server 192.0.2.2 70000 {}|not a port", "~SEQ(N, 2, 3) real_server 192.0.2.$N 80 { }|a loop",
        "include reals.conf|not followed", "@main real_server 192.0.2.2 80 { }|some nodes",
        "$REALS|without a definition"})
    void aRealServerThatIsLeftOutIsALoss(String line, String words) {
        ImportResult result = service(line, real(1));

        assertThat(ImportedConfig.of(result).endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*1");
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ").contains(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"weight x|not a whole number", "@main weight 7|some nodes",
        "include weight.conf|not followed"})
    void aWeightThatIsNotReadIsALoss(String line, String words) {
        assertThat(losses(service(real(1, line)))).singleElement().asString().startsWith("line 3: ").contains(words);
    }

    // ---- sorry servers and quorum ----

    @Test
    void aSorryServerIsNotProbed() {
        ImportedConfig imported = ImportedConfig.of(service("sorry_server 192.0.2.99 8090", "sorry_server_inhibit",
                real(1, "HTTP_GET {", "url {", "path /health", "status_code 200", "}", "connect_port 8081", "}")));

        assertThat(imported.endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*1",
                "(sorry=192.0.2.99:8090*1)");
        assertThat(imported.endpoint(POOL, "sorry").probe()).isFalse();
        assertThat(losses(imported.result())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"uthreshold 100, true", "uthreshold 0, false", "weight 2, false"})
    void thatTheSorryServerGetsTheClientsOfFullRealServersIsALoss(String line, boolean isLoss) {
        ImportResult result = service("sorry_server 192.0.2.99 80", real(1, line));

        assertThat(losses(result).stream().anyMatch(note -> note.startsWith("line 4: uthreshold 100: ")
                && note.contains("now the backup gets them"))).isEqualTo(isLoss);
        assertThat(losses(service(real(1, line)))).isEmpty();
    }

    @Test
    void aQuorumDecidesOnlyWhereThereIsASorryServer() {
        ImportResult with = service("quorum 2", "sorry_server 192.0.2.99 80", real(1), real(2));
        ImportResult without = service("quorum 2", "hysteresis 1", real(1), real(2));
        ImportResult one = service("quorum 1", "sorry_server 192.0.2.99 80", real(1));

        assertThat(losses(with)).singleElement().asString().startsWith("line 2: quorum 2: ").contains("sorry_server");
        assertThat(losses(without)).isEmpty();
        assertNoted(without, 2, "quorum_up and quorum_down");
        assertThat(ImportedConfig.notes(one)).noneMatch(note -> note.contains("quorum"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "quorum_up \"/bin/up.sh\"|a script that keepalived runs when enough real servers",
        "quorum_down /bin/down.sh|a script that keepalived runs when enough real servers",
        "omega|vipgate starts no scripts",
        "alpha|has not been probed yet", "warmup 5|probe.jitter", "ops|UDP only",
        "persistence_engine sip|known by their address",
        "ha_suspend|standby gateway", "lthreshold 5|below maxConnections", "sh-fallback|not needed"})
    void whatChangesNoShareIsNamedAsWhatItIs(String line, String words) {
        ImportResult result = service(line, real(1));

        assertThat(losses(result)).isEmpty();
        assertNoted(result, 2, words);
    }

    // ---- what holds unwritten ----

    @ParameterizedTest
    @CsvSource({"'', 15m", "lvs_timeouts tcp 7200 tcpfin 30 udp 300, 2h",
        "lvs_timeouts tcpfin 30, 15m"})
    void anIdleConnectionLivesAsLongAsInLvs(String timeouts, String idle) {
        ImportResult result = KeepalivedImporter
                .convert("global_defs {\n" + timeouts + "\n}\nvirtual_server 203.0.113.1 80 {\n" + real(1) + "\n}");

        assertThat(Durations.print(ImportedConfig.of(result).pool(POOL).timeouts().idle())).isEqualTo(idle);
    }

    @Test
    void aRealServerThatFailsLosesItsConnectionsUnlessItIsInhibited() {
        assertThat(ImportedConfig.of(service(real(1))).pool(POOL).onDown()).isEqualTo(OnDown.CLOSE);
        assertThat(ImportedConfig.of(service(real(1, "inhibit_on_failure"))).pool(POOL).onDown())
                .isEqualTo(OnDown.KEEP);
    }

    @ParameterizedTest
    @CsvSource({"inhibit_on_failure, '', true", "inhibit_on_failure, inhibit_on_failure, false"})
    void anInhibitedRealServerAmongOthersIsSaidToHoldForThoseToo(String first, String second, boolean isSaid) {
        ImportResult result = service(real(1, first), real(2, second));

        assertThat(ImportedConfig.of(result).pool(POOL).onDown()).isEqualTo(OnDown.KEEP);
        assertThat(ImportedConfig.notes(result)).filteredOn(note -> note.startsWith("line 3: inhibit_on_failure: "))
                .singleElement().matches(note -> note.contains("holds for the whole pool") == isSaid);
    }

    @Test
    void definitionsAreReplacedWhereTheyAreUsedAndAgainInWhatTheyStandFor() {
        ImportedConfig imported = ImportedConfig.of(KeepalivedImporter.convert("""
                $REAL=192.0.2.${HOST} 80
                $HOST=1
                virtual_server 203.0.113.1 80 {
                    real_server $REAL {
                    }
                    $HOST=2
                    real_server $REAL {
                    }
                }
                """));

        assertThat(imported.endpoints(POOL)).containsExactly("192.0.2.1=192.0.2.1:80*1", "192.0.2.2=192.0.2.2:80*1");
    }
}
