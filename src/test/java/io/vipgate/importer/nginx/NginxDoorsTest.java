package io.vipgate.importer.nginx;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.AcceptProxyConfig;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may come in to a stream server, and as whom. */
class NginxDoorsTest {
    private static final String WEB = "203-0-113-1-80";

    /** A server on 203.0.113.1:80; its own lines from line 4 on, those of the section on line 2. */
    private static ImportResult server(String stream, String server) {
        return NginxImporter
                .convert("stream {\n" + stream + "\nupstream pa { server 192.0.2.1:80; } server {\n" + server
                        + (server.contains("listen ") ? "" : " listen 203.0.113.1:80;")
                        + (server.contains("proxy_pass ") ? "" : " proxy_pass pa;") + "\n}\n}\n");
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    private static AcceptProxyConfig acceptProxy(ImportResult result) {
        return ImportedConfig.of(result).listener(WEB).acceptProxy().orElseThrow();
    }

    // ---- allow and deny ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "deny 192.168.1.1; allow 192.168.1.0/24; allow 10.1.1.0/16; allow 2001:0db8::/32; deny all;"
                + "|192.168.1.2 10.1.7.7 2001:db8::7|192.168.1.1 10.2.0.1 2001:db9::1",
        "allow 192.168.1.0/24; deny 192.168.1.1; deny all;|192.168.1.1|192.168.2.1",
        "deny 198.51.100.0/24;|203.0.113.9 2001:db8::1|198.51.100.7",
        "allow all; deny 198.51.100.0/24;|198.51.100.7|-",
        "deny 10.0.0.0/8; allow 10.1.0.0/16;|11.0.0.1|10.1.0.1 10.2.0.1",
        "allow 10.1.0.0/16; deny 10.0.0.0/8;|11.0.0.1 10.1.0.1|10.2.0.1",
        "allow 192.168.1.77/255.255.255.0; deny all;|192.168.1.1|192.168.2.1",
        "deny 10.0.0.0/25; deny 10.0.0.128/25; allow unix:;|10.0.1.0|10.0.0.200"})
    void theFirstMatchOfNginxIsTheLongestOfVipgate(String rules, String admitted, String refused) {
        ImportResult result = server("", rules);

        assertThat(losses(result)).isEmpty();
        ImportedConfig config = ImportedConfig.of(result);
        assertThat(admitted.split(" ", -1)).allMatch(client -> config.admits(WEB, client));
        assertThat(refused.equals("-") ? new String[0] : refused.split(" ", -1)).noneMatch(
                client -> config.admits(WEB, client));
    }

    @Test
    void rulesOfTheSectionHoldWhereAServerHasNone() {
        ImportedConfig inherited = ImportedConfig.of(server("deny 198.51.100.0/24;", ""));
        ImportedConfig own = ImportedConfig.of(server("deny 198.51.100.0/24;", "deny 192.0.2.0/24;"));

        assertThat(inherited.admits(WEB, "198.51.100.1")).isFalse();
        assertThat(own.admits(WEB, "198.51.100.1")).isTrue();
        assertThat(own.admits(WEB, "192.0.2.1")).isFalse();
    }

    @Test
    void aLongListStaysAsItIs() {
        StringBuilder rules = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            rules.append("deny 10.").append(i >> 8).append('.').append(i & 255).append(".7;\n");
        }
        ImportedConfig config = ImportedConfig.of(server("", rules + "allow all;"));

        assertThat(config.listener(WEB).access().orElseThrow().deny()).hasSize(3000);
        assertThat(losses(config.result())).isEmpty();
    }

    // ---- PROXY protocol ----

    @Test
    void aHeaderFromEverybodyIsKeptAndTheRiskIsNamed() {
        ImportResult result = server("", "listen 203.0.113.1:80 proxy_protocol;");

        assertThat(acceptProxy(result).from()).hasToString("[0.0.0.0/0]");
        assertThat(acceptProxy(result).timeout()).isEqualTo(Duration.ofSeconds(30));
        assertNoted(result, 4, "can claim to be anybody");
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void whomSetRealIpFromNamesIsBelieved() {
        ImportResult result = server("proxy_protocol_timeout 1m;", """
                listen 203.0.113.1:80 proxy_protocol;
                set_real_ip_from 192.0.2.0/28;
                set_real_ip_from 2001:db8::1;
                deny 198.51.100.0/24;""");

        assertThat(acceptProxy(result).from()).hasToString("[192.0.2.0/28, 2001:db8::1]");
        assertThat(acceptProxy(result).timeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(ImportedConfig.of(result).admits(WEB, "198.51.100.7")).isFalse();
        assertThat(losses(result)).singleElement().asString().contains("only those that it names may come in");
        assertThat(
                losses(server("", "listen 203.0.113.1:80 proxy_protocol; set_real_ip_from 0.0.0.0/0; set_real_ip_from "
                        + "::/0;")))
                .isEmpty();
    }

    @Test
    void withoutItRulesAreAboutTheBalancer() {
        ImportResult result = server("limit_conn_zone $binary_remote_addr zone=z:1m;",
                "listen 203.0.113.1:80 proxy_protocol; allow 192.0.2.0/28; deny all; limit_conn z 5;");

        assertThat(acceptProxy(result).from()).hasToString("[192.0.2.0/28]");
        assertThat(ImportedConfig.of(result).listener(WEB).access()).isEmpty();
        assertThat(losses(result)).singleElement().asString().contains("connections of each balancer");
    }

    @Test
    void addressesWithAndWithoutAHeaderAreListenersOfTheirOwn() {
        ImportedConfig config = ImportedConfig.of(server("limit_conn_zone $binary_remote_addr zone=z:1m;",
                "listen 203.0.113.1:80; listen 203.0.113.1:81 proxy_protocol; set_real_ip_from 192.0.2.0/28; "
                        + "limit_conn z 5;"));

        assertThat(config.listener(WEB).acceptProxy()).isEmpty();
        assertThat(config.listener("203-0-113-1-81").acceptProxy()).isPresent();
        assertThat(losses(config.result())).anyMatch(loss -> loss.contains("becomes several listeners"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"deny all;|there are no networks that acceptProxy.from could have",
        "set_real_ip_from proxy.example;|write what it stands for",
        "set_real_ip_from proxy.example; allow 198.51.100.0/24; deny all;|set_real_ip_from names no networks",
        "set_real_ip_from unix:; deny 198.51.100.0/24;|set_real_ip_from names no networks",
        "set_real_ip_from 2001:db8::/32;|set_real_ip_from names no networks"})
    void anAddressIsLeftOutWhereNothingSaysWhoTheBalancersAre(String line, String words) {
        ImportResult result = server("", "listen 203.0.113.1:80 proxy_protocol; listen 203.0.113.1:81; " + line);

        assertThat(losses(result)).anyMatch(loss -> loss.contains(words) && loss.startsWith("line 4: "))
                .anyMatch(loss -> loss.contains("the address is left out"));
        assertThat(ImportedConfig.of(result).config().listeners()).containsOnlyKeys("203-0-113-1-81");
    }

    @Test
    void everyAddressThatCanComeIsBelieved() {
        ImportResult result = server("",
                "listen 203.0.113.1:80 proxy_protocol; set_real_ip_from 0.0.0.0/0; deny 198.51.100.0/24;");

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).listener(WEB).access().orElseThrow().deny())
                .hasToString("[198.51.100.0/24]");
        assertThat(losses(server("", "listen [::]:80 proxy_protocol ipv6only=off; set_real_ip_from 0.0.0.0/0;")))
                .singleElement().asString().contains("only those that it names may come in");
    }

    @Test
    void networksOfTheOtherFamilyAreNotAdded() {
        ImportResult direct = server("", "allow 10.0.0.0/8; allow ::/0; deny all;");
        ImportResult balancers = server("", "listen 203.0.113.1:80 proxy_protocol; deny 128.0.0.0/1;");

        assertThat(ImportedConfig.of(direct).listener(WEB).access().orElseThrow().allow()).hasToString("[10.0.0.0/8]");
        assertThat(acceptProxy(balancers).from()).hasToString("[0.0.0.0/1]");
    }

    @Test
    void addressesThatAMapTellsApartExpectTheHeaderOfTheirWildcard() {
        ImportedConfig config = ImportedConfig.of(server("map $server_addr $to { 203.0.113.5 pa; default pb; }\n"
                + "upstream pb { server 192.0.2.1:8080; }",
                "listen 80 proxy_protocol; set_real_ip_from 10.0.0.0/8; proxy_pass $to;"));

        assertThat(config.listener("203-0-113-5-80").acceptProxy().orElseThrow().from()).hasToString("[10.0.0.0/8]");
        assertThat(config.listener("any-80").acceptProxy()).isPresent();
    }

    // ---- limits ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "$binary_remote_addr|limit_conn z 5;|PerSourceConfig[ipv4Prefix=32, ipv6Prefix=64, maxConnections=5",
        "$remote_addr|limit_conn z 9; limit_conn z 5; listen [::]:80;|PerSourceConfig[ipv4Prefix=32, ipv6Prefix=128, maxConnections=5",
        "${binary_remote_addr}|limit_conn z 5; limit_conn_dry_run on;|dryRun=true"})
    void connectionsOfOneClient(String key, String lines, String limits) {
        ImportResult result = server("limit_conn_zone " + key + " zone=z:10m;", lines);

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).config().listeners().values()).singleElement()
                .satisfies(listener -> assertThat(listener.perSource().orElseThrow().toString()).contains(limits));
    }

    @ParameterizedTest
    @ValueSource(strings = {"set_real_ip_from 0.0.0.0/0;", "", "allow 10.0.0.0/8; deny all;"})
    void theAddressInTheHeaderIsTheClients(String lines) {
        ImportResult result = server("limit_conn_zone $proxy_protocol_addr zone=z:10m;",
                "listen 203.0.113.1:80 proxy_protocol; limit_conn z 5; " + lines);

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).listener(WEB).perSource().orElseThrow().toString())
                .contains("maxConnections=5");
    }

    @Test
    void withoutAHeaderItsAddressCountsNobody() {
        ImportResult result = server("limit_conn_zone $proxy_protocol_addr zone=z:10m;", "limit_conn z 5;");

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).listener(WEB).perSource()).isEmpty();
        assertNoted(result, 4, "counts nobody");
    }

    @Test
    void connectionsOfAServer() {
        String zone = "limit_conn_zone $server_addr zone=s:1m;";

        assertThat(ImportedConfig.of(server(zone, "limit_conn s 100;")).listener(WEB).maxConnections()).contains(100);
        assertThat(losses(server(zone, "limit_conn s 100;"))).isEmpty();
        assertThat(losses(server(zone, "limit_conn s 100; listen 203.0.113.1:80-81;"))).singleElement().asString()
                .contains("counts by $server_addr");
        assertThat(losses(server(zone, "limit_conn nosuch 100;"))).singleElement().asString()
                .contains("no limit_conn_zone");
    }

    // ---- geo ----

    @Test
    void clientsForWhomThereIsNoServerAreRefused() {
        ImportedConfig config = ImportedConfig.of(server(
                "geo $bad { default 0; 198.51.100.0/24 1; 198.51.100.7/32 0; 2001:db8::/32 1; }\n"
                        + "map $bad $to { 0 pa; 1 \"\"; }",
                "deny 203.0.113.9; listen [::]:80 ipv6only=off; proxy_pass $to;"));

        assertThat(List.of("198.51.100.7", "192.0.2.1", "2001:db9::1"))
                .allMatch(client -> config.admits("any-80", client));
        assertThat(List.of("198.51.100.8", "2001:db8::1", "203.0.113.9"))
                .noneMatch(client -> config.admits("any-80", client));
        assertThat(losses(config.result())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"geo $to { ranges; 198.51.100.0-198.51.100.9 pa; }", "geo $x $to { 198.51.100.0/24 pa; }",
        "geo $to { include countries.conf; 198.51.100.0/24 pa; }"})
    void whatIsNotByNetworksAloneIsALoss(String geo) {
        assertThat(losses(server(geo, "proxy_pass $to;"))).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "geo $proxy_protocol_addr $to|listen 203.0.113.1:80 proxy_protocol;",
        "geo $proxy_protocol_addr $to|listen 203.0.113.1:80 proxy_protocol; set_real_ip_from 0.0.0.0/0;",
        "geo $to|listen 203.0.113.1:80 proxy_protocol; set_real_ip_from 0.0.0.0/0;",
        "geo $remote_addr $to|listen 203.0.113.1:80;", "geo $realip_remote_addr $to|listen 203.0.113.1:80;"})
    void geoByTheClientIsAccess(String geo, String lines) {
        ImportedConfig config = ImportedConfig.of(server(geo + " { default pa; 198.51.100.0/24 \"\"; }",
                lines + " proxy_pass $to;"));

        assertThat(losses(config.result())).isEmpty();
        assertThat(config.admits(WEB, "198.51.100.1")).isFalse();
        assertThat(config.admits(WEB, "203.0.113.1")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"geo $to|listen 203.0.113.1:80 proxy_protocol;",
        "geo $realip_remote_addr $to|listen 203.0.113.1:80 proxy_protocol; set_real_ip_from 0.0.0.0/0;"})
    void geoByTheBalancerSaysWhoseHeadersAreTaken(String geo, String lines) {
        ImportResult result = server(geo + " { 198.51.100.0/24 pa; }", lines + " proxy_pass $to;");

        assertThat(losses(result)).isEmpty();
        assertThat(acceptProxy(result).from()).hasToString("[198.51.100.0/24]");
        assertThat(ImportedConfig.of(result).listener(WEB).access()).isEmpty();
    }

    @Test
    void geoByAHeaderThatDoesNotComeIsItsDefault() {
        ImportResult result = server("geo $proxy_protocol_addr $to { default pa; 198.51.100.0/24 \"\"; }",
                "proxy_pass $to;");

        assertThat(losses(result)).isEmpty();
        assertThat(ImportedConfig.of(result).admits(WEB, "198.51.100.1")).isTrue();
    }
}
