package io.vipgate.importer.keepalived;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VrrpReviewTest {
    /** As the documentation of keepalived recommends it: nothing to say but that it stays. */
    private static final String SOUND = """
            global_defs {
                vrrp_mcast_group4 224.0.0.18
                script_user nobody
            }
            vrrp_script chk {
                script "/usr/bin/curl -fsS -m 1 http://127.0.0.1/"
                interval 2
            }
            vrrp_instance VI_1 {
                state BACKUP
                nopreempt
                interface eth0
                virtual_router_id 66
                priority 100
                virtual_ipaddress {
                    192.0.2.100/24
                }
                track_script {
                    chk
                }
            }
            """;

    private static List<String> notes(String text) {
        return ImportedConfig.notes(KeepalivedImporter.convert(text));
    }

    @Test
    void aSoundFileIsSaidToStayAndNothingElse() {
        assertThat(notes(SOUND)).hasSize(1).first().asString().startsWith("line 1: global_defs, vrrp_script, "
                + "vrrp_instance: not carried over").contains("112 (VRRP), to the group 224.0.0.18");
        assertThat(KeepalivedImporter.convert(SOUND).failure())
                .isEqualTo("no virtual_server that could be carried over");
    }

    @Test
    void authenticationHeadersNeedTheFirewallToo() {
        assertThat(notes(SOUND.replace("priority 100", "authentication {\nauth_type AH\nauth_pass x\n}")))
                .first().asString().contains("51 (auth_type AH)");
    }

    @Test
    void nopreemptBesideMasterIsIgnoredByKeepalived() {
        ImportResult result = KeepalivedImporter.convert(SOUND.replace("state BACKUP", "state MASTER"));

        assertNoted(result, 11, "ignored together with state MASTER");
        assertNoted(result, 10, "the other nodes must have state BACKUP");
    }

    @Test
    void oneMasterAmongSeveralInstancesIsNoReasonToWarn() {
        String second = SOUND.substring(SOUND.indexOf("vrrp_instance")).replace("VI_1", "VI_2")
                .replace("_id 66", "_id 67").replace("state BACKUP\n    nopreempt", "state MASTER");

        assertThat(notes(SOUND + second)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"'interval 2', 'weight -20', 19", "'chk\n    }', 'chk weight -20\n    }', 19"})
    void aWeightTogetherWithNopreemptNeverFailsOver(String place, String weight, int line) {
        String text = place.startsWith("chk")
                ? SOUND.replace("        chk\n", "        chk weight -20\n")
                : SOUND.replace(place, weight);

        assertNoted(KeepalivedImporter.convert(text), line, "never fails over");
    }

    @ParameterizedTest
    @ValueSource(strings = {"weight 0", "timeout 1"})
    void noWeightIsFine(String line) {
        assertThat(notes(SOUND.replace("interval 2", line))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"killall keepalived", "pidof nginx || killall -9 keepalived", "pkill keepalived",
        "nc -z 127.0.0.1 80 || systemctl stop keepalived", "service keepalived stop"})
    void aCheckThatEndsKeepalivedIsAMistake(String script) {
        assertNoted(KeepalivedImporter.convert(SOUND.replace("/usr/bin/curl -fsS -m 1 http://127.0.0.1/", script)), 6,
                "stops keepalived");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pidof nginx", "/bin/pidof nginx", "killall -0 nginx", "pgrep -x nginx",
        "ps aux | grep nginx"})
    void aProcessThatIsThereIsNoProof(String script) {
        assertNoted(KeepalivedImporter.convert(SOUND.replace("/usr/bin/curl -fsS -m 1 http://127.0.0.1/", script)), 6,
                "tests whether a process exists");
    }

    @ParameterizedTest
    @CsvSource({"pidof nginx, true", "/usr/bin/pidof nginx, true", "/bin/sh -c 'pidof nginx', false",
        "pgrep -x nginx, false"})
    void withoutAShellPidofIsAnotherProgram(String script, boolean isNamed) {
        assertThat(notes(SOUND.replace("/usr/bin/curl -fsS -m 1 http://127.0.0.1/", script)))
                .filteredOn(note -> note.toString().contains("killall5")).hasSize(isNamed ? 1 : 0);
    }

    @Test
    void besideABetterCheckThePresenceOfAProcessMayBeLookedAt() {
        assertThat(notes(SOUND + "vrrp_script other {\nscript \"pidof nginx\"\n}\n")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"223.0.0.18", "240.0.0.1", "ff02::12", "nonsense"})
    void aGroupThatIsNoneIsAMistake(String group) {
        assertNoted(KeepalivedImporter.convert(SOUND.replace("224.0.0.18", group)), 2, "224.0.0.0/4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"real_servers 1", "cookie x", "ha_conn_rate_limit 5", "ha_nodeaddr_list a"})
    void wordsThatKeepalivedDoesNotKnowAreNamed(String word) {
        assertNoted(KeepalivedImporter.convert(SOUND.replace("priority 100", word)), 14, "does not know this keyword");
    }

    @Test
    void linesForOneOfTheNodesStayWithKeepalived() {
        assertThat(notes(SOUND.replace("    priority 100\n", "    @one priority 100\n    @two priority 90\n")))
                .hasSize(1);
    }

    @Test
    void theSameRouterIdTwiceOnOneInterfaceIsAMistake() {
        String second = SOUND.substring(SOUND.indexOf("vrrp_instance")).replace("VI_1", "VI_2");

        assertNoted(KeepalivedImporter.convert(SOUND + second), 26, "66 on eth0 is also used by VI_1 on line 9");
    }

    @Test
    void scriptsThatAreNotThereAreNamed() {
        assertNoted(KeepalivedImporter.convert(SOUND.replace("vrrp_script chk", "vrrp_script check")), 19,
                "no vrrp_script of this name");
    }
}
