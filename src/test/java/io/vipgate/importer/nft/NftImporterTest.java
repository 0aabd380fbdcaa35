package io.vipgate.importer.nft;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.iptables.IptablesImporter;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NftImporterTest {
    private static ImportResult nat(String... rules) {
        return NftImporter.convert("""
                table ip nat {
                  set vips {
                    type ipv4_addr
                    flags interval
                    elements = { 203.0.113.1, 203.0.113.7-203.0.113.8 }
                  }
                  map services {
                    type ipv4_addr . inet_service : ipv4_addr . inet_service
                    elements = { 203.0.113.1 . 80 : 192.0.2.10 . 8080,
                                 203.0.113.2 . 81 : 192.0.2.20 . 8081 }
                  }
                  chain a {
                    tcp dport 80 dnat to 192.0.2.10:80
                  }
                  chain b {
                    tcp dport 80 dnat to 192.0.2.20:80
                  }
                  chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    %s
                  }
                }
                """.formatted(String.join("\n    ", rules)));
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

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "dnat to numgen random mod 2 map { 0 : 192.0.2.10, 1 : 192.0.2.20 }|WEIGHTED_RANDOM 192.0.2.10:80*1 192.0.2.20:80*1",
        "dnat to numgen inc mod 2 map { 0 : 192.0.2.10, 1 : 192.0.2.20 }|ROUND_ROBIN 192.0.2.10:80*1 192.0.2.20:80*1",
        "dnat to numgen inc mod 2 map {0: 192.0.2.10, 1:192.0.2.20}|ROUND_ROBIN 192.0.2.10:80*1 192.0.2.20:80*1",
        "dnat to numgen random mod 10 offset 5 map { 5-7 : 192.0.2.10, 8-14 : 192.0.2.20 }:8080|WEIGHTED_RANDOM 192.0.2.10:8080*3 192.0.2.20:8080*7",
        "dnat ip to numgen inc mod 3 map { 0 : 192.0.2.10 . 81, 1-2 : 192.0.2.20 . 82 }|ROUND_ROBIN 192.0.2.10:81*1 192.0.2.20:82*2",
        "dnat ip addr . port to numgen inc mod 2 map { 0 : 192.0.2.10 . 81, 1 : 192.0.2.20 . 82 }|ROUND_ROBIN 192.0.2.10:81*1 192.0.2.20:82*1",
        "dnat to jhash ip saddr mod 2 seed 0xdeadbeef map { 0 : 192.0.2.10, 1 : 192.0.2.20 }|SOURCE_HASH 192.0.2.10:80*1 192.0.2.20:80*1",
        "numgen random mod 4 vmap { 0 : jump a, 1-3 : goto b }|WEIGHTED_RANDOM 192.0.2.10:80*1 192.0.2.20:80*3",
        "counter packets 3 bytes 180 log prefix \"x\" dnat to 192.0.2.10-192.0.2.11 persistent comment \"c\"|SOURCE_HASH 192.0.2.10:80*1 192.0.2.11:80*1",
        "ct state new iifname \"eth0\" fib daddr type local tcp flags syn / fin,syn,rst,ack jump b|WEIGHTED_RANDOM 192.0.2.20:80*1"})
    void connectionsKeepTheirShares(String statement, String shares) {
        ImportResult result = nat("ip daddr 203.0.113.1 tcp dport 80 " + statement);

        assertThat(shares(result)).containsExactly("203.0.113.1:80: " + shares);
        assertThat(result.hasLoss()).isFalse();
    }

    @Test
    void oneChanceAfterTheOtherTakesOfWhatIsLeft() {
        String web = "ip daddr 203.0.113.1 tcp dport 80 ";
        List<String> equal = List.of("203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:80*1 192.0.2.20:80*1");

        assertThat(shares(nat(web + "numgen random mod 2 < 1 jump a", web + "jump b"))).isEqualTo(equal);
        assertThat(shares(nat(web + "numgen random mod 2 == 0 jump a", "tcp dport 80 ip daddr 203.0.113.1 jump b")))
                .isEqualTo(equal);
        assertThat(shares(nat(web + "meta random & 2147483647 < 1073741824 dnat to 192.0.2.10:80", web + "jump b")))
                .isEqualTo(equal);
        assertThat(shares(nat(web + "meta mark set numgen random mod 2", web + "meta mark 0x1 jump a", web + "jump b")))
                .isEqualTo(equal);
    }

    @Test
    void setsMapsAndVerdictMapsAreLookedUp() {
        assertThat(shares(nat("ip daddr @vips tcp dport { 80, 443 } dnat to 192.0.2.10"))).hasSize(6)
                .contains("203.0.113.8:443: WEIGHTED_RANDOM 192.0.2.10:443*1");
        assertThat(shares(nat("dnat ip to ip daddr . tcp dport map @services"))).containsExactly(
                "203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:8080*1",
                "203.0.113.2:81: WEIGHTED_RANDOM 192.0.2.20:8081*1");
        assertThat(shares(nat("ip daddr 203.0.113.1 tcp dport vmap { 80 : jump b, 443 : accept }")))
                .containsExactly("203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.20:80*1");
        assertThat(shares(nat("ip daddr . tcp dport { 203.0.113.1 . 80, 203.0.113.3 . 80 } jump b"))).hasSize(2);
    }

    @Test
    void definitionsAndCommandsAreFollowed() {
        assertThat(shares(NftImporter.convert("""
                #!/usr/sbin/nft -f
                flush ruleset
                define VIP = 203.0.113.1
                define SERVERS = { 0 : 192.0.2.10, 1 : 192.0.2.20 }
                add table ip nat
                add chain ip nat pre { type nat hook prerouting priority -100 ; }
                add rule ip nat pre ip daddr $VIP tcp dport 80 dnat to numgen inc mod 2 map $SERVERS
                """))).containsExactly("203.0.113.1:80: ROUND_ROBIN 192.0.2.10:80*1 192.0.2.20:80*1");
        assertThat(shares(NftImporter.convert("""
                nft add table ip nat
                nft 'add chain ip nat pre { type nat hook prerouting priority -100 ; }'
                nft add rule ip nat pre ip daddr 203.0.113.1 tcp dport 80 dnat to 192.0.2.20:80
                nft insert rule nat pre ip daddr 203.0.113.1 tcp dport 80 numgen random mod 2 0 dnat to 192.0.2.10:80
                """))).containsExactly("203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:80*1 192.0.2.20:80*1");
    }

    @Test
    void inetTablesServeBothFamilies() {
        assertThat(shares(NftImporter.convert("""
                table inet nat {
                  chain pre {
                    type nat hook prerouting priority dstnat + 5; policy accept;
                    tcp dport 80 dnat ip to 192.0.2.10
                    tcp dport 80 dnat ip6 to [2001:db8::1]:8080
                    ip6 daddr 2001:db8::9 tcp dport 443 dnat to 2001:db8::2
                  }
                }
                """))).containsExactly("0.0.0.0:80: WEIGHTED_RANDOM 192.0.2.10:80*1",
                "[2001:db8::9]:443: WEIGHTED_RANDOM [2001:db8::2]:443*1",
                "[::]:80: WEIGHTED_RANDOM [2001:db8::1]:8080*1");
    }

    @ParameterizedTest
    @CsvSource({"ip saddr 10.0.0.0/8", "limit rate 10/second", "meta hour \"08:00\"-\"18:00\"", "ip dscp 3",
        "xt match \"statistic\""})
    void whatDecidesAShareAndIsNotFollowedLeavesTheListenerOut(String match) {
        ImportResult result = nat("ip daddr 203.0.113.1 tcp dport 80 " + match + " dnat to 192.0.2.10",
                "ip daddr 203.0.113.1 tcp dport 80 dnat to 192.0.2.20", "ip daddr 203.0.113.2 tcp dport 80 jump b");

        assertThat(shares(result)).containsExactly("203.0.113.2:80: WEIGHTED_RANDOM 192.0.2.20:80*1");
        assertThat(result.hasLoss()).isTrue();
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains("203.0.113.1:80 is left out"));
    }

    @Test
    void rulesOfTheOtherProgramAreToldApart() {
        assertThat(NftImporter.convert("*nat")
                .failure())
                .contains("vipgate import iptables");
        assertThat(IptablesImporter.convert("table ip nat {").failure())
                .contains("vipgate import nft");
        ImportResult result = NftImporter.convert("""
                # Warning: table ip nat is managed by iptables-nft, do not touch!
                table ip nat {
                  chain PREROUTING {
                    type nat hook prerouting priority dstnat; policy accept;
                    ip daddr 203.0.113.1 tcp dport 80 numgen inc mod 2 0 counter packets 0 bytes 0 dnat to 192.0.2.10:80
                    ip daddr 203.0.113.1 tcp dport 80 counter packets 0 bytes 0 dnat to 192.0.2.20:80
                  }
                }
                """);
        assertThat(shares(result)).containsExactly("203.0.113.1:80: ROUND_ROBIN 192.0.2.10:80*1 192.0.2.20:80*1");
        ImportedConfig.assertNoted(result, 1, "managed by iptables-nft");
    }

    @Test
    void aRuleForOneFamilyInATableOfBothIsNotSaidToBeUnreached() {
        ImportResult result = NftImporter.convert("""
                table inet lb {
                  set vips { type ipv4_addr; elements = { 203.0.113.1 } }
                  chain a { dnat ip to 192.0.2.10:80 }
                  chain b { dnat ip to 192.0.2.20:80 }
                  chain web { numgen random mod 4 vmap { 0 : jump a, 1-3 : goto b } }
                  chain pre {
                    type nat hook prerouting priority -100;
                    ip daddr @vips tcp dport vmap { 80 : jump web, 81 : goto a }
                  }
                }
                """);

        assertThat(shares(result)).containsExactly("203.0.113.1:80: WEIGHTED_RANDOM 192.0.2.10:80*1 192.0.2.20:80*3",
                "203.0.113.1:81: WEIGHTED_RANDOM 192.0.2.10:80*1");
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("never reached"));
    }

    @Test
    void aMapWithoutAValueIsNamed() {
        ImportResult result = nat("ip daddr 203.0.113.1 tcp dport 80 numgen random mod 2 vmap { 0 : jump a, 1 :  }");

        assertThat(result.yaml()).isEmpty();
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains("203.0.113.1:80 is left out"));
    }
}
