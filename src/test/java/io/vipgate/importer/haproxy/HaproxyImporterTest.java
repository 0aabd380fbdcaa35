package io.vipgate.importer.haproxy;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static io.vipgate.importer.haproxy.HaproxyLines.listen;
import static io.vipgate.importer.haproxy.HaproxyLines.pool;
import static io.vipgate.importer.haproxy.HaproxyLines.probe;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.BalanceRule;
import io.vipgate.config.OnDown;
import io.vipgate.config.PinBy;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.RebalanceConfig;
import io.vipgate.config.RebalanceWhen;
import io.vipgate.config.ProbeType;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.SyntaxException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HaproxyImporterTest {
    @Test
    void aWholeFileBecomesListenersAndPools() {
        ImportedConfig imported = ImportedConfig
                .of(HaproxyImporter.convert(ImportedConfig.file("haproxy/haproxy.cfg")));

        assertThat(imported.config().listeners()).containsOnlyKeys("web", "secure", "redis", "smtp-25", "smtp-587");
        assertThat(imported.wiring("web")).isEqualTo("203.0.113.1:80 :8080 -> web-servers");
        assertThat(imported.wiring("secure")).isEqualTo("203.0.113.1:8443 -> web-servers");
        assertThat(imported.listener("web").maxConnections()).hasValue(8000);
        assertThat(imported.endpoints("web-servers")).containsExactly("nginx_1=192.0.2.11:80*5",
                "nginx_2=192.0.2.12:80*1", "(reserve=web-reserve.example.com:80*1)");
        PoolConfig web = imported.pool("web-servers");
        assertThat(web.balance()).isEqualTo(BalanceRule.SOURCE_HASH);
        assertThat(web.proxyProtocol().version()).isEqualTo(ProxyProtocol.V2);
        assertThat(web.onDown()).isEqualTo(OnDown.CLOSE);
        assertThat(web.connect().timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(web.connect().attempts()).hasValue(3);
        assertThat(web.timeouts().idle()).isEqualTo(Duration.ofHours(1));
        assertThat(web.probe().timeout()).isEqualTo(Duration.ofMillis(800));
        assertThat(web.probe().fastInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(web.probe().http().orElseThrow().host()).hasValue("www.example.com");
        assertThat(imported.pool("redis").probe().steps()).extracting(step -> step.send() + "|" + step.expect())
                .containsExactly("PING\\r\\n|+PONG", "info replication\\r\\n|role:master", "|OK");
        assertThat(imported.pool("redis").pinning().maxEntries()).isEqualTo(200 * 1024);
        assertThat(imported.endpoints("smtp-587")).containsExactly("mx1=192.0.2.31:587*1", "mx2=192.0.2.32:1587*1");
        assertThat(imported.pool("smtp-25").timeouts().idle()).isEqualTo(Duration.ofMinutes(2));
        assertThat(imported.result().yaml()).contains("access: { deny: [198.51.100.0/24] }");
        assertThat(imported.notes().getFirst()).contains("proxyProtocol");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"2|global", "9|accessLog", "27|at once", "29|which pool",
        "34|TLS", "45|slowstart means nothing", "39|another hash", "46|does not queue",
        "48|applies to a whole pool",
        "49|does not encrypt", "59|wherever it stands", "63|differently", "64|weight is 0",
        "69|shorter", "74|layer 7", "78|leads to it", "81|pins are not shared"})
    void whatAFileHasBesidesIsNotedWithItsLine(int line, String words) {
        assertNoted(HaproxyImporter.convert(ImportedConfig.file("haproxy/haproxy.cfg")), line, words);
    }

    // ---- sections ----

    @Test
    void withoutAModeItIsTcpAndHttpIsLeftOut() {
        assertThat(ImportedConfig.of(listen("server a 192.0.2.1:80")).endpoints("web"))
                .containsExactly("a=192.0.2.1:80*1");
        ImportResult http = listen("mode http", "server a 192.0.2.1:80");
        assertThat(http.failure()).startsWith("no frontend or listen section in mode tcp");
        assertNoted(http, 1, "layer 7");
    }

    @Test
    void defaultsHoldForTheSectionsBehindThemAndThoseThatNameThem() {
        ImportedConfig imported = ImportedConfig.of(HaproxyImporter.convert("""
                defaults slow
                    timeout connect 9s
                    timeout client 9m
                    timeout server 9m
                defaults fast from slow
                    timeout connect 1s
                listen a
                    bind 203.0.113.1:1
                    server a 192.0.2.1:80
                listen b from slow
                    bind 203.0.113.1:2
                    server a 192.0.2.1:80
                """));

        assertThat(imported.pool("a").connect().timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(imported.pool("a").timeouts().idle()).isEqualTo(Duration.ofMinutes(9));
        assertThat(imported.pool("b").connect().timeout()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void frontendsThatDifferInTimeoutsHavePoolsOfTheirOwn() {
        ImportedConfig imported = ImportedConfig.of(HaproxyImporter.convert("""
                frontend a
                    bind 203.0.113.1:1
                    timeout client 1m
                    default_backend z
                frontend b
                    bind 203.0.113.1:2
                    timeout client 2m
                    use_backend z
                frontend c
                    bind 203.0.113.1:3
                    timeout client 1m
                    default_backend z
                backend z
                    server a 192.0.2.1:80
                """));

        assertThat(imported.wiring("a")).endsWith("-> z");
        assertThat(imported.wiring("b")).endsWith("-> z-2");
        assertThat(imported.wiring("c")).endsWith("-> z");
        assertThat(imported.pool("z-2").timeouts().idle()).isEqualTo(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"default_backend nowhere|no such backend", "default_backend http|is left out",
        "acl x src 192.0.2.1|no default_backend"})
    void frontendsWithoutABackendAreLeftOut(String line, String problem) {
        ImportResult result = HaproxyImporter.convert("frontend f\nbind :80\n" + line + "\nbackend http\nmode http\n");

        assertThat(result.yaml()).isEmpty();
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains(problem));
    }

    @Test
    void conditionsAreLeftOutToTheirEnd() {
        ImportResult result = HaproxyImporter.convert("""
                .if defined(X)
                .if true
                listen no
                bind :1
                .endif
                .endif
                listen yes
                bind :80
                server a 192.0.2.1:80
                """);

        assertThat(ImportedConfig.of(result).config().listeners()).containsOnlyKeys("yes");
        assertNoted(result, 1, "left out up to its .endif");
    }

    // ---- bind ----

    @ParameterizedTest
    @CsvSource({":80, 0.0.0.0:80", "*:80, 0.0.0.0:80", "0.0.0.0:80, 0.0.0.0:80", "203.0.113.1:80, 203.0.113.1:80",
        ":::80, :80", "':::80 v4v6', :80", "':::80 v6only', '[::]:80'", "'[::]:80 v6only', '[::]:80'",
        "2001:db8::1:80, '[2001:db8::1]:80'", "'[2001:db8::1]:80', '[2001:db8::1]:80'", "ipv4@:80, 0.0.0.0:80",
        "ipv6@:80, :80", "'ipv6@:80 v6only', '[::]:80'", "ipv4@203.0.113.1:80, 203.0.113.1:80"})
    void addressesToListenOn(String bind, String expected) {
        ImportedConfig imported = ImportedConfig
                .of(HaproxyImporter.convert("listen web\nbind " + bind + "\nserver a 192.0.2.1:81\n"));

        assertThat(imported.listener("web").bind()).hasToString("[" + expected + "]");
    }

    @Test
    void portRangesAreWrittenOut() {
        ImportedConfig imported = ImportedConfig.of(HaproxyImporter.convert(
                "listen web\nbind 203.0.113.1:8000-8003,203.0.113.2:90\nserver a 192.0.2.1:81\n"));

        assertThat(imported.listener("web").bind()).hasSize(5);
    }

    @Test
    void bothFamiliesBesideIpv4AreIpv6() {
        ImportedConfig imported = ImportedConfig
                .of(HaproxyImporter.convert("listen web\nbind :80\nbind :::80\nserver a 192.0.2.1:81\n"));

        assertThat(imported.listener("web").bind()).hasToString("[0.0.0.0:80, [::]:80]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/run/x.sock", "abns@x", "fd@3", "unix@/run/x", "quic4@:443", "203.0.113.1", "web:80",
        ":80-70", ":0", ":99999", ":1-9999", "\"$ADDRESS:80\"", ":443 ssl crt x", "",
        "224.0.0.1:80"})
    void bindsThatAreNoneAreNoted(String bind) {
        ImportResult result = HaproxyImporter.convert("listen web\nbind " + bind + "\nserver a 192.0.2.1:81\n");

        assertThat(result.yaml()).isEmpty();
        assertNoted(result, 2, "left out");
    }

    @Test
    void transparentBindsAreFree() {
        assertThat(
                ImportedConfig.of(HaproxyImporter
                        .convert("listen web\nbind 203.0.113.1:80 transparent backlog 99 interface eth0\n"
                                + "server a 192.0.2.1:81"))
                        .listener("web"))
                .matches(listener -> listener.freebind()
                        && listener.backlog() == 99);
    }

    // ---- server ----

    @ParameterizedTest
    @CsvSource({"roundrobin, round-robin", "static-rr, round-robin", "leastconn, least-connections",
        "source, source-hash", "random, power-of-two", "random(2), power-of-two", "random(1), weighted-random",
        "random(5), power-of-two", "first, first", "hash src, source-hash", "hash req.len, round-robin",
        "rdp-cookie, round-robin", "uri, round-robin", "nonsense, round-robin"})
    void balanceBecomesTheNearestRule(String balance, String rule) {
        assertThat(listen("balance " + balance, "server a 192.0.2.1:80").yaml()).contains("balance: " + rule);
    }

    @Test
    void firstIsCarriedOverWithItsOrder() {
        ImportResult result = listen("balance first", "server a 192.0.2.1:80 maxconn 5 slowstart 30s",
                "server b 192.0.2.2:80 maxconn 6", "server c 192.0.2.3:80 backup");

        assertThat(ImportedConfig.of(result).endpoints("web")).containsExactly("a=192.0.2.1:80*1", "b=192.0.2.2:80*1",
                "(c=192.0.2.3:80*1)");
        assertThat(ImportedConfig.of(result).pool("web").balance()).isEqualTo(BalanceRule.FIRST);
        assertThat(ImportedConfig.of(result).endpoint("web", "a").maxConnections()).isEqualTo(5);
        assertNoted(result, 4, "slowstart means nothing with first");
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("order"));
    }

    @Test
    void firstTakesServersByTheirId() {
        ImportResult result = listen("balance first", "server a 192.0.2.1:80 id 9", "server b 192.0.2.2:80",
                "server c 192.0.2.3:80 id 1");

        assertThat(ImportedConfig.of(result).endpoints("web")).containsExactly("c=192.0.2.3:80*1", "b=192.0.2.2:80*1",
                "a=192.0.2.1:80*1");
        assertThat(result.hasLoss()).isFalse();
    }

    @Test
    void wordsOfAServerAreCarriedOver() {
        ImportedConfig imported = ImportedConfig
                .of(listen("default-server weight 3 check inter 3s rise 5 fall 6 backup",
                        "server a 192.0.2.1:80 weight 7 no-backup maxconn 10 fastinter 700 port 8080",
                        "server b 2001:db8::1:80 no-check", "server c ipv4@192.0.2.3:80 disabled",
                        "server d [2001:db8::2]:80", "server e web.example.com:80"));

        assertThat(imported.endpoints("web")).containsExactly("a=192.0.2.1:80*7", "(b=[2001:db8::1]:80*3)",
                "(c=192.0.2.3:80*0)", "(d=[2001:db8::2]:80*3)", "(e=web.example.com:80*3)");
        assertThat(imported.endpoint("web", "a").maxConnections()).isEqualTo(10);
        ProbeConfig probe = imported.pool("web").probe();
        assertThat(probe.interval()).isEqualTo(Duration.ofSeconds(3));
        assertThat(probe.fastInterval()).isEqualTo(Duration.ofMillis(700));
        assertThat(probe.rise()).isEqualTo(5);
        assertThat(probe.fall()).isEqualTo(6);
        assertThat(probe.port()).hasValue(8080);
    }

    @Test
    void sessionsOnBackupsComeBackLittleByLittle() {
        ImportResult result = listen("timeout server 4s", "server a 192.0.2.1:80 on-marked-up shutdown-backup-sessions",
                "server b 192.0.2.2:80 backup");

        assertNoted(result, 4, "HAProxy closes all at once");
        assertThat(ImportedConfig.of(result).pool("web").rebalance()).isEqualTo(new RebalanceConfig(
                RebalanceWhen.RECOVERY, Duration.ZERO, 0.2, Duration.ofSeconds(2), 0.01));
        assertNoted(listen("timeout server 300ms", "server a 192.0.2.1:80 on-marked-up shutdown-backup-sessions",
                "server b 192.0.2.2:80 backup"), 4, "ends idle sessions sooner");
    }

    @Test
    void aTemplateIsOneEndpoint() {
        ImportResult result = listen("server-template web 5 web.example.com:80 check");

        assertThat(ImportedConfig.of(result).endpoints("web")).containsExactly("web=web.example.com:80*1");
        assertNoted(result, 3, "as many servers as it has addresses");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix@/run/x", "/run/x", "\"${BACKEND}:80\"", "192.0.2.1:http", "192.0.2.256:80",
        "192.0.2.1:80 ssl", "192.0.2.1:+65500"})
    void serversWithoutAnAddressAreLeftOut(String server) {
        ImportResult result = listen("server a " + server);

        assertThat(result.yaml()).isEmpty();
        assertNoted(result, 3, "left out");
    }

    @ParameterizedTest
    @CsvSource({"send-proxy, V1", "send-proxy-v2, V2", "check, NONE"})
    void headersAreSentAsBefore(String word, ProxyProtocol expected) {
        assertThat(pool("server a 192.0.2.1:80 " + word).proxyProtocol().version()).isEqualTo(expected);
    }

    @Test
    void aSourceOfAnotherFamilyIsLeftOut() {
        assertThat(pool("source 2001:db8::9", "server a 192.0.2.1:80").source()).isEmpty();
        assertThat(pool("server a 192.0.2.1:80 source 192.0.2.9:0").source()).hasSize(1);
    }

    @Test
    void aListenerWhoseServerIsTheGatewayItselfIsLeftOut() {
        ImportResult result = HaproxyImporter
                .convert("listen web\nbind :80\nserver a 127.0.0.1:80\nserver b 192.0.2.1:81\n");

        assertThat(result.yaml()).isEmpty();
        assertNoted(result, 3, "own listener");
    }

    // ---- checks ----

    @Test
    void withoutCheckThereIsNoProbe() {
        assertThat(pool("server a 192.0.2.1:80").probe().type()).isEqualTo(ProbeType.NONE);
    }

    @Test
    void aCheckHasTheTimesOfHaproxyUnlessOthersAreWritten() {
        ProbeConfig probe = probe();

        assertThat(probe.type()).isEqualTo(ProbeType.TCP);
        assertThat(List.of(probe.interval(), probe.fastInterval(), probe.timeout()))
                .containsOnly(Duration.ofSeconds(2));
        assertThat(probe.rise()).isEqualTo(2);
        assertThat(probe.fall()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"option httpchk|/||200-399", "option httpchk /up|/up||200-399",
        "option httpchk GET /up|/up||200-399",
        "option httpchk HEAD /up HTTP/1.1\\r\\nHost:\\ www.example.com|/up|www.example.com|200-399",
        "option httpchk;http-check expect status 200,204|/||200,204",
        "option httpchk;http-check expect ! status 500|/||100-499,501-599",
        "option httpchk;http-check expect status 299-200|/||200-399",
        "option httpchk;http-check send meth GET uri /up hdr Host x|/up|x|200-399"})
    void httpChecks(String lines, String path, String host, String status) {
        ProbeConfig probe = probe(lines.split(";", -1));

        assertThat(probe.type()).isEqualTo(ProbeType.HTTP);
        assertThat(probe.http().orElseThrow().path()).isEqualTo(path);
        assertThat(probe.http().orElseThrow().host().orElse("")).isEqualTo(host == null ? "" : host);
        assertThat(probe.http().orElseThrow().expectStatus()).hasToString(status);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"option tcp-check|TCP||", "option tcp-check;tcp-check connect port 90|TCP||",
        "option tcp-check;tcp-check expect string 220\\ ok|SEND_EXPECT||220 ok",
        "option tcp-check;tcp-check send-binary 0aff;tcp-check expect binary 41|SEND_EXPECT|\\n\\xff|A",
        "option tcp-check;tcp-check expect comment x ! string NO|TCP||", "option ssl-hello-chk|TLS||",
        "option redis-check|REDIS||", "option smtpchk|SMTP||", "option mysql-check user x|MYSQL||",
        "option mysql-check|MYSQL||", "option pgsql-check user x|PGSQL||", "option pgsql-check|TCP||",
        "option ldap-check|LDAP||", "option external-check|TCP||", "option ssl-hello-chk;no option ssl-hello-chk|TCP||",
        "option tcp-check;tcp-check send \"${X}\\\\\"|SEND_EXPECT|${X}\\\\|"})
    void otherChecks(String lines, ProbeType type, String send, String expect) {
        ProbeConfig probe = probe(lines.split(";", -1));

        assertThat(probe.type()).isEqualTo(type);
        assertThat(probe.send().text()).isEqualTo(send == null ? "" : send);
        assertThat(probe.expect().text().strip()).isEqualTo(expect == null ? "" : expect);
    }

    @Test
    void checksOverTls() {
        ProbeConfig tls = pool("server a 192.0.2.1:80 check check-ssl verify required ca-file /etc/ca.pem check-sni w")
                .probe();
        assertThat(tls.type()).isEqualTo(ProbeType.TLS);
        assertThat(tls.tls().orElseThrow().verify()).isTrue();
        assertThat(tls.tls().orElseThrow().serverName()).hasValue("w");

        ProbeConfig https = pool("option httpchk GET /", "server a 192.0.2.1:80 check check-ssl verify none").probe();
        assertThat(https.type()).isEqualTo(ProbeType.HTTP);
        assertThat(https.tls().orElseThrow().verify()).isFalse();
    }

    // ---- the rest ----

    @ParameterizedTest
    @CsvSource({"800, 800ms", "3s, 3s", "2m, 2m", "1h, 1h", "1d, 24h", "500000us, 500ms", "400d, 8760h"})
    void bareNumbersAreMilliseconds(String time, String expected) {
        assertThat(Durations.print(pool("timeout client " + time, "timeout server " + time, "server a 192.0.2.1:80")
                .timeouts().idle())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"type ip size 1m expire 30m|src|30m|1048576|32",
        "type ip size 100|src|24h|100|32", "type ip size 10k expire 5s|src,ipmask(24)|5s|10240|24",
        "type ip size 1g expire 5s|src,ipmask(255.255.0.0)|5s|100000000|16"})
    void stickTablesBecomePinning(String table, String pattern, String ttl, int entries, int prefix) {
        PoolConfig pool = pool("stick-table " + table, "stick on " + pattern, "server a 192.0.2.1:80");

        assertThat(pool.pinning().by()).isEqualTo(PinBy.SOURCE_ADDRESS);
        assertThat(Durations.print(pool.pinning().ttl())).isEqualTo(ttl);
        assertThat(pool.pinning().maxEntries()).isEqualTo(entries);
        assertThat(pool.pinning().ipv4Prefix()).isEqualTo(prefix);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stick on req.cook(x)", "stick on src if x"})
    void otherStickRulesAreNoted(String rule) {
        ImportResult result = listen(rule, "server a 192.0.2.1:80");

        assertThat(ImportedConfig.of(result).pool("web").pinning().by()).isEqualTo(PinBy.NONE);
        assertNoted(result, 3, "left out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-request content capture src", "filter trace", "option nolinger", "nonsense",
        "timeout queue 5s",
        "timeout client soon", "http-request deny", "option forwardfor", "log global", "fullconn 5",
        "dispatch 192.0.2.1:1",
        "no option tcpka", "stick-table type ip size 1k expire 1m", "retries many", "email-alert to x"})
    void everythingElseIsNoted(String line) {
        assertNoted(listen(line, "server a 192.0.2.1:80"), 3, line.split(" ", 2)[0]);
    }

    @ParameterizedTest
    @CsvSource({"retries 0, , false", "retries 1, option redispatch, false", "retries 1, , true",
        "retries 2, option redispatch 1, false", "retries 2, option redispatch, true",
        "retries 3, option redispatch 2, true"})
    void retriesAtTheSameServerAreNoted(String retries, @Nullable String redispatch, boolean isNoted) {
        ImportResult result = listen(retries, redispatch == null ? "" : redispatch, "server a 192.0.2.1:80",
                "server b 192.0.2.2:80");

        assertThat(result.yaml()).contains("attempts: " + (retries.charAt(8) - '0' + 1));
        assertThat(result.notes().stream().map(String::valueOf).anyMatch(note -> note.contains("redispatch 1")))
                .isEqualTo(isNoted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"observe layer4", "downinter 5s", "cookie x", "track other/a", "nonsense",
        "on-marked-up shutdown-backup-sessions", "agent-check", "minconn 5"})
    void everyWordOfAServerThatIsNotCarriedOverIsNoted(String word) {
        assertNoted(listen("server a 192.0.2.1:80 " + word), 3, word + ": ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'a'' b \"c'|line 1: a quote (\") is not closed",
        "'global\n\"'|line 2: a quote (\") is not closed", "'\u0001'|line 1: the character U+0001: not a text file"})
    void brokenSyntaxIsToldWithItsLine(String text, String failure) {
        assertThat(HaproxyImporter.convert(text.replace("''", "'").replace("a' b", "a'' b")).failure())
                .isEqualTo(failure);
    }

    @Test
    void quotesAndBackslashesAreRead() throws SyntaxException {
        assertThat(HaproxyParser.parse("global\n  a \"b c\"'d e' f\\ g \\#h '#i' \"#j\" \\x41 k#l", new Notes())
                .getFirst().block().getFirst().words())
                .containsExactly("a", "b cd e", "f g", "#h", "#i", "#j", "A", "k");
    }

    @Test
    void namesThatVipgateDoesNotTakeAreChanged() {
        ImportedConfig imported = ImportedConfig
                .of(HaproxyImporter.convert("listen _we:b\nbind :80\nserver " + "x".repeat(99)
                        + " 192.0.2.1:81\nserver " + "x".repeat(99) + " 192.0.2.2:81\nserver null 192.0.2.3:81\n"));

        assertThat(imported.config().listeners()).containsOnlyKeys("we-b");
        assertThat(imported.endpoints("we-b")).hasSize(3);
    }
}
