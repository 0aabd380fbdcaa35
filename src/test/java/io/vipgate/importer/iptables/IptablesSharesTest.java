package io.vipgate.importer.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What rules carry over takes the shares that it had, or a note says which share is lost. */
class IptablesSharesTest {
    private static ImportResult nat(String... rules) {
        return IptablesImporter.convert("*nat\n" + String.join("\n", rules) + "\nCOMMIT\n");
    }

    private static ImportResult script(String... lines) {
        return IptablesImporter.convert(String.join("\n", lines) + "\n");
    }

    /** Every address and port, in order, and what its endpoints weigh: {@code bind: rule address*weight ...}. */
    private static List<String> shares(ImportResult result) {
        ImportedConfig config = ImportedConfig.of(result);
        TreeMap<String, String> shares = new TreeMap<>();
        config.config().listeners().values().forEach(listener -> listener.bind().forEach(bind -> shares.put(
                bind.toString(), config.pool(listener.pool()).balance() + " " + config.pool(listener.pool())
                        .endpoints().values().stream().map(each -> each.address() + "*" + each.weight())
                        .collect(Collectors.joining(" ")))));
        return shares.entrySet().stream().map(each -> each.getKey() + ": " + each.getValue()).toList();
    }

    private static String rule(String matches, String to) {
        return "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 80 " + matches + " -j DNAT --to-destination "
                + to;
    }

    private static final String HALF = "-m statistic --mode random --probability 0.5";
    private static final String WEB = "iptables -t nat -A PREROUTING -d 203.0.113.1 -p tcp --dport 80 ";
    private static final String TO_10 = " -j DNAT --to-destination 192.0.2.10:80";
    private static final String TO_20 = " -j DNAT --to-destination 192.0.2.20:80";
    private static final String EQUAL = "203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:80*1 192.0.2.20:80*1";
    private static final String IN_TURN = "203.0.113.1:80: ROUND_ROBIN 192.0.2.10:80*1 192.0.2.20:80*1";
    private static final String ONLY_20 = "203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.20:80*1";

    @Test
    void theUsualRulesWithAndWithoutInterfaceBecomeOneListener() {
        for (String in : List.of("-i eth0 ", "")) {
            String to100 = " -j DNAT --to-destination 192.168.1.100:80";
            String to200 = " -j DNAT --to-destination 192.168.1.200:80";
            ImportResult result = nat("-A PREROUTING " + in + "-p tcp --dport 80 " + HALF + to100,
                    "-A PREROUTING " + in + "-p tcp --dport 80" + to200,
                    "-A OUTPUT -p tcp --dport 80 " + HALF + to100, "-A OUTPUT -p tcp --dport 80" + to200);

            assertThat(shares(result))
                    .containsExactly("0.0.0.0:80: WEIGHTED_RANDOM 192.168.1.100:80*1 192.168.1.200:80*1");
            assertThat(result.hasLoss()).isFalse();
            ImportedConfig.assertNoted(result, 4, "no longer needed");
            ImportedConfig.assertNoted(result, 4, "ip_forward");
            if (!in.isEmpty()) {
                ImportedConfig.assertNoted(result, 2, "-i eth0: a listener is bound to an address");
            }
        }
    }

    @Test
    void theGatewaysOwnRulesForItsAddressNeedNoListenerOfTheirOwn() {
        String to100 = " -j DNAT --to-destination 192.168.1.100:80";
        String to200 = " -j DNAT --to-destination 192.168.1.200:80";
        ImportResult result = nat("-A PREROUTING -i eth0 -p tcp --dport 80 " + HALF + to100,
                "-A PREROUTING -i eth0 -p tcp --dport 80" + to200,
                "-A OUTPUT -d 203.0.113.9 -p tcp --dport 80 " + HALF + to100,
                "-A OUTPUT -d 203.0.113.9 -p tcp --dport 80" + to200);

        assertThat(shares(result))
                .containsExactly("0.0.0.0:80: WEIGHTED_RANDOM 192.168.1.100:80*1 192.168.1.200:80*1");
        assertThat(result.hasLoss()).isFalse();
        ImportedConfig.assertNoted(result, 4, "chain OUTPUT is no longer needed");
    }

    @Test
    void everyAddressOfEachFamilyHasAListenerWithoutAWordAboutPools() {
        ImportResult result = script(
                "iptables -t nat -A PREROUTING -p tcp --dport 443 -j DNAT --to-destination 192.0.2.10:443",
                "ip6tables -t nat -A PREROUTING -p tcp --dport 443 -j DNAT --to-destination [2001:db8:1::1]:443");

        assertThat(shares(result)).containsExactly("0.0.0.0:443: WEIGHTED_RANDOM 192.0.2.10:443*1",
                "[::]:443: WEIGHTED_RANDOM [2001:db8:1::1]:443*1");
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("pool of its own"));
    }

    @Test
    void whatARuleAcceptsIsNotSaidToHaveMetNone() {
        ImportResult result = nat(rule(HALF, "192.0.2.10:80").replace("DNAT --to-destination 192.0.2.10:80", "ACCEPT"),
                rule("", "192.0.2.20:80"));

        assertThat(shares(result)).containsExactly(ONLY_20);
        assertThat(result.hasLoss()).isTrue();
        ImportedConfig.assertNoted(result, 3, "50.00 % of the connections to 203.0.113.1:80 stayed with this machine");
    }

    @Test
    void anIpv6NetworkIsNoSingleAddress() {
        for (String length : List.of("/32", "/64", "/127")) {
            ImportResult result = nat("-A PREROUTING -d 2001:db8::" + length
                    + " -p tcp -m tcp --dport 80 -j DNAT --to-destination [2001:db8:1::1]:80");

            assertThat(result.yaml()).isEmpty();
            assertThat(result.hasLoss()).isTrue();
            ImportedConfig.assertNoted(result, 2, "2001:db8::" + length + ", port 80: a listener has one address");
        }
    }

    @Test
    void rulesForAnyAddressBehindOneByChanceTakeTheirShare() {
        ImportResult result = nat(rule(HALF, "192.0.2.10:80"),
                "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.0.2.20:80");

        assertThat(shares(result)).contains(EQUAL);
        assertThat(result.yaml()).doesNotContain("[::]");
    }

    @Test
    void chainsEnteredByChanceAreFollowed() {
        ImportResult result = nat(":PREROUTING ACCEPT [0:0]", ":LB - [0:0]", ":SEP-A - [0:0]", ":SEP-B - [0:0]",
                ":SEP-C - [0:0]", "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 80 -j LB",
                "-A LB -m statistic --mode random --probability 0.33333333349 -j SEP-A",
                "-A LB -m statistic --mode random --probability 0.50000000000 -j SEP-B", "-A LB -j SEP-C",
                "-A SEP-A -p tcp -m tcp -j DNAT --to-destination 192.0.2.10:8080",
                "-A SEP-B -p tcp -m tcp -j DNAT --to-destination 192.0.2.11:8080",
                "-A SEP-C -p tcp -m tcp -j DNAT --to-destination 192.0.2.12:8080");

        assertThat(shares(result)).containsExactly(
                "203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:8080*1 192.0.2.11:8080*1 192.0.2.12:8080*1");
        assertThat(result.hasLoss()).isFalse();
    }

    @Test
    void matchesBehindTheTargetAndOnTheNextLineCount() {
        assertThat(shares(script(WEB + TO_10 + " \\", "  " + HALF, WEB + TO_20))).containsExactly(EQUAL);
        assertThat(shares(script(WEB + "\\", "  -m statistic --mode nth --every 2 --packet 0 \\", "  " + TO_10,
                WEB + "\\", TO_20))).containsExactly(IN_TURN);
    }

    @Test
    void deletedAndFlushedRulesAreGone() {
        ImportResult result = script(WEB + TO_10, WEB.replace("-A", "-D") + TO_10,
                "iptables -t nat -F PREROUTING", WEB + TO_20);
        assertThat(shares(result)).containsExactly(ONLY_20);
        assertThat(shares(script(WEB + TO_10, WEB + TO_20, "iptables -t nat -D PREROUTING 1")))
                .containsExactly(ONLY_20);
        assertThat(shares(script(WEB + TO_10, "iptables -t nat -F", WEB + TO_20))).containsExactly(ONLY_20);
        assertThat(shares(script(WEB + TO_10, "iptables -t nat -R PREROUTING 1 -d 203.0.113.1 -p tcp --dport 80"
                + TO_20))).containsExactly(ONLY_20);
    }

    @Test
    void insertedRulesComeFirst() {
        ImportResult result = script(WEB + TO_20, WEB.replace("-A", "-I") + HALF + TO_10,
                "iptables -t nat -I PREROUTING 1 -d 203.0.113.1 -p tcp --dport 8022 -j DNAT --to-destination 192.0.2.11:22");

        assertThat(shares(result)).containsExactly(EQUAL, "203.0.113.1:8022: WEIGHTED_RANDOM 192.0.2.11:22*1");
    }

    @Test
    void theAddressOfAServerIsNoListenersButBothServersStay() {
        String web = "iptables -t nat -A PREROUTING -d 192.0.2.10 -p tcp --dport 80 ";
        ImportResult result = script(web + "-m statistic --mode nth --every 2 --packet 0" + TO_10,
                web + "-j DNAT --to-destination 192.0.2.11:80");

        assertThat(shares(result)).containsExactly("0.0.0.0:80: ROUND_ROBIN 192.0.2.10:80*1 192.0.2.11:80*1");
        assertThat(result.hasLoss()).isTrue();
        ImportedConfig.assertNoted(result, 1, "192.0.2.10:80 is a server's own address");
    }

    @Test
    void marksLeadWhereTheyLed() {
        String web = "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 80 ";
        assertThat(shares(IptablesImporter.convert("*mangle\n" + web + HALF
                + " -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n*nat\n"
                + "-A PREROUTING -p tcp -m mark --mark 0x1 -j DNAT --to-destination 192.0.2.10:80\n"
                + web + "-j DNAT --to-destination 192.0.2.20:80\nCOMMIT\n"))).containsExactly(EQUAL);
        assertThat(shares(IptablesImporter.convert("*mangle\n" + web + HALF + " -j CONNMARK --set-mark 0x5/0xf\n" + web
                + "-j CONNMARK --restore-mark\n" + web + "-j MARK --or-mark 0x10\nCOMMIT\n*nat\n" + web
                + "-m mark --mark 0x15 -j DNAT --to-destination 192.0.2.10:80\n" + web
                + "-m connmark ! --mark 0x5 -j DNAT --to-destination 192.0.2.20:80\nCOMMIT\n")))
                .containsExactly(EQUAL);
    }

    @Test
    void everyAddressOfARangeTakesItsPart() {
        ImportResult result = nat(rule("-m statistic --mode random --probability 0.25",
                "192.0.2.10-192.0.2.11:8080"), rule("", "192.0.2.20:8080"));

        assertThat(shares(result)).containsExactly(
                "203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:8080*1 192.0.2.11:8080*1 192.0.2.20:8080*6");
        ImportedConfig.assertNoted(result, 2, "by a hash of the client's");
        assertThat(shares(nat(rule("", "192.0.2.10-192.0.2.11")))).containsExactly(
                "203.0.113.1:80: SOURCE_HASH 192.0.2.10:80*1 192.0.2.11:80*1");
    }

    @Test
    void portRangesKeepOrShiftOrJoinPorts() {
        ImportResult result = nat(
                "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 8000:8001 -j DNAT --to-destination 192.0.2.10",
                "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 9000:9001 -j DNAT --to-destination 192.0.2.10:9000-9001",
                "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 7000:7001 -j DNAT --to-destination 192.0.2.10:80",
                "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 6000:6001 -j DNAT --to-destination 192.0.2.10:600-601/6000");

        assertThat(shares(result)).containsExactly("203.0.113.1:6000: WEIGHTED_RANDOM 192.0.2.10:600*1",
                "203.0.113.1:6001: WEIGHTED_RANDOM 192.0.2.10:601*1",
                "203.0.113.1:7000: WEIGHTED_RANDOM 192.0.2.10:80*1",
                "203.0.113.1:7001: WEIGHTED_RANDOM 192.0.2.10:80*1",
                "203.0.113.1:8000: WEIGHTED_RANDOM 192.0.2.10:8000*1",
                "203.0.113.1:8001: WEIGHTED_RANDOM 192.0.2.10:8001*1",
                "203.0.113.1:9000: WEIGHTED_RANDOM 192.0.2.10:9000*1",
                "203.0.113.1:9001: WEIGHTED_RANDOM 192.0.2.10:9001*1");
        ImportedConfig.assertNoted(result, 3, "keeps a port that lies in the range");
        assertThat(shares(nat(rule("", "192.0.2.20 --random")))).containsExactly(ONLY_20);
        assertThat(ImportedConfig.of(result).listener("203-0-113-1-7001").pool()).isEqualTo("203-0-113-1-7000");
    }

    @Test
    void newConnectionsInEverySpellingAreCarriedOver() {
        for (String syn : List.of("--syn", "--tcp-flags FIN,SYN,RST,ACK SYN", "--tcp-flags SYN SYN",
                "-m conntrack --ctstate NEW", "-m state --state NEW,RELATED", "-m conntrack ! --ctstate ESTABLISHED")) {
            assertThat(shares(nat(rule(syn, "192.0.2.20:80")))).as(syn).containsExactly(ONLY_20);
        }
        assertThat(nat(rule("--tcp-flags ALL ACK", "192.0.2.20:80")).yaml()).isEmpty();
        assertThat(nat(rule("-m conntrack --ctstate ESTABLISHED", "192.0.2.20:80")).yaml()).isEmpty();
    }

    @Test
    void listingsThatNameNoTableAreOfNatWhenTheyTranslate() {
        ImportResult result = script("-P PREROUTING ACCEPT", "-N LB",
                "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 80 -j LB",
                "-A LB -p tcp " + HALF + TO_10, "-A LB -p tcp" + TO_20);

        assertThat(shares(result)).containsExactly(EQUAL);
        assertThat(result.hasLoss()).isFalse();
    }

    @Test
    void hostMasksAndEverybodyAreNoRestriction() {
        assertThat(shares(nat(
                "-A PREROUTING -d 2001:db8::10/128 -p tcp -m tcp --dport 80 " + HALF
                        + " -j DNAT --to-destination [2001:db8:1::1]:80",
                "-A PREROUTING -d 2001:db8::10/128 -p tcp -m tcp --dport 80 -j DNAT --to-destination [2001:db8:1::2]:80")))
                .containsExactly("[2001:db8::10]:80: WEIGHTED_RANDOM [2001:db8:1::1]:80*1 [2001:db8:1::2]:80*1");
        assertThat(shares(nat("-A PREROUTING -s 0.0.0.0/0 -d 203.0.113.1/255.255.255.255 -p tcp -m tcp --dport 80"
                + TO_20))).containsExactly(ONLY_20);
    }

    @Test
    void aByteOrderMarkIsNoText() {
        assertThat(shares(IptablesImporter.convert("\uFEFF*nat\n" + rule("", "192.0.2.20:80") + "\nCOMMIT\n")))
                .containsExactly(ONLY_20);
    }

    @Test
    void aChanceOfNothingIsSaid() {
        ImportResult result = nat(rule("-m statistic --mode random --probability 0", "192.0.2.9:80"),
                rule("", "192.0.2.20:80"));

        assertThat(shares(result)).containsExactly(ONLY_20);
        ImportedConfig.assertNoted(result, 2, "its chance is 0");
    }

    @Test
    void withoutAnAddressAListenerIsOfTheFamilyOfItsRules() {
        assertThat(shares(nat("-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.0.2.10:80")))
                .containsExactly("0.0.0.0:80: WEIGHTED_RANDOM 192.0.2.10:80*1");
        assertThat(shares(
                script("ip6tables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination [2001:db8::1]")))
                .containsExactly("[::]:80: WEIGHTED_RANDOM [2001:db8::1]:80*1");
    }

    @Test
    void countersThatDependOnEachOtherGiveTheirExactShares() {
        String web = "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp --dport 80 ";
        assertThat(shares(IptablesImporter.convert("*mangle\n" + web
                + "-m statistic --mode nth --every 2 --packet 0 -j MARK --set-mark 1\nCOMMIT\n*nat\n" + web
                + "-m statistic --mode nth --every 2 --packet 0 -j DNAT --to-destination 192.0.2.10:80\n" + web
                + "-m mark --mark 1 -j DNAT --to-destination 192.0.2.99:80\n" + web
                + "-j DNAT --to-destination 192.0.2.20:80\nCOMMIT\n"))).containsExactly(IN_TURN);
        assertThat(shares(nat(rule("-m statistic --mode nth --every 3 --packet 0", "192.0.2.10:80"),
                rule("-m statistic --mode nth --every 3 --packet 1", "192.0.2.20:80"), rule("", "192.0.2.30:80"))))
                .containsExactly("203.0.113.1:80: ROUND_ROBIN 192.0.2.10:80*3 192.0.2.30:80*4 192.0.2.20:80*2");
        assertThat(shares(nat(rule(HALF, "192.0.2.10:80"),
                rule("-m statistic --mode nth --every 2 --packet 0", "192.0.2.20:80"), rule("", "192.0.2.30:80"))))
                .containsExactly("203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:80*2 192.0.2.20:80*1 192.0.2.30:80*1");
    }

    @Test
    void rulesThatOnlyMarkForMasqueradeDecideNothing() {
        StringBuilder text = new StringBuilder("""
                *nat
                :PREROUTING ACCEPT [0:0]
                :OUTPUT ACCEPT [0:0]
                :SERVICES - [0:0]
                :SVC - [0:0]
                :MASQ - [0:0]
                -A PREROUTING -m comment --comment "service portals" -j SERVICES
                -A OUTPUT -m comment --comment "service portals" -j SERVICES
                -A SERVICES -d 203.0.113.1/32 -p tcp -m comment --comment "web cluster IP" -m tcp --dport 80 -j SVC
                -A MASQ -j MARK --set-xmark 0x4000/0x4000
                -A SVC ! -s 10.244.0.0/16 -d 203.0.113.1/32 -p tcp -m tcp --dport 80 -j MASQ
                """);
        int servers = 40;
        for (int i = 0; i < servers; i++) {
            text.append(":SEP-").append(i).append(" - [0:0]\n-A SVC ");
            if (i < servers - 1) {
                text.append("-m statistic --mode random --probability ").append(1.0 / (servers - i)).append(' ');
            }
            text.append("-j SEP-").append(i).append("\n-A SEP-").append(i).append(" -s 10.244.1.").append(i)
                    .append("/32 -j MASQ\n-A SEP-").append(i)
                    .append(" -p tcp -m tcp -j DNAT --to-destination 10.244.1.")
                    .append(i).append(":8080\n");
        }
        ImportResult result = IptablesImporter.convert(text.append("COMMIT\n").toString());

        assertThat(result.hasLoss()).as("%s", result.notes()).isFalse();
        assertThat(ImportedConfig.of(result).pool("203-0-113-1-80").endpoints().values()).hasSize(servers)
                .allMatch(endpoint -> endpoint.weight() == 1);
    }

    @Test
    void rulesOfContainersAreCarriedOver() {
        ImportResult result = nat(":DOCKER - [0:0]", "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
                "-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
                "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE", "-A DOCKER -i docker0 -j RETURN",
                "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80");

        assertThat(shares(result)).containsExactly("0.0.0.0:8080: WEIGHTED_RANDOM 172.17.0.2:80*1");
        assertThat(result.hasLoss()).as("%s", result.notes()).isFalse();
    }

    @Test
    void aRuleForAlmostAllPortsIsNoListOfListeners() {
        ImportResult result = nat(
                "-A PREROUTING -d 203.0.113.1/32 -p tcp -m tcp ! --dport 22 -j DNAT --to-destination 192.0.2.10",
                "-A PREROUTING -d 203.0.113.2/32 -p tcp -m tcp --dport 25" + TO_20);

        assertThat(shares(result)).containsExactly("203.0.113.2:25: WEIGHTED_RANDOM 192.0.2.20:80*1");
        assertThat(result.hasLoss()).isTrue();
        ImportedConfig.assertNoted(result, 2, "ports 1:65535 of 203.0.113.1: a listener has single ports");
    }
}
