package io.vipgate.importer.nginx;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.common.SyntaxException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NginxImporterTest {
    /** A stream server in front of 192.0.2.1:81, its own lines from line 3 on. */
    private static ImportResult server(String... lines) {
        return NginxImporter
                .convert("stream { server {\nproxy_pass 192.0.2.1:81;\n" + String.join("\n", lines) + "\n} }");
    }

    private static PoolConfig pool(String... lines) {
        return ImportedConfig.of(server("listen 203.0.113.1:80;", String.join("\n", lines))).pool("192-0-2-1-81");
    }

    /** An upstream, its own lines from line 2 on. */
    private static ImportResult upstream(String... lines) {
        return NginxImporter.convert("upstream u {\n" + String.join("\n", lines)
                + "\n}\nserver { listen 203.0.113.1:80; proxy_pass u; }");
    }

    @Test
    void aWholeFileBecomesListenersAndPools() {
        ImportedConfig imported = ImportedConfig.of(NginxImporter.convert(ImportedConfig.file("nginx/nginx.conf")));

        assertThat(imported.config().listeners()).containsOnlyKeys("203-0-113-1-80", "any-5432", "203-0-113-1-443",
                "203-0-113-1-6379");
        assertThat(imported.wiring("203-0-113-1-443")).isEqualTo("203.0.113.1:443 -> vips-2");
        assertThat(imported.wiring("203-0-113-1-80")).isEqualTo("203.0.113.1:80 203.0.113.2:80 -> vips");
        assertThat(imported.listener("203-0-113-1-80").backlog()).isEqualTo(1024);
        assertThat(imported.endpoints("vips")).containsExactly("192.0.2.100=192.0.2.100:80*5",
                "192.0.2.200=192.0.2.200:80*1", "2001-db8--9=[2001:db8::9]:80*0");
        PoolConfig vips = imported.pool("vips");
        assertThat(vips.balance()).isEqualTo(BalanceRule.SOURCE_HASH);
        assertThat(vips.proxyProtocol().version()).isEqualTo(ProxyProtocol.V1);
        assertThat(vips.connect().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(vips.connect().attempts()).hasValue(2);
        assertThat(vips.timeouts().idle()).isEqualTo(Duration.ofSeconds(90));
        assertThat(vips.keepAlive().count()).isEqualTo(10);
        assertThat(vips.userTimeout().endpoint()).isEqualTo(Duration.ofSeconds(1850));
        assertThat(imported.pool("db").slowStart()).isEqualTo(Duration.ofSeconds(30));
        assertThat(imported.pool("db").timeouts().idle()).isEqualTo(Duration.ofHours(1));
        assertThat(imported.notes().getFirst()).contains("proxyProtocol");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"1|own process", "9|layer 7", "17|accessLog", "27|max_fails, fail_timeout",
        "27|pool of its own",
        "29|another hash", "38|looked the name up once", "32|weight is 0", "39|unix socket", "41|not followed",
        "61|no equivalent", "66|does not decide where they go", "67|is vips whatever $ssl_preread_server_name is",
        "71|only TCP",
        "82|unix socket", "87|not followed"})
    void whatAFileHasBesidesIsNotedWithItsLine(int line, String words) {
        assertNoted(NginxImporter.convert(ImportedConfig.file("nginx/nginx.conf")), line, words);
    }

    @Test
    void theInsideOfAStreamSectionMayStandAlone() {
        assertThat(ImportedConfig.of(upstream("server 192.0.2.1:81;")).endpoints("u"))
                .containsExactly("192.0.2.1=192.0.2.1:81*1");
    }

    @Test
    void aFileForHttpIsNotTakenForStream() {
        ImportResult result = NginxImporter.convert("server { listen 80; location / { proxy_pass http://x; } }");

        assertThat(result.failure()).isEqualTo("no server of a stream section that could be carried over");
        assertNoted(result, 1, "not in a stream section");
    }

    @ParameterizedTest
    @CsvSource({"least_conn, least-connections", "hash $remote_addr, source-hash",
        "hash $remote_addr consistent, source-hash", "hash $binary_remote_addr, source-hash",
        "hash $remote_port, round-robin", "random, weighted-random", "random two, power-of-two",
        "random two least_conn, power-of-two", "random two least_time=connect, power-of-two",
        "least_time connect, least-connections", "ip_hash, round-robin", "zone z 64k, round-robin"})
    void balancingBecomesTheNearestRule(String directive, String rule) {
        assertThat(upstream(directive + ";", "server 192.0.2.1:81;").yaml()).contains("balance: " + rule);
    }

    @Test
    void wordsOfAServerAreCarriedOver() {
        assertThat(ImportedConfig
                .of(upstream("server 192.0.2.1:81 weight=1000;", "server 192.0.2.2:81 weight=10 backup;",
                        "server [2001:db8::1]:81 down weight=5;", "server web.example.com:81 max_conns=7;"))
                .endpoints("u"))
                .containsExactly("192.0.2.1=192.0.2.1:81*256", "(192.0.2.2=192.0.2.2:81*10)",
                        "2001-db8--1=[2001:db8::1]:81*0", "web.example.com=web.example.com:81*1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/x", "192.0.2.1", "$backend", "192.0.2.1:0", "192.0.2.300:80", "2001:db8::1",
        "255.255.255.255:80", ""})
    void serversWithoutAnAddressAreLeftOut(String server) {
        ImportResult result = upstream("server " + server + ";");

        assertThat(result.yaml()).isEmpty();
        assertNoted(result, 2, "left out");
    }

    @ParameterizedTest
    @CsvSource({"80, 0.0.0.0:80", "*:80, 0.0.0.0:80", "203.0.113.1:80, 203.0.113.1:80", "'[::]:80', '[::]:80'",
        "'[::]:80 ipv6only=off', :80", "'[::]:80 ipv6only=on', '[::]:80'", "'[2001:db8::1]:80', '[2001:db8::1]:80'",
        "203.0.113.1:80-82, '203.0.113.1:80, 203.0.113.1:81, 203.0.113.1:82'"})
    void addressesToListenOn(String listen, String expected) {
        assertThat(ImportedConfig
                .of(NginxImporter.convert("server { listen " + listen + "; proxy_pass 192.0.2.1:99; }")).config()
                .listeners().values()).singleElement().extracting(each -> each.bind().toString())
                .isEqualTo("[" + expected + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"53 udp", "443 ssl", "unix:/run/x.sock", "web:80", "0", "80-70",
        "1-9999",
        "", "203.0.113.1"})
    void listensThatAreNoneAreNoted(String listen) {
        ImportResult result = server("listen " + listen + ";");

        assertThat(result.yaml()).isEmpty();
        assertNoted(result, 3, "left out");
    }

    @ParameterizedTest
    @CsvSource({"on, 30s, 5s, 3, 1m", "30m::10, 30m, 5s, 10, 1850s", ":10s:, 30s, 10s, 3, 1m", "::5, 30s, 5s, 5, 1m",
        "32767::127, 32767s, 5s, 127, 33402s", "32767:32767:127, 32767s, 32767s, 127, 0s", "off, 30s, 5s, 3, 1m"})
    void keepaliveThatIsPatientHasAUserTimeoutThatIs(String value, String idle, String interval, int count,
            String userTimeout) {
        PoolConfig pool = ImportedConfig.of(server("listen 203.0.113.1:80 so_keepalive=" + value + ";"))
                .pool("192-0-2-1-81");

        assertThat(List.of(pool.keepAlive().idle(), pool.keepAlive().interval(), pool.userTimeout().endpoint()))
                .extracting(Durations::print).containsExactly(idle, interval, userTimeout);
        assertThat(pool.keepAlive().count()).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({"90, 90s", "1m30s, 90s", "'\"1m 30s\"', 90s", "500ms, 500ms", "1d, 24h", "1y, 8760h", "2M, 1440h",
        "9999y, 8760h", "0, 1ms"})
    void timesAreSecondsOrSums(String time, String expected) {
        assertThat(Durations.print(pool("proxy_timeout " + time + ";").timeouts().idle())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"proxy_next_upstream off, 1", "proxy_next_upstream_tries 5, 5", "proxy_next_upstream_tries 99, 16"})
    void attempts(String directive, int attempts) {
        assertThat(pool(directive + ";").connect().attempts()).hasValue(attempts);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.9, 1", "192.0.2.9:0, 1", "$remote_addr transparent, 0", "off, 0", "2001:db8::9, 0"})
    void sources(String bind, int count) {
        assertThat(pool("proxy_bind " + bind + ";").source()).hasSize(count);
    }

    @Test
    void serversThatDifferHavePoolsOfTheirOwn() {
        ImportedConfig imported = ImportedConfig.of(NginxImporter.convert("""
                upstream u { server 192.0.2.1:81; }
                server { listen 203.0.113.1:1; proxy_pass u; }
                server { listen 203.0.113.1:2; proxy_pass u; proxy_timeout 1h; }
                server { listen 203.0.113.1:3; proxy_pass u; }
                """));

        assertThat(imported.wiring("203-0-113-1-2")).endsWith("-> u-2");
        assertThat(imported.wiring("203-0-113-1-3")).endsWith("-> u");
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy_ssl on", "proxy_pass $name"})
    void serversThatDoMoreThanRelayAreLeftOut(String directive) {
        ImportResult result = server("listen 203.0.113.1:80;", directive + ";");

        assertThat(result.yaml()).isEmpty();
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains("left out"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {"a {^b;~line 1: the block of a that begins here is not closed",
        "a;^}~line 2: a } that closes nothing",
        "a^b~line 1: the directive that begins here does not end with a semicolon",
        "a {^b^}~line 3: a } where the directive of line 2 should end with a semicolon",
        "a;^;~line 2: a semicolon that ends nothing", "a;^{ }~line 2: a { that belongs to nothing",
        "a 'b;^c;~line 1: a quote (') is not closed",
        "a \"b\"c;~line 1: a blank, a semicolon or a { is missing after a quote"}, quoteCharacter = '`')
    void brokenSyntaxIsToldWithItsLine(String text, String failure) {
        assertThat(NginxImporter.convert(text.replace('^', '\n')).failure()).isEqualTo(failure);
    }

    @Test
    void quotesEscapesCommentsAndCodeAreRead() throws SyntaxException {
        List<Statement> statements = NginxParser.parse("""
                a 'b # c' "d\\"e" f\\;g ${h} i#j; # k
                content_by_lua_block {
                    if x then y = "}" end { ';
                    }
                }
                l
                  m;
                """.replace("\"}\"", "z"));

        assertThat(statements.getFirst().words()).containsExactly("a", "b # c", "d\"e", "f\\;g", "${h}", "i#j");
        assertThat(statements.getLast()).isEqualTo(new Statement(6, List.of("l", "m"), List.of(), false));
    }
}
