package io.vipgate.importer.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.ImportFormat;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No rule goes without a word, and the word is true. */
class RuleWordsTest {
    private static final String WEB = "-A PREROUTING -d 203.0.113.6/32 -p tcp -m tcp --dport 80 ";
    private static final String TO = "-j DNAT --to-destination 10.0.0.2";

    private static ImportResult nat(String... rules) {
        return ImportFormat.IPTABLES.convert("*nat\n" + String.join("\n", rules) + "\nCOMMIT\n");
    }

    private static ImportResult nft(String... rules) {
        return ImportFormat.NFT.convert("table ip nat {\nchain pre { type nat hook prerouting priority -100;\n"
                + String.join("\n", rules) + "\n}\n}\n");
    }

    private static void assertLost(ImportResult result, int line, String words) {
        assertThat(result.hasLoss()).as("%s", result).isTrue();
        ImportedConfig.assertNoted(result, line, words);
    }

    @Test
    void connectionsToAddressesOfOthersAreNotedAsLost() {
        for (String type : List.of("! --dst-type LOCAL ", "--dst-type UNICAST ")) {
            ImportResult result = nat(WEB + "-m addrtype " + type + TO, WEB.replace(".6/", ".7/") + TO);

            assertThat(result.yaml()).contains("203.0.113.7:80").doesNotContain("203.0.113.6:80");
            assertLost(result, 2, "203.0.113.6/32");
        }
        ImportResult nft = nft("ip daddr 203.0.113.6 fib daddr type != local tcp dport 80 dnat to 10.0.0.2",
                "ip daddr 203.0.113.7 tcp dport 80 dnat to 10.0.0.2");
        assertThat(nft.yaml()).contains("203.0.113.7:80").doesNotContain("203.0.113.6:80");
        assertLost(nft, 3, "203.0.113.6");
        assertThat(nat(WEB + "-m addrtype ! --dst-type LOCAL -j RETURN", WEB + TO).hasLoss()).isFalse();
    }

    @Test
    void whatCopiesPacketsLetsThemGoOn() {
        ImportResult result = ImportFormat.IPTABLES
                .convert("*mangle\n" + WEB + "-j TEE --gateway 10.0.0.7\nCOMMIT\n*nat\n"
                        + WEB + TO + "\nCOMMIT\n");

        assertThat(result.yaml()).contains("203.0.113.6:80");
        assertThat(result.hasLoss()).as("%s", result).isFalse();
        ImportedConfig.assertNoted(result, 2, "sends no copies");
        ImportResult nft = nft("tcp dport 80 dup to 10.0.0.7 device \"eth0\" dnat to 10.0.0.2");
        assertThat(nft.yaml()).contains("10.0.0.2:80");
    }

    @Test
    void aMarkByAHashIsOneOfThoseThatItCanBe() {
        String mark = "*mangle\n" + WEB + "-j HMARK --hmark-tuple src --hmark-mod 2 --hmark-offset 5\nCOMMIT\n*nat\n";
        ImportResult unasked = ImportFormat.IPTABLES.convert(mark + WEB + TO + "\nCOMMIT\n");
        ImportResult asked = ImportFormat.IPTABLES.convert(mark + WEB + "-m mark --mark 5 " + TO + "\n" + WEB
                + "-j DNAT --to-destination 10.0.0.3\nCOMMIT\n");

        assertThat(unasked.yaml()).contains("203.0.113.6:80");
        assertThat(unasked.hasLoss()).as("%s", unasked).isFalse();
        assertThat(asked.yaml()).contains("balance: source-hash").contains("10.0.0.2:80").contains("10.0.0.3:80");
    }

    @Test
    void aTargetThatIsNotKnownIsNotSaidToBeAChain() {
        assertLost(nat(WEB + "-j NOVEL --to 10.0.0.2"), 2, "no target that is known here");
    }

    @Test
    void portsOfTargetsHaveNamesToo() {
        ImportResult result = nat(WEB + TO + ":http-alt",
                "-A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports http");

        assertThat(result.yaml()).contains("10.0.0.2:8080").contains("127.0.0.1:80");
        assertThat(result.hasLoss()).as("%s", result).isFalse();
    }

    @Test
    void aShareThatGoesToAPortOfAnUnknownNameLeavesItsListenerOut() {
        ImportResult result = nat(WEB + "-m statistic --mode random --probability 0.5 " + TO + ":kerberos", WEB + TO);

        assertThat(result.yaml()).isEmpty();
        assertLost(result, 2, "50.00 % of the connections to 203.0.113.6:80");
        assertLost(nat(WEB.replace("80", "kerberos") + TO, WEB + TO), 2, "kerberos");
    }

    @Test
    void aMarkThatNoRuleSetsIsTheReason() {
        ImportResult result = nat(WEB + "-m mark --mark 0x5 " + TO, WEB.replace(".6/", ".7/") + TO);

        assertLost(result, 2, "no rule of this file sets mark 0x5");
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("never reached"));
    }

    @Test
    void aRuleForSomeClientsIsNotForAllWhenAnotherRuleHasAnInterface() {
        ImportResult result = nat(WEB + "-s 198.51.100.0/24 " + TO, "-A PREROUTING -i eth0 -p tcp --dport 8448 " + TO);

        assertThat(result.yaml()).contains("0.0.0.0:8448").contains("access: { allow: [198.51.100.0/24] }");
        assertLost(result, 2, "that came to 203.0.113.6:80 stayed with this machine");
    }

    @Test
    void whatRefusesForwardedConnectionsIsSaidToSeeThemNoMore() {
        ImportResult result = ImportFormat.IPTABLES.convert("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
                + "-A FORWARD -d 10.0.0.2/32 -p tcp -m tcp --dport 80 -j REJECT\n-A INPUT -p tcp -j DROP\nCOMMIT\n*nat\n"
                + WEB + TO + "\nCOMMIT\n");

        ImportedConfig.assertNoted(result, 4, "no longer sees the connections of the listeners");
        ImportedConfig.assertNoted(result, 5, "it must let in those to the listeners' ports");
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains("chain FORWARD, DROP: it stays"))
                .anyMatch(note -> note.contains("chain INPUT, DROP: it stays"));
    }

    @Test
    void whatCannotBeToldNamesTheLineOfARuleAboutThatAddressAndPort() {
        assertLost(nat("-A PREROUTING -m set --match-set a src -p tcp --dport 22 " + TO,
                WEB + "-m set --match-set b src " + TO), 3,
                "203.0.113.6:80 is left out");
    }

    @Test
    void chainsOfNftThatRefuseAreSaidToSeeOtherConnections() {
        ImportResult result = ImportFormat.NFT.convert("""
                table inet filter {
                chain fwd {
                type filter hook forward priority 0; policy drop;
                ip daddr 10.0.0.2 reject
                }
                }
                table ip nat {
                chain pre {
                type nat hook prerouting priority -100;
                tcp dport 80 dnat to 10.0.0.2
                }
                }
                """);

        ImportedConfig.assertNoted(result, 3, "policy drop of chain fwd (hook forward): it stays");
        ImportedConfig.assertNoted(result, 4, "no longer sees the connections of the listeners");
    }

    @Test
    void severalInterfacesOfNftAreNoMoreThanOne() {
        ImportResult result = nft("iifname { \"eth0\", \"eth1\" } tcp dport 8448 dnat to 10.0.0.5",
                "iifname != { \"eth0\", \"eth1\" } tcp dport 8449 dnat to 10.0.0.5");

        assertThat(result.yaml()).contains("0.0.0.0:8448").contains("0.0.0.0:8449");
        assertThat(result.hasLoss()).as("%s", result).isFalse();
        ImportedConfig.assertNoted(result, 3, "a listener is bound to an address, not an interface");
    }
}
