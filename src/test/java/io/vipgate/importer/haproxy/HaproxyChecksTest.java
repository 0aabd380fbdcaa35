package io.vipgate.importer.haproxy;

import static io.vipgate.importer.haproxy.HaproxyLines.assertLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertNothingLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertRemarked;
import static io.vipgate.importer.haproxy.HaproxyLines.listen;
import static io.vipgate.importer.haproxy.HaproxyLines.pool;
import static io.vipgate.importer.haproxy.HaproxyLines.probe;
import static io.vipgate.importer.haproxy.HaproxyLines.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeProxyProtocol;
import io.vipgate.config.ProbeType;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a check connects, what of it a probe keeps, and that the rest is told as a loss. */
class HaproxyChecksTest {
    private static final String CHECKED = "server a 192.0.2.1:80 check";

    private static ImportResult tcpCheck(String... rules) {
        return listen("option tcp-check", String.join("\n", rules), CHECKED);
    }

    private static ProbeConfig probeOf(ImportResult result) {
        return ImportedConfig.of(result).pool("web").probe();
    }

    // ---- tcp-check ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"rstring role:master|role:master", "rstring HTTP/1\\\\.1|HTTP/1.1",
        "rbinary 3a41|:A", "string-lf 100%%|100%", "min-recv 4 comment x string OK|OK", "binary 2B4F4B|+OK",
        "on-success passed string OK|OK"})
    void patternsThatArePlainTextAreLookedFor(String expect, String text) {
        ImportResult result = tcpCheck("tcp-check send x", "tcp-check expect " + expect);

        assertThat(steps(probeOf(result))).isEqualTo("x|" + text);
        assertNothingLost(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"! string LOADING", "!rstring ERR", "rstring role:(master|slave)", "binary-lf %[x]",
        "custom", "string-lf %[var(x)]"})
    void whatAProbeCannotLookForIsALoss(String expect) {
        ImportResult result = tcpCheck("tcp-check send PING\\r\\n", "tcp-check expect string +PONG",
                "tcp-check send x", "tcp-check expect " + expect);

        assertThat(steps(probeOf(result))).isEqualTo("PING\\r\\n|+PONG x|");
        assertLost(result, 7, "a server that fails it alone counts as UP");
    }

    @Test
    void aTextAtTheBeginningIsLookedForAnywhere() {
        ImportResult result = tcpCheck("tcp-check expect rstring ^220");

        assertThat(steps(probeOf(result))).isEqualTo("|220");
        assertLost(result, 4, "wherever it stands");
    }

    @Test
    void ofTextsThatAreLookedForInTheSameAnswerTheLongerIsEnough() {
        ImportResult contained = tcpCheck("tcp-check expect string SSH", "tcp-check expect string SSH-2.0");
        assertThat(steps(probeOf(contained))).isEqualTo("|SSH-2.0");
        assertNothingLost(contained);

        ImportResult apart = tcpCheck("tcp-check expect string ready", "tcp-check expect string 220");
        assertThat(steps(probeOf(apart))).isEqualTo("|ready |220");
        assertLost(apart, 5, "behind what the step before has found");
    }

    @Test
    void ofSeveralConnectionsTheOneThatDecidesMostIsKeptAndTheOthersAreNamed() {
        ImportResult result = tcpCheck("tcp-check connect port 110", "tcp-check expect string +OK",
                "tcp-check connect port 995 ssl", "tcp-check expect string +OK", "tcp-check send QUIT",
                "tcp-check expect string bye", "tcp-check connect port 143");

        ProbeConfig probe = probeOf(result);
        assertThat(steps(probe)).isEqualTo("|+OK QUIT|bye");
        assertThat(probe.port()).hasValue(995);
        assertThat(probe.tls()).isPresent();
        assertLost(result, 4, "192.0.2.1:110 is not asked");
        assertLost(result, 10, "192.0.2.1:143 is not connected to");
    }

    @Test
    void commentsAndVariablesOfACheckAreNoLoss() {
        ImportResult result = tcpCheck("tcp-check comment ask", "tcp-check connect comment plain",
                "tcp-check set-var(check.x) int(1)", "tcp-check send PING comment ping",
                "tcp-check expect comment pong string PONG");

        assertThat(steps(probeOf(result))).isEqualTo("PING|PONG");
        assertNothingLost(result);
    }

    @Test
    void aSectionWithRulesOfItsOwnHasNoneOfItsDefaults() {
        ImportResult result = HaproxyImporter.convert("""
                defaults
                option tcp-check
                tcp-check send a
                tcp-check expect string A
                listen x
                bind 203.0.113.1:1
                tcp-check expect string B
                server a 192.0.2.1:80 check
                listen y
                bind 203.0.113.1:2
                server a 192.0.2.1:80 check
                """);

        assertThat(steps(ImportedConfig.of(result).pool("x").probe())).isEqualTo("|B");
        assertThat(steps(ImportedConfig.of(result).pool("y").probe())).isEqualTo("a|A");
    }

    // ---- how it connects, as seen with HAProxy 2.6.12 ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"send-proxy-v2||AUTO", "send-proxy-v2|connect|NONE",
        "send-proxy-v2|connect default|AUTO", "send-proxy|connect port 81|NONE",
        "send-proxy|connect default port 81|V1",
        "send-proxy-v2 port 81||NONE", "send-proxy-v2 addr 192.0.2.1||NONE", "|connect send-proxy|V1",
        "send-proxy-v2 port 81|connect send-proxy|V2", "send-proxy-v2 check-send-proxy|connect|NONE",
        "port 80 send-proxy-v2||NONE"})
    void theHeaderIsSentWhereHaproxySentIt(String server, String rule, ProbeProxyProtocol expected) {
        ProbeConfig probe = pool("option tcp-check", rule == null ? "" : "tcp-check " + rule,
                "server a 192.0.2.1:80 check " + (server == null ? "" : server)).probe();

        assertThat(probe.proxyProtocol()).isEqualTo(expected);
    }

    @Test
    void aConnectRuleWithoutSslIsPlainWhateverTheServerSays() {
        List<String> checks = List.of("option tcp-check\ntcp-check connect", "option httpchk\nhttp-check connect");
        for (String check : checks) {
            assertThat(pool(check, "server a 192.0.2.1:80 check check-ssl verify none").probe().tls()).as(check)
                    .isEmpty();
            assertThat(pool(check + " default", "server a 192.0.2.1:80 check check-ssl verify none").probe().tls())
                    .as(check).isPresent();
        }
        assertThat(pool("default-server check-ssl verify none", "server a 192.0.2.1:80 check no-check-ssl").probe()
                .type()).isEqualTo(ProbeType.TCP);
    }

    @ParameterizedTest
    @CsvSource({"addr 192.0.2.99 port 8080, 192.0.2.99:8080", "addr 192.0.2.99, 192.0.2.99",
        "addr 192.0.2.99:8080, 192.0.2.99:8080"})
    void aCheckOfAnotherMachineIsATcpConnectToTheEndpointAndALoss(String words, String target) {
        ImportResult result = listen("option httpchk GET /", CHECKED + " " + words);

        assertThat(probeOf(result).type()).isEqualTo(ProbeType.TCP);
        assertThat(probeOf(result).port()).isEmpty();
        assertLost(result, 4, "was checked at " + target + ",");
    }

    @Test
    void theAddressOfTheServerItselfIsNone() {
        ImportResult result = listen(CHECKED + " addr 192.0.2.1 port 8080");

        assertThat(probeOf(result).port()).hasValue(8080);
        assertNothingLost(result);
        assertThat(probeOf(listen(CHECKED + " addr 192.0.2.1:81")).port()).hasValue(81);
    }

    @Test
    void certificatesAreVerifiedWhereAFileIsNamed() {
        ProbeConfig probe = pool("server a 192.0.2.1:80 check check-ssl ca-file /etc/ca.pem verifyhost w.example")
                .probe();

        assertThat(probe.tls().orElseThrow().verify()).isTrue();
        assertThat(probe.tls().orElseThrow().serverName()).hasValue("w.example");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"option tcp-check|option tcp-check|L|N", "option httpchk|option tcp-check||N",
        "option tcp-check|option redis-check||N", "|option tcp-check||N", "option tcp-check|option httpchk||200-399",
        "option httpchk|option httpchk HEAD /e||200-399", "|option httpchk||200-399",
        "option httpchk|server b 192.0.2.2:80||200", "option httpchk|http-check expect status 204||204"})
    void anOwnOptionHasTheRulesOfTheDefaultsOnlyWhereHaproxyKeepsThem(String inherited, String own, String text,
            String status) {
        ImportResult result = HaproxyImporter.convert("defaults\n" + (inherited == null ? "" : inherited)
                + "\ntcp-check expect string L\nhttp-check expect status 200\nlisten web\nbind 203.0.113.1:80\n" + own
                + "\n" + CHECKED + "\n");

        ProbeConfig probe = probeOf(result);
        assertThat(probe.exchanges().stream().map(step -> step.expect().text()).findFirst().orElse(""))
                .isEqualTo(text == null ? "" : text);
        assertThat(probe.type() == ProbeType.HTTP ? probe.http().orElseThrow().expectStatus().toString() : "N")
                .isEqualTo(status);
    }

    // ---- httpchk ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"expect rstring ok.ready|100-599", "expect ! string Maint|100-599",
        "expect hdr name x-up value 1|100-599", "expect rstatus (|100-599",
        "expect ! string Maint;http-check expect status 200|200"})
    void whereHaproxyLooksAtNoStatusTheProbeDoesNotEitherAndTheLossSaysSo(String rules, String status) {
        ImportResult result = listen("option httpchk GET /", "http-check " + rules.replace(";", "\n"), CHECKED);

        assertThat(probeOf(result).http().orElseThrow().expectStatus()).hasToString(status);
        assertLost(result, 4, status.equals("200") ? "counts as UP" : "counts as UP, with any status");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"expect string ready|100-599|ready", "expect rstring ready|100-599|ready",
        "expect ! status 500|100-499,501-599|", "expect !status 400-599|100-399|", "expect rstatus ^[23]..|200-399|",
        "expect ! rstatus ^5|100-499|", "expect status 200,204;http-check expect string up|200,204|up",
        "expect min-recv 10 status 200|200|"})
    void whatIsExpectedOfAnAnswerIsCarriedOver(String rules, String status, String body) {
        ImportResult result = listen("option httpchk GET /", "http-check " + rules.replace(";", "\n"), CHECKED);

        HttpProbeConfig http = probeOf(result).http().orElseThrow();
        assertThat(http.expectStatus()).hasToString(status);
        assertThat(http.expectBody()).isEqualTo(body == null ? "" : body);
        assertNothingLost(result);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"http-check expect ! string error|counts as UP",
        "http-check expect rstring a.*b|counts as UP", "http-check expect hdr name X value y|counts as UP",
        "http-check expect status abc|not codes", "http-check send meth POST uri /x body ping|no body",
        "http-check set-varx(a) int(1)|no equivalent", "http-check send uri-lf /%[uuid]|computes the path",
        "http-check connect port 81 proto h2|proto",
        "http-check connect addr 192.0.2.77|was checked at 192.0.2.77"})
    void whatIsNotCarriedOverOfAnHttpCheckIsALoss(String rule, String words) {
        ImportResult result = listen("option httpchk GET /", rule, CHECKED);

        assertThat(result.hasLoss()).isTrue();
        assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains(words));
    }

    @Test
    void ofSeveralRequestsTheLastIsAskedAndTheOthersAreNamed() {
        ImportResult result = listen("option httpchk", "http-check connect port 8080",
                "http-check send meth GET uri /live", "http-check expect status 200", "http-check connect port 8081",
                "http-check send meth GET uri /ready", "http-check expect status 204", CHECKED);

        HttpProbeConfig http = probeOf(result).http().orElseThrow();
        assertThat(http.path()).isEqualTo("/ready");
        assertThat(http.expectStatus()).hasToString("204");
        assertThat(probeOf(result).port()).hasValue(8081);
        assertLost(result, 4, "GET /live at 192.0.2.1:8080 is not asked");
    }

    @Test
    void theServerItselfIsAskedByAnAsterisk() {
        HttpProbeConfig http = probe("option httpchk OPTIONS * HTTP/1.1\\r\\nHost:\\ www").http().orElseThrow();

        assertThat(http.path()).isEqualTo("*");
        assertThat(http.host()).hasValue("www");
    }

    // ---- of other servers ----

    @Test
    void aServerThatTracksAnotherIsProbedAsThatOneIs() {
        ImportResult result = HaproxyImporter.convert("""
                listen a
                bind 203.0.113.1:80
                option httpchk GET /up
                server s1 192.0.2.11:80 check inter 7s
                listen b
                bind 203.0.113.1:443
                server s1 192.0.2.11:443 track a/s1
                server s2 192.0.2.11:444 track s1
                listen c
                bind 203.0.113.1:82
                server s1 192.0.2.12:80 track b/s2
                listen d
                bind 203.0.113.1:83
                server s1 192.0.2.12:80 track s2
                server s2 192.0.2.12:80 track s1
                """);

        ProbeConfig probe = ImportedConfig.of(result).pool("b").probe();
        assertThat(probe.type()).isEqualTo(ProbeType.HTTP);
        assertThat(probe.port()).hasValue(80);
        assertThat(probe.interval()).hasSeconds(7);
        assertThat(ImportedConfig.of(result).pool("b").endpoints().values()).allMatch(endpoint -> endpoint.probe());
        assertLost(result, 11, "was checked at 192.0.2.11:80");
        assertLost(result, 14, "no server with a check is found");
    }

    @Test
    void aTrackedServerOverTlsIsProbedOverTls() {
        String listen = """
                listen a
                bind 203.0.113.1:443
                server s 192.0.2.1:443 check ssl verify none %s
                listen b
                bind 203.0.113.1:80
                server s 192.0.2.1:80 track a/s
                """;

        assertThat(ImportedConfig.of(HaproxyImporter.convert(listen.formatted(""))).pool("b").probe().type())
                .isEqualTo(ProbeType.TLS);
        for (String word : List.of("no-check-ssl", "port 443")) {
            assertThat(ImportedConfig.of(HaproxyImporter.convert(listen.formatted(word))).pool("b").probe().type())
                    .as(word).isEqualTo(ProbeType.TCP);
        }
    }

    @Test
    void anExternalCommandIsHandedWhatHaproxyHandsIt() {
        ImportResult result = listen("option external-check", "external-check command /usr/local/bin/primary.sh",
                "external-check path /usr/bin:/bin", CHECKED);

        List<String> command = probeOf(result).command();
        assertThat(probeOf(result).type()).isEqualTo(ProbeType.EXEC);
        assertThat(command.subList(0, 2)).containsExactly("/bin/sh", "-c");
        assertThat(command.subList(3, 6)).containsExactly("/usr/local/bin/primary.sh", "203.0.113.1", "80");
        assertThat(command.get(2)).contains("HAPROXY_PROXY_NAME=web", "PATH='/usr/bin:/bin'");
        assertNothingLost(result);
        assertThat(ImportedConfig.of(HaproxyImporter.convert("frontend f\nbind :80\ndefault_backend b\nbackend b\n"
                + "option external-check\nexternal-check command /x\n" + CHECKED)).pool("b").probe().command())
                .endsWith("NOT_USED", "NOT_USED");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1:80, 192.0.2.1", "'[2001:db8::1]:80', 2001:db8::1"})
    void anExternalCommandGetsAddressAndPortOfTheEndpoint(String address, String host) throws Exception {
        List<String> command = probeOf(listen("option external-check", "external-check command /bin/sh", CHECKED))
                .command();
        List<String> printing = new ArrayList<>(command);
        printing.set(2, command.get(2).replace("exec \"$0\"",
                "printf '%s ' $HAPROXY_SERVER_NAME $HAPROXY_SERVER_ADDR $HAPROXY_SERVER_PORT $HAPROXY_PROXY_NAME; exec echo"));

        ProcessBuilder builder = new ProcessBuilder(printing);
        builder.environment().putAll(Map.of("VIPGATE_ADDRESS", address, "VIPGATE_ENDPOINT", "web/a"));
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(printed.strip()).isEqualTo("a " + host + " 80 web 203.0.113.1 80 " + host + " 80");
    }

    @Test
    void serversThatAreCheckedOtherwiseAreALossAndOtherIntervalsAreNone() {
        ImportResult result = listen(CHECKED, "server b 192.0.2.2:80 check inter 9s rise 7",
                "server c 192.0.2.3:80 check port 81", "server d 192.0.2.4:80 check addr 192.0.2.9");

        assertRemarked(result, 4, "asks the same at other intervals");
        assertLost(result, 5, "checked differently from the one of line 3");
        assertLost(result, 6, "was checked at 192.0.2.9");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"option spop-check|no equivalent", "option pgsql-check|without user",
        "option mysql-check user x pre-41|pre-41"})
    void otherProtocolsAreALoss(String option, String words) {
        assertLost(listen(option, CHECKED), 3, words);
    }
}
