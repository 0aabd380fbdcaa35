package io.vipgate.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ClientAddressMode;
import io.vipgate.config.PoolConfig;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether endpoints go on seeing the clients' addresses as those of connections. */
class ClientAddressImportTest {
    private static PoolConfig pool(ImportResult result) {
        return ImportedConfig.of(result).config().pools().values().iterator().next();
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    private static void assertKept(ImportResult result, boolean isKept, String loss) {
        assertThat(pool(result).clientAddress()).isEqualTo(isKept ? ClientAddressMode.REQUIRE : ClientAddressMode.NONE);
        assertThat(pool(result).source()).isEmpty();
        assertThat(ImportedConfig.notes(result).getFirst().contains("clientAddress: require")).isEqualTo(isKept);
        if (loss == null) {
            assertThat(losses(result)).isEmpty();
        } else {
            assertThat(losses(result)).singleElement().asString().contains(loss);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"$remote_addr transparent|true|", "${remote_addr} transparent|true|",
        "$remote_addr:$remote_port transparent|true|another port", "$proxy_protocol_addr transparent|true|",
        "$realip_remote_addr transparent|false|computed for each connection", "off|false|", "$remote_addr|false|"})
    void nginx(String bind, boolean isKept, String loss) {
        assertKept(
                ImportFormat.NGINX.convert("server { listen 203.0.113.1:80; proxy_pass 192.0.2.1:80; proxy_bind " + bind
                        + "; }"),
                isKept, loss);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"$remote_addr transparent||the address of the balancer",
        "$proxy_protocol_addr transparent||", "$remote_addr transparent|set_real_ip_from 0.0.0.0/0;|"})
    void nginxBehindABalancer(String bind, String realIp, String loss) {
        assertKept(ImportFormat.NGINX.convert("server { listen 203.0.113.1:80 proxy_protocol; proxy_pass 192.0.2.1:80; "
                + (realIp == null ? "" : realIp) + " proxy_bind " + bind + "; }"), true, loss);
    }

    @Test
    void nginxFromAnAddressThatIsNotTheClients() {
        ImportResult result = ImportFormat.NGINX.convert(
                "server { listen 203.0.113.1:80; proxy_pass 192.0.2.1:80; proxy_bind 192.0.2.9 transparent; }");

        assertThat(pool(result).clientAddress()).isEqualTo(ClientAddressMode.NONE);
        assertThat(pool(result).source()).hasToString("[/192.0.2.9]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"source 0.0.0.0 usesrc clientip;server a 192.0.2.1:80|true|",
        "source 192.0.2.200 usesrc clientip;server a 192.0.2.1:80|true|",
        "source 0.0.0.0 usesrc client;server a 192.0.2.1:80|true|another port",
        "server a 192.0.2.1:80 source 0.0.0.0 usesrc clientip|true|",
        "default-server source 0.0.0.0 usesrc clientip;server a 192.0.2.1:80;server b 192.0.2.2:80|true|",
        "server a 192.0.2.1:80 source 0.0.0.0 usesrc clientip;server b 192.0.2.2:80|false|holds for a whole pool",
        "default-server source 0.0.0.0 usesrc clientip;server a 192.0.2.1:80;server b 192.0.2.2:80 source 0.0.0.0|false|whole pool",
        "source 0.0.0.0 usesrc 192.0.2.7;server a 192.0.2.1:80|false|now they see the gateway's",
        "source 0.0.0.0 usesrc hdr_ip(x-forwarded-for,-1);server a 192.0.2.1:80|false|now they see the gateway's"})
    void haproxy(String lines, boolean isKept, String loss) {
        String text = lines.replace(";", "\n");
        assertKept(ImportFormat.HAPROXY.convert("listen web\nbind 203.0.113.1:80\n" + text + "\n"), isKept, loss);
        if (text.startsWith("source")) {
            assertKept(ImportFormat.HAPROXY.convert("defaults\nmode tcp\n" + text.lines().findFirst().orElseThrow()
                    + "\nlisten web\nbind 203.0.113.1:80\nserver a 192.0.2.1:80\n"), isKept, loss);
        }
    }

    @ParameterizedTest
    @CsvSource({"NAT, as with NAT", "DR, need a route back", "TUN, need a route back"})
    void keepalived(String kind, String words) {
        ImportResult result = ImportFormat.KEEPALIVED.convert("virtual_server 203.0.113.1 80 {\nlb_kind " + kind
                + "\nprotocol TCP\nreal_server 192.0.2.1 80 {\nTCP_CHECK {\n}\n}\n}\n");

        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.startsWith("line 2: ") && note.contains(words)
                && note.contains("pools.P.clientAddress") && note.contains("vipgate check --routing"));
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'', true", "-A POSTROUTING -j MASQUERADE, false",
        "-A POSTROUTING -d 192.0.2.0/24 -j SNAT --to-source 192.0.2.9, false",
        "-A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE, true", "-A POSTROUTING -o eth0 -j MASQUERADE, true",
        "-A POSTROUTING -j ACCEPT, true"})
    void iptables(String rule, boolean isNamed) {
        ImportResult result = ImportFormat.IPTABLES
                .convert("*nat\n-A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 -j DNAT "
                        + "--to-destination 192.0.2.1:80\n-A PREROUTING -d 203.0.113.1/32 -p tcp --dport 81 -j DNAT "
                        + "--to-destination 192.0.2.1:81\n" + rule + "\nCOMMIT\n");

        assertNamedOnce(result, isNamed);
    }

    @ParameterizedTest
    @CsvSource({"'', true", "masquerade, false", "ip daddr 192.0.2.0/24 snat to 192.0.2.9, false",
        "ip saddr 192.0.2.0/24 masquerade, true", "oifname \"eth0\" masquerade, true"})
    void nft(String rule, boolean isNamed) {
        ImportResult result = ImportFormat.NFT
                .convert("table ip nat {\nchain pre {\ntype nat hook prerouting priority dstnat; "
                        + "policy accept;\nip daddr 203.0.113.1 tcp dport 80 dnat to 192.0.2.1:80\n}\nchain post {\ntype nat hook "
                        + "postrouting priority srcnat; policy accept;\n" + rule + "\n}\n}\n");

        assertNamedOnce(result, isNamed);
    }

    private static void assertNamedOnce(ImportResult result, boolean isNamed) {
        assertThat(ImportedConfig.notes(result)).filteredOn(note -> note.contains("pools.P.clientAddress"))
                .hasSize(isNamed ? 1 : 0);
        assertThat(ImportedConfig.notes(result).getFirst()).contains("proxyProtocol: v2");
        assertThat(losses(result)).isEmpty();
    }
}
