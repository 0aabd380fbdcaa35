package io.vipgate.importer.netfilter;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.PerSourceConfig;
import io.vipgate.importer.ImportFormat;
import io.vipgate.importer.common.AddressShares;
import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom chain FORWARD refused: it does not see the clients of a listener. */
class ForwardRefusalsTest {
    private static final String WEB = "203-0-113-1-80";
    private static final String SENT_ON = """
            *nat
            -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 -m statistic --mode nth --every 2 -j DNAT --to-destination 10.0.0.2
            -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.3
            COMMIT
            """;

    private static ImportResult forward(String policy, String... rules) {
        return ImportFormat.IPTABLES
                .convert(SENT_ON + "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD " + policy + " [0:0]\n:LIST - "
                        + "[0:0]\n:f2b-web - [0:0]\n" + String.join("\n", rules) + "\nCOMMIT\n");
    }

    private static PerSourceConfig limits(ImportResult result) {
        return ImportedConfig.of(result).listener(WEB).perSource().orElseThrow();
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ACCEPT|-A FORWARD -s 198.51.100.0/24 -j DROP|192.0.2.1|198.51.100.1",
        "ACCEPT|-A FORWARD -s 198.51.100.7 -j ACCEPT;-A FORWARD -s 198.51.100.0/24 -p tcp -j REJECT|198.51.100.7|198.51.100.1",
        "DROP|-A FORWARD -s 192.0.2.0/24 -p tcp --dport 80 -j ACCEPT|192.0.2.1|198.51.100.1",
        "DROP|-A FORWARD -m state --state ESTABLISHED -j ACCEPT;-A FORWARD ! -s 198.51.100.0/24 -d 10.0.0.2/31 -j ACCEPT"
                + "|192.0.2.1|198.51.100.1",
        "DROP|-A FORWARD -m conntrack --ctstate DNAT -s 192.0.2.0/24 -j ACCEPT|192.0.2.1|198.51.100.1",
        "ACCEPT|-A FORWARD -j LIST;-A LIST -s 192.0.2.0/24 -j RETURN;-A LIST -j DROP|192.0.2.1|198.51.100.1",
        "ACCEPT|-A FORWARD -m iprange --src-range 198.51.100.1-198.51.100.9 -j DROP|198.51.100.10|198.51.100.9",
        "ACCEPT|-A FORWARD -i eth0 -s 198.51.100.0/24 -j DROP;-A FORWARD ! -i eth0 -j DROP|192.0.2.1|198.51.100.1",
        "ACCEPT|-A FORWARD -s 198.51.100.0/24 -p udp -j DROP;-A FORWARD -s 192.0.2.9 -j DROP|198.51.100.1|192.0.2.9"})
    void whomItRefusedAccessRefuses(String policy, String rules, String admitted, String refused) {
        ImportResult result = forward(policy, rules.split(";", -1));

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).admits(WEB, admitted)).isTrue();
        assertThat(ImportedConfig.of(result).admits(WEB, refused)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"-A INPUT -s 198.51.100.0/24 -j DROP",
        "-A FORWARD -s 198.51.100.0/24 -p tcp --dport 443 -j DROP", "-A FORWARD -s 198.51.100.0/24 -d 10.0.0.9 -j DROP",
        "-A FORWARD -j LOG", "-A LIST -s 198.51.100.0/24 -j DROP"})
    void whatIsAboutOtherConnectionsRefusesNobody(String rule) {
        ImportResult result = forward("ACCEPT", rule);

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).listener(WEB).access()).isEmpty();
    }

    @Test
    void whateverTheRulesTheSameClientsComeIn() {
        long seed = 20_261_127L;
        Random random = new Random(seed);
        for (int round = 0; round < 80; round++) {
            List<String> rules = new ArrayList<>();
            for (int i = 1 + random.nextInt(7); i > 0; i--) {
                int length = 1 + random.nextInt(8);
                rules.add("-A FORWARD " + (random.nextInt(3) == 0 ? "! " : "") + "-s "
                        + ((random.nextInt(256) >> (8 - length)) << (8 - length)) + ".0.0.0/" + length + " -j "
                        + (random.nextBoolean() ? "ACCEPT" : "DROP"));
            }
            boolean isDropping = random.nextBoolean();
            ImportResult result = forward(isDropping ? "DROP" : "ACCEPT", rules.toArray(String[]::new));
            ImportedConfig config = ImportedConfig.of(result);
            List<Integer> admitted = new ArrayList<>();
            List<Integer> accepted = new ArrayList<>();
            for (int octet = 0; octet < 256; octet++) {
                String client = octet + ".7.7.7";
                if (config.admits(WEB, client)) {
                    admitted.add(octet);
                }
                if (isAccepted(rules, client, !isDropping)) {
                    accepted.add(octet);
                }
            }
            // Where nobody was let through at all, no list is made of it.
            assertThat(admitted.size() == 256 && accepted.isEmpty() ? accepted : admitted)
                    .as("seed %d, %s %s%n%s", seed, isDropping, rules, result.yaml()).isEqualTo(accepted);
        }
    }

    private static boolean isAccepted(List<String> rules, String client, boolean policy) {
        for (String rule : rules) {
            String network = rule.replaceFirst(".*-s (\\S+) .*", "$1");
            boolean isIn = ClientSet.of(client).orElseThrow().without(ClientSet.of(network).orElseThrow()).isEmpty();
            if (isIn != rule.contains("!")) {
                return rule.endsWith("ACCEPT");
            }
        }
        return policy;
    }

    // ---- limits ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-m connlimit --connlimit-above 20 --connlimit-mask 32 --connlimit-saddr -j REJECT --reject-with tcp-reset|20|0|0",
        "-m connlimit ! --connlimit-upto 20 -j DROP|20|0|0",
        "--syn -m hashlimit --hashlimit-above 10/sec --hashlimit-burst 30 --hashlimit-mode srcip --hashlimit-name a -j DROP|0|10|30",
        "--syn -m hashlimit --hashlimit-above 600/min --hashlimit-mode srcip --hashlimit-name a -j DROP|0|10|5"})
    void limitsOfEachClient(String limit, int open, int rate, int burst) {
        ImportResult result = forward("ACCEPT", "-A FORWARD -p tcp --dport 80 " + limit);

        assertThat(limits(result).maxConnections()).isEqualTo(open);
        assertThat(limits(result).newPerSecond()).isEqualTo(rate);
        assertThat(limits(result).burst().orElse(0)).isEqualTo(burst);
        assertThat(limits(result).exempt()).isEmpty();
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-A FORWARD -p tcp -m conntrack --ctstate NEW -j LIST;-A LIST RATE|true",
        "-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT;-A FORWARD -j LIST;-A LIST RATE|true",
        "-A FORWARD -j LIST;-A LIST -m state --state ESTABLISHED -j ACCEPT;-A FORWARD RATE|true",
        "-A FORWARD -p tcp --syn -j LIST;-A FORWARD -j LIST;-A LIST RATE|false",
        "-A FORWARD -m state --state ESTABLISHED -j LOG;-A FORWARD RATE|false",
        "-A FORWARD -i eth1 -m state --state ESTABLISHED -j ACCEPT;-A FORWARD RATE|false",
        "-A FORWARD -p tcp -m conntrack --ctstate NEW,ESTABLISHED -j LIST;-A LIST RATE|false",
        "-A LIST -m state --state ESTABLISHED -j ACCEPT;-A FORWARD RATE|false",
        "-A FORWARD -j LIST;-A LIST -s 10.0.0.0/8 -j RETURN;-A LIST -m state --state ESTABLISHED -j ACCEPT;-A FORWARD RATE|false"})
    void aRateCountsConnectionsWhereNoOtherPacketComesToIt(String rules, boolean isOfConnections) {
        ImportResult result = forward("ACCEPT", rules.replace("RATE",
                "-p tcp -m hashlimit --hashlimit-above 5/s --hashlimit-mode srcip --hashlimit-name a -j DROP")
                .split(";", -1));

        assertThat(losses(result).isEmpty()).isEqualTo(isOfConnections);
        assertThat(ImportedConfig.of(result).listener(WEB).perSource().isPresent()).isEqualTo(isOfConnections);
    }

    @Test
    void whoeverIsBelowTheLimitIsAcceptedAndTheRestDropped() {
        ImportResult result = forward("DROP", "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
                "-A FORWARD -s 10.0.0.0/8 -j ACCEPT",
                "-A FORWARD -m hashlimit --hashlimit-upto 5/s --hashlimit-burst 8 --hashlimit-mode srcip "
                        + "--hashlimit-srcmask 24 --hashlimit-name a -j ACCEPT");

        assertThat(limits(result)).extracting(PerSourceConfig::newPerSecond, PerSourceConfig::ipv4Prefix,
                each -> each.exempt().toString()).containsExactly(5, 24, "[10.0.0.0/8]");
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-A FORWARD -p tcp -m connlimit --connlimit-above 20 --connlimit-daddr -j DROP|--connlimit-daddr decides",
        "-A FORWARD -p tcp --syn -m hashlimit --hashlimit-above 5/s --hashlimit-mode srcip,dstport --hashlimit-name a -j DROP|decides",
        "-A FORWARD -p tcp -m hashlimit --hashlimit-above 5/s --hashlimit-mode srcip --hashlimit-name a -j DROP|decides",
        "-A FORWARD -p tcp --syn -m hashlimit --hashlimit-above 7/min --hashlimit-mode srcip --hashlimit-name a -j DROP|no whole",
        "-A FORWARD -p tcp -m connlimit --connlimit-above 20 --connlimit-mask 4 -j DROP|has no such limit",
        "-A FORWARD -p tcp -m limit --limit 5/s -j ACCEPT;-A FORWARD -p tcp -j DROP|-m limit",
        "-A FORWARD -p tcp -m recent --update --seconds 60 --hitcount 9 -j DROP|-m recent",
        "-A FORWARD -m set --match-set bad src -j DROP|name it in access",
        "-A FORWARD -d 10.0.0.2 -s 198.51.100.0/24 -j DROP|refused other clients to each of the targets",
        "-A FORWARD -d 10.0.0.2 -p tcp -m connlimit --connlimit-above 9 -j DROP;-A FORWARD -d 10.0.0.3 -p tcp -m connlimit "
                + "--connlimit-above 9 -j DROP|for each target by itself",
        "-A FORWARD -p tcp -m connlimit --connlimit-above 9 -j DROP;-A FORWARD -s 10.0.0.0/8 -p tcp -m connlimit "
                + "--connlimit-above 5 -j DROP|beside another one",
        "-A FORWARD -m mark --mark 1 -j DROP|--mark 1", "-A FORWARD -o eth1 -s 10.0.0.0/8 -j DROP|-o eth1",
        "-A FORWARD -m conntrack --ctorigdstport 80 -j DROP|--ctorigdstport",
        "-A FORWARD -j f2b-web;-A f2b-web -s 198.51.100.9 -j REJECT|let fail2ban ban by vipgate block"})
    void whatElseItRefusedIsALoss(String rules, String words) {
        ImportResult result = forward("ACCEPT", rules.split(";", -1));

        assertThat(losses(result)).isNotEmpty().allMatch(loss -> loss.contains(words));
        ImportedConfig.of(result);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "DROP|-A FORWARD -s 10.0.0.0/8 -j ACCEPT;-A FORWARD -m set --match-set ok src -j ACCEPT|11 -m set",
        "DROP|-A FORWARD -s 10.0.0.0/8 -j ACCEPT;-A FORWARD -m mac --mac-source 00:11:22:33:44:55 -m time --timestart 08:00 -j "
                + "ACCEPT|11 -m mac;11 -m time",
        "ACCEPT|-A FORWARD -m limit --limit 5/s -j RETURN;-A FORWARD ! -s 10.0.0.0/8 -j DROP|10 -m limit",
        "ACCEPT|-A FORWARD -s 10.0.0.0/8 -j ACCEPT;-A FORWARD -m set --match-set bad src -j DROP;-A FORWARD -m recent --update "
                + "-j DROP|11 -m set;12 -m recent",
        "DROP|-A FORWARD -i eth1 -j ACCEPT;-A FORWARD -s 10.0.0.0/8 -j ACCEPT|10 -i eth1"})
    void whomSomethingElseMayHaveLetInIsNotKeptOutAndEachLossHasItsLine(String policy, String rules, String lost) {
        ImportResult result = forward(policy, rules.split(";", -1));

        assertThat(ImportedConfig.of(result).admits(WEB, "192.0.2.1")).isTrue();
        assertThat(losses(result)).hasSize(lost.split(";", -1).length);
        for (String each : lost.split(";", -1)) {
            String[] lineAndFact = each.split(" ", 2);
            assertThat(losses(result)).anyMatch(loss -> loss.startsWith("line " + lineAndFact[0] + ": ")
                    && loss.contains(lineAndFact[1]));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-A FORWARD -s 198.51.100.0/24 -j DROP;-A FORWARD -i eth1 -s 10.0.0.0/8 -j DROP|11 -i eth1",
        "-A FORWARD -m set --match-set bad src -j DROP;-A FORWARD -s 198.51.100.0/24 -j DROP|10 -m set",
        "-A FORWARD -o eth1 -s 10.0.0.0/8 -j DROP;-A FORWARD -s 198.51.100.0/24 -j REJECT|10 -o eth1"})
    void whomRulesByAddressRefuseIsRefusedWhateverElseIsLost(String rules, String lost) {
        ImportResult result = forward("ACCEPT", rules.split(";", -1));

        assertThat(ImportedConfig.of(result).admits(WEB, "198.51.100.1")).isFalse();
        assertThat(ImportedConfig.of(result).admits(WEB, "10.0.0.1")).isTrue();
        assertThat(losses(result)).singleElement().asString()
                .startsWith("line " + lost.split(" ", 2)[0] + ": ").contains(lost.split(" ", 2)[1]);
    }

    @Test
    void interfacesThatNothingIsSentOnFromAreNotAsked() {
        ImportResult result = ImportFormat.IPTABLES.convert("""
                *nat
                -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2
                COMMIT
                *filter
                :FORWARD DROP [0:0]
                -A FORWARD -i eth1 -o eth0 -j ACCEPT
                -A FORWARD -i eth0 -o eth1 -s 198.51.100.0/24 -j ACCEPT
                COMMIT
                """);

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).admits("any-80", "198.51.100.1")).isTrue();
        assertThat(ImportedConfig.of(result).admits("any-80", "192.0.2.1")).isFalse();
    }

    @Test
    void aTargetThatNobodyGetsToIsALoss() {
        ImportResult result = forward("DROP", "-A FORWARD -d 10.0.0.9 -j ACCEPT");

        assertThat(ImportedConfig.of(result).admits(WEB, "192.0.2.1")).isTrue();
        assertThat(losses(result)).singleElement().asString().contains("refused all connections to the targets");
    }

    @Test
    void aLongListIsFollowedOrNamed() {
        ImportResult some = forward("ACCEPT", "-A FORWARD -s 198.51.100.7 -j DROP\n".repeat(300),
                "-A FORWARD -s 198.51.100.9 -j DROP");
        List<String> rules = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            rules.add("-A FORWARD -s 198." + i / 256 + "." + i % 256 + ".7 -j DROP");
        }
        ImportResult many = forward("ACCEPT", rules.toArray(String[]::new));

        assertThat(ImportedConfig.of(some).admits(WEB, "198.51.100.9")).isFalse();
        assertThat(losses(some)).isEmpty();
        assertThat(losses(many)).isNotEmpty().allMatch(loss -> loss.contains("more networks than can be followed"));
    }

    @Test
    void aLimitForTwoListenersTogetherIsALoss() {
        ImportResult result = ImportFormat.IPTABLES.convert("""
                *filter
                :FORWARD ACCEPT [0:0]
                -A FORWARD -p tcp -m connlimit --connlimit-above 9 -j DROP
                COMMIT
                *nat
                -A PREROUTING -d 203.0.113.1/32 -p tcp -m multiport --dports 80,443 -j DNAT --to-destination 10.0.0.2
                COMMIT
                """);

        assertThat(losses(result)).singleElement().asString().contains("each listener counts for itself");
    }

    @Test
    void bansOfFail2banInChainInputGoOn() {
        ImportResult result = forward("ACCEPT", "-A INPUT -p tcp --dport 22 -j f2b-web",
                "-A f2b-web -s 198.51.100.9 -j REJECT",
                "-A f2b-web -j RETURN");

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains("stay with iptables"))
                .noneMatch(note -> note.startsWith("line 9: "));
    }

    // ---- rules that send on some clients alone ----

    @Test
    void othersThanThoseWhoAreSentOnAreRefusedAndNothingIsCompared() throws SyntaxException {
        String rules = """
                *nat
                -A PREROUTING -s 10.0.0.0/8 -d 203.0.113.1/32 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2
                -A PREROUTING -s 10.9.0.0/16 -d 203.0.113.1/32 -p tcp --dport 81 -j RETURN
                -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 81 -j DNAT --to-destination 10.0.0.2
                -A PREROUTING -s 10.0.0.0/8 -d 203.0.113.1/32 -p tcp --dport 82 -j DNAT --to-destination 10.0.0.2
                -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 82 -j DNAT --to-destination 10.0.0.3
                COMMIT
                """;
        ImportResult result = ImportFormat.IPTABLES.convert(rules);
        ImportedConfig config = ImportedConfig.of(result);

        assertThat(config.admits(WEB, "10.1.1.1")).isTrue();
        assertThat(config.admits(WEB, "192.0.2.1")).isFalse();
        assertThat(config.admits("203-0-113-1-81", "10.9.1.1")).isFalse();
        assertThat(config.admits("203-0-113-1-81", "192.0.2.1")).isTrue();
        assertThat(config.config().listeners()).hasSize(2);
        assertThat(losses(result)).anyMatch(loss -> loss.contains("203.0.113.1:82 is left out"))
                .filteredOn(loss -> loss.contains("stayed with this machine")).hasSize(2);
        assertThat(ImportFormat.IPTABLES.shares(rules, new Notes())).extracting(AddressShares::unknown)
                .allMatch(unknown -> unknown.contains("the client's address (-s) decides"));
    }

    // ---- nft ----

    @Test
    void chainsOfNftAtTheForwardHookAreFollowed() {
        ImportResult result = ImportFormat.NFT.convert("""
                table inet filter {
                set bad {
                type ipv4_addr
                flags interval
                elements = { 198.51.100.0/24, 203.0.113.128-203.0.113.140 }
                }
                chain fwd {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                ip saddr @bad drop
                ct status dnat accept
                }
                }
                table ip nat {
                chain pre {
                type nat hook prerouting priority dstnat;
                ip daddr 203.0.113.1 tcp dport 80 dnat to 10.0.0.2
                }
                }
                """);

        assertThat(ImportedConfig.of(result).listener(WEB).access().orElseThrow().deny()).hasToString(
                "[198.51.100.0/24, 203.0.113.128/29, 203.0.113.136/30, 203.0.113.140]");
        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("no rule leads to chain"))
                .noneMatch(note -> note.contains("FORWARD") || note.contains("OUTPUT"))
                .anyMatch(note -> note.contains("clients that the hook forward refused"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "accept|limit rate over 10/second drop;ip saddr 198.51.100.0/24 drop|1|192.0.2.1|198.51.100.1",
        "drop|ip saddr 192.0.2.0/24 limit rate 10/second accept|1|192.0.2.1|198.51.100.1",
        "drop|ip saddr 192.0.2.0/24 accept;ct status dnat limit rate 9/second accept|1|198.51.100.1|-",
        "drop|ip protocol { tcp, udp } flow add @ft;ip saddr 192.0.2.0/24 accept|0|192.0.2.1|198.51.100.1",
        "drop|iifname \"wg0\" accept;ip saddr 192.0.2.0/24 accept|1|198.51.100.1|-"})
    void whatIsNotUnderstoodOfNftDecidesNoMoreThanItMay(String policy, String rules, int losses, String admitted,
            String refused) {
        ImportResult result = ImportFormat.NFT.convert("""
                table ip filter {
                chain fwd {
                type filter hook forward priority filter; policy POLICY;
                RULES
                }
                }
                table ip nat {
                chain pre {
                type nat hook prerouting priority dstnat;
                ip daddr 203.0.113.1 tcp dport 80 dnat to 10.0.0.2
                }
                }
                """.replace("POLICY", policy).replace("RULES", rules.replace(";", "\n")));

        assertThat(losses(result)).hasSize(losses);
        assertThat(ImportedConfig.of(result).admits(WEB, admitted)).isTrue();
        assertThat(refused.equals("-") || !ImportedConfig.of(result).admits(WEB, refused)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"add @m { ip saddr ct count over 20 } reject",
        "limit rate over 10/second drop",
        "ct state new meter f { ip saddr limit rate over 3/second } drop", "meta hour 1 drop"})
    void limitsOfNftAreALoss(String rule) {
        ImportResult result = ImportFormat.NFT.convert("""
                table ip filter {
                set m { type ipv4_addr; flags dynamic; }
                chain fwd {
                type filter hook forward priority filter; policy accept;
                RULE
                }
                }
                table ip nat {
                chain pre {
                type nat hook prerouting priority dstnat;
                ip daddr 203.0.113.1 tcp dport 80 dnat to 10.0.0.2
                }
                }
                """.replace("RULE", rule));

        assertThat(losses(result)).singleElement().asString().startsWith("line 5: ").contains("come in now");
    }
}
