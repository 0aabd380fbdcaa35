package io.vipgate.importer.nginx;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.PoolConfig;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server and its upstream do without saying so, and what they do that vipgate does not. */
class NginxServerTest {
    /** A server with one upstream, whose lines are on line 1, and its own on line 2. */
    private static ImportResult convert(String upstream, String server) {
        return NginxImporter
                .convert("upstream a { " + upstream + " }\n" + "server { listen 203.0.113.1:80; proxy_pass a; "
                        + server + " }\n");
    }

    private static PoolConfig pool(String upstream, String server) {
        return ImportedConfig.of(convert(upstream, server)).pool("a");
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    // ---- what holds unwritten ----

    @Test
    void theTimesOfNginxAreWrittenOutWhereTheFileSaysNothing() {
        PoolConfig pool = pool("server 192.0.2.11:80; server 192.0.2.12:80;", "");

        assertThat(Durations.print(pool.connect().timeout())).isEqualTo("1m");
        assertThat(pool.connect().attempts()).hasValue(2);
        assertThat(Durations.print(pool.timeouts().idle())).isEqualTo("10m");
        assertThat(pool.balance()).isEqualTo(BalanceRule.ROUND_ROBIN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"server 192.0.2.1:80;||1",
        "server 192.0.2.1:80; server 192.0.2.2:80 backup;||2",
        "server 192.0.2.1:80; server 192.0.2.2:80 down;||1", "server web.example:80;||16",
        "server 192.0.2.1:80; server 192.0.2.2:80;|proxy_next_upstream off;|1",
        "server 192.0.2.1:80; server 192.0.2.2:80;|proxy_next_upstream on;|2",
        "server 192.0.2.1:80; server 192.0.2.2:80;|proxy_next_upstream_tries 0;|2",
        "server 192.0.2.1:80; server 192.0.2.2:80;|proxy_next_upstream_tries 1;|1"})
    void everyServerIsTriedUnlessTheFileSaysOtherwise(String upstream, String server, int attempts) {
        assertThat(pool(upstream, server == null ? "" : server).connect().attempts()).hasValue(attempts);
    }

    @Test
    void moreServersThanVipgateTriesAreNoted() {
        StringBuilder servers = new StringBuilder();
        for (int i = 1; i <= 17; i++) {
            servers.append("server 192.0.2.").append(i).append(":80; ");
        }
        ImportResult result = convert(servers.toString(), "");

        assertThat(ImportedConfig.of(result).pool("a").connect().attempts()).hasValue(16);
        assertNoted(result, 1, "nginx tried up to 17 servers");
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void halfClosedConnectionsLiveAsLongAsOthersWhereProxyHalfCloseIsOn() {
        PoolConfig on = pool("server 192.0.2.1:80;", "proxy_half_close on; proxy_timeout 1h;");
        ImportResult off = convert("server 192.0.2.1:80;", "");

        assertThat(Durations.print(on.timeouts().halfClosed())).isEqualTo("1h");
        assertThat(ImportedConfig.notes(off)).filteredOn(note -> note.contains("proxy_half_close is off")).hasSize(1);
    }

    @Test
    void theProbeIsSaidOnceForTheWholeFile() {
        ImportResult result = NginxImporter.convert("""
                upstream a { server 192.0.2.1:80 max_fails=3 fail_timeout=30s; }
                upstream b { server 192.0.2.2:80; }
                server { listen 203.0.113.1:80; proxy_pass a; }
                server { listen 203.0.113.1:81; proxy_pass b; }
                server { listen 203.0.113.1:82; proxy_pass 192.0.2.3:80; }
                """);

        assertThat(ImportedConfig.notes(result)).filteredOn(note -> note.contains("probed by a TCP connect"))
                .hasSize(1);
        assertNoted(result, 1, "max_fails, fail_timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"web.example:80", "192.0.2.11:80", "[2001:db8::11]:80"})
    void aTargetWithoutAnUpstreamTakesTurnsAndIsProbedToo(String target) {
        ImportResult result = NginxImporter
                .convert("stream {\n server { listen 203.0.113.1:80; proxy_pass " + target + "; }\n}\n");

        PoolConfig pool = ImportedConfig.of(result).config().pools().values().iterator().next();
        assertThat(pool.balance()).isEqualTo(BalanceRule.ROUND_ROBIN);
        assertThat(Durations.print(pool.connect().timeout())).isEqualTo("1m");
        assertNoted(result, 2, "now every endpoint is also probed");
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void aNameIsLookedUpAgain() {
        ImportResult result = NginxImporter.convert("server { listen 203.0.113.1:80; proxy_pass web.example:80; }");

        assertNoted(result, 1, "looked the name up once, at its start");
    }

    @Test
    void theSameTargetTwiceIsOnePool() {
        ImportedConfig imported = ImportedConfig.of(NginxImporter.convert("""
                server { listen 203.0.113.1:80; proxy_pass 192.0.2.1:80; }
                server { listen 203.0.113.1:81; proxy_pass 192.0.2.1:80; }
                """));

        assertThat(imported.config().pools()).hasSize(1);
    }

    @Test
    void oneUpstreamWithTwoSettingsIsTwoPoolsAndSaysWhatThatMeans() {
        ImportResult result = NginxImporter.convert("""
                upstream u { server 192.0.2.1:81; }
                server { listen 203.0.113.1:1; proxy_pass u; }
                server { listen 203.0.113.1:2; proxy_pass u; proxy_timeout 1h; }
                """);

        assertThat(ImportedConfig.of(result).config().pools()).containsOnlyKeys("u", "u-2");
        assertNoted(result, 1,
                "a pool of its own, whose endpoints are probed for themselves, and whose connections, limits");
    }

    // ---- addresses ----

    @ParameterizedTest
    @CsvSource({"80, 0.0.0.0:80", "'[::]:80', '[::]:80'", "'[::]:80 ipv6only=off', :80"})
    void anAddressAndTheRestOfAPortAreBothServed(String wildcard, String bind) {
        ImportedConfig imported = ImportedConfig.of(NginxImporter.convert("stream {\n"
                + "server { listen 203.0.113.1:80; proxy_pass 192.0.2.11:80; }\n"
                + "server { listen " + wildcard + "; proxy_pass 192.0.2.21:80; }\n}\n"));

        assertThat(imported.wiring("203-0-113-1-80")).isEqualTo("203.0.113.1:80 -> 192-0-2-11-80");
        assertThat(imported.wiring("any-80")).isEqualTo(bind + " -> 192-0-2-21-80");
        assertThat(losses(imported.result())).isEmpty();
    }

    @Test
    void localhostIsBothLoopbackAddresses() {
        assertThat(ImportedConfig.of(NginxImporter.convert("server { listen localhost:80; proxy_pass 192.0.2.1:81; }"))
                .config().listeners().values()).singleElement()
                .extracting(each -> each.bind().toString()).isEqualTo("[127.0.0.1:80, [::1]:80]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"53 udp|only TCP",
        "443 ssl|does not terminate TLS", "unix:/run/x.sock|unix socket", "web.example:80|an address, not a name"})
    void aListenThatCannotBeCarriedOverIsALossAndTheOthersStay(String listen, String reason) {
        ImportResult result = NginxImporter.convert("server { listen 203.0.113.1:81;\nlisten " + listen
                + ";\nset_real_ip_from 198.51.100.0/24; proxy_pass 192.0.2.1:80; proxy_protocol on; }");

        assertThat(ImportedConfig.of(result).config().listeners()).containsOnlyKeys("203-0-113-1-81");
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ").contains(reason, "left out");
    }

    @Test
    void aServerOfWhichNoListenIsLeftGivesNothing() {
        ImportResult result = NginxImporter.convert("upstream a { server 192.0.2.11:80; }\n"
                + "server { listen 203.0.113.1:53 udp; proxy_pass a; proxy_protocol on; }");

        assertThat(result.yaml()).isEmpty();
        assertThat(losses(result)).singleElement().asString().contains("only TCP");
    }

    // ---- losses ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"server unix:/run/x;|unix socket", "server $x;|an address or a name",
        "server web.example service=_http._tcp resolve;|SRV records", "server web.example:80 service=http;|SRV records",
        "include servers.conf;|take no share", "state /var/lib/x;|take no share",
        "hash $server_port;|same key no longer", "hash $remote_addr$remote_port;|same key no longer",
        "least_time connect;|response times", "random two least_time=connect;|response times",
        "check interval=3000 type=tcp;|another module"})
    void whatAnUpstreamLosesIsNamed(String line, String words) {
        ImportResult result = convert("\n" + line + "\nserver 192.0.2.1:80;", "");

        assertThat(result.yaml()).contains("192.0.2.1:80");
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ").contains(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"deny web.example;|an address, a network or all",
        "limit_conn z 5;|beyond the limit get in now",
        "include x.conf;|not followed", "health_check interval=5;|TCP connect", "server_name a.example;|TLS name",
        "js_access f;|a program", "js_preread f;|a program", "preread_by_lua_block { x }|a program"})
    void whatAServerLosesIsNamed(String line, String words) {
        ImportResult result = convert("server 192.0.2.1:80;", "\n" + line);

        assertThat(result.yaml()).contains("192.0.2.1:80");
        assertThat(losses(result)).singleElement().asString().startsWith("line 3: ").contains(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow all;", "tcp_nodelay off;", "proxy_buffer_size 32k;", "proxy_download_rate 1m;",
        "proxy_next_upstream_timeout 10s;", "proxy_socket_keepalive on;", "access_log off;", "ssl_preread on;",
        "resolver 192.0.2.53;", "proxy_bind 192.0.2.9;", "preread_timeout 5s;"})
    void whatChangesNoShareIsARemarkAtMost(String line) {
        ImportResult result = convert("server 192.0.2.1:80;", line);

        assertThat(result.yaml()).contains("192.0.2.1:80");
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"0|", "2001ms|", "120s|", "2s|tried 1 for a client",
        "1s|tried 1 for a client; now it is connect.attempts, 2",
        "1500ms|tried 1 for a client", "soon|not a duration"})
    void timeForTheNextServersMattersWhereItIsNoLongerThanTheirTimeouts(String time, @Nullable String words) {
        ImportResult result = convert("server 192.0.2.1:80; server 192.0.2.2:80;",
                "proxy_connect_timeout 2s; proxy_next_upstream_timeout " + time + ";");

        List<String> notes = result.notes().stream().map(String::valueOf)
                .filter(note -> note.contains("proxy_next_upstream_timeout")).toList();
        if (words == null) {
            assertThat(notes).isEmpty();
        } else {
            assertThat(notes).singleElement().asString().contains(words);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"proxy_ssl on;|does not encrypt", "return 200;|answers by itself",
        "js_content f;|answers by itself", "content_by_lua_block { x }|answers by itself"})
    void aServerThatDoesMoreThanRelayIsLeftOut(String line, String words) {
        ImportResult result = convert("server 192.0.2.1:80;", line);

        assertThat(result.yaml()).isEmpty();
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ").contains(words, "left out");
    }

    @Test
    void anUpstreamThatAProgramBalancesIsLeftOut() {
        ImportResult result = convert("server 0.0.0.1:1; balancer_by_lua_block { x = { } }", "");

        assertThat(result.yaml()).isEmpty();
        assertThat(losses(result)).anyMatch(loss -> loss.contains("a program chooses the server"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"b:80|an address with a port", "b|no upstream of this name",
        "a:80|nginx refuses",
        "unix:/run/x|unix socket"})
    void targetsThatAreNoneLeaveTheServerOut(String target, String words) {
        ImportResult result = NginxImporter.convert("upstream a { server 192.0.2.1:80; }\n"
                + "server { listen 203.0.113.1:80;\nproxy_pass " + target + "; }");

        if (target.equals("b:80")) {
            assertThat(ImportedConfig.of(result).endpoints("b-80")).containsExactly("b=b:80*1");
        } else {
            assertThat(result.yaml()).isEmpty();
            assertThat(losses(result)).singleElement().asString().startsWith("line 3: ").contains(words, "left out");
        }
    }

    @Test
    void aFileThatIsIncludedIsAPossibleLossButNotOneOfModules() {
        ImportResult result = NginxImporter.convert("""
                include /etc/nginx/modules-enabled/*.conf;
                http { include mime.types; }
                stream {
                    server { listen 203.0.113.1:80; proxy_pass 192.0.2.1:80; }
                    include streams.d/*.conf;
                }
                """);

        assertThat(losses(result)).singleElement().asString()
                .startsWith("line 5: include streams.d/*.conf: not followed");
    }

    @Test
    void slowStartOfOneServerHoldsForThePoolAndSaysSo() {
        ImportResult one = convert("server 192.0.2.1:80 slow_start=30s; server 192.0.2.2:80;", "");
        ImportResult all = convert("server 192.0.2.1:80 slow_start=30s; server 192.0.2.2:80 slow_start=30s;", "");

        assertNoted(one, 1, "slow_start holds for the whole pool");
        assertThat(ImportedConfig.notes(all)).noneMatch(note -> note.contains("holds for the whole pool"));
    }

    @Test
    void aNameAmongOthersHasOneWeightForAllItsAddresses() {
        assertNoted(convert("server web.example:80; server 192.0.2.1:80;", ""), 1,
                "multiply its weight by their number");
    }

    @Test
    void equalWeightsAbove256AreExact() {
        ImportResult result = convert("server 192.0.2.1:80 weight=500; server 192.0.2.2:80 weight=500;", "");

        assertThat(ImportedConfig.of(result).endpoints("a")).containsExactly("192.0.2.1=192.0.2.1:80*1",
                "192.0.2.2=192.0.2.2:80*1");
        assertThat(losses(result)).isEmpty();
    }
}
