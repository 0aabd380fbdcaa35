package io.vipgate.importer.keepalived;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProbeType;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What decides whether a real server is up, and what is said where a probe does not ask it. */
class KeepalivedProbeTest {
    private static final String POOL = "203-0-113-1-80";

    /** A real server whose own lines begin on line 4. */
    private static ImportResult real(String... lines) {
        return KeepalivedImporter.convert("virtual_server 203.0.113.1 80 {\ndelay_loop 6\nreal_server 192.0.2.1 80 {\n"
                + String.join("\n", lines) + "\n}\n}\n");
    }

    private static ProbeConfig probe(ImportResult result) {
        return ImportedConfig.of(result).pool(POOL).probe();
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    private static String http(String... urlLines) {
        return "HTTP_GET {\nurl {\n" + String.join("\n", urlLines) + "\n}\n}";
    }

    // ---- several checkers ----

    @ParameterizedTest
    @CsvSource({"host { connect_port 80 },host { connect_port 587 },6,587",
        "host { connect_port 587 },host { connect_port 80 },5,587", "host { },host { connect_port 465 },6,465"})
    void eachHostOfAMailCheckIsOneOfWhichTheServicesPortIsKept(String first, String second, int lost, String port) {
        ImportResult result = real("SMTP_CHECK {", first, second, "}");

        assertThat(probe(result).type()).isEqualTo(ProbeType.SMTP);
        assertThat(probe(result).port()).isEmpty();
        assertThat(losses(result)).singleElement().asString().startsWith("line " + lost + ": SMTP_CHECK host: ")
                .contains("at port " + port + " no longer counts");
    }

    @Test
    void aHostHasWhatItsMailCheckSaysUnlessItSaysOtherwise() {
        ImportResult result = real("SMTP_CHECK {", "connect_port 587", "connect_timeout 9", "helo_name mx.example",
                "host {", "connect_port 25", "connect_timeout 2", "}", "}");

        assertThat(probe(result).port()).hasValue(25);
        assertThat(probe(result).timeout()).hasSeconds(2);
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void aCheckOfTheRealServerIsKeptBeforeOneOfAnotherAddress() {
        ImportResult result = real("SMTP_CHECK {", "host { connect_ip 192.0.2.9 }", "host { connect_port 587 }", "}");

        assertThat(probe(result).port()).hasValue(587);
        assertThat(losses(result)).singleElement().asString().startsWith("line 5: ");
    }

    @Test
    void ofAPortThatIsWrittenTwiceTheLastCounts() {
        assertThat(probe(real("TCP_CHECK {", "connect_port 81", "connect_port 80", "}")).port()).isEmpty();
    }

    @Test
    void ofTwoCheckersTheOneThatSaysMoreIsKept() {
        ImportResult result = real("TCP_CHECK {", "connect_port 22", "}", http("path /health", "status_code 200"));

        assertThat(probe(result).type()).isEqualTo(ProbeType.HTTP);
        assertThat(probe(result).http().orElseThrow().path()).isEqualTo("/health");
        assertThat(probe(result).port()).isEmpty();
        assertThat(losses(result)).singleElement().asString().startsWith("line 4: TCP_CHECK: ")
                .contains("HTTP_GET on line 7");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"TCP_CHECK { }|false", "PING_CHECK { }|false",
        "TCP_CHECK { connect_port 80 }|false",
        "TCP_CHECK { connect_port 81 }|true", "TCP_CHECK { connect_ip 192.0.2.9 }|true",
        "MISC_CHECK { misc_path /bin/true }|true", "DNS_CHECK { }|true", "BFD_CHECK { name x }|true"})
    void aSecondCheckerIsALossUnlessTheFirstOneIncludesIt(String checker, boolean isLoss) {
        ImportResult result = real(checker, http("path /"));

        assertThat(probe(result).type()).isEqualTo(ProbeType.HTTP);
        assertThat(losses(result)).hasSize(isLoss ? 1 : 0);
        assertNoted(result, 4, "an endpoint has one probe");
    }

    @Test
    void ofTwoEqualOnesTheOneOnThePortOfTheServiceIsKept() {
        ImportResult result = real("HTTP_GET {", "connect_port 8081", "url {", "path /a", "}", "}", http("path /b"));

        assertThat(probe(result).http().orElseThrow().path()).isEqualTo("/b");
        assertThat(losses(result)).singleElement().asString().startsWith("line 4: ");
    }

    @Test
    void aScriptSaysMoreThanAConnect() {
        ImportResult result = real("TCP_CHECK { }", "MISC_CHECK {", "misc_path /bin/check", "}");

        assertThat(probe(result).type()).isEqualTo(ProbeType.EXEC);
        assertThat(losses(result)).singleElement().asString().startsWith("line 4: TCP_CHECK: ");
    }

    @Test
    void realServersThatAreCheckedDifferentlyAreALoss() {
        ImportResult result = KeepalivedImporter.convert("""
                virtual_server 203.0.113.1 80 {
                    delay_loop 6
                    real_server 192.0.2.1 80 { TCP_CHECK { } }
                    real_server 192.0.2.2 80 { HTTP_GET { url { path / } } }
                }
                """.replace("{ ", "{\n").replace(" }", "\n}"));

        assertThat(losses(result)).singleElement().asString().contains("is checked differently");
    }

    // ---- what a checker asks ----

    @ParameterizedTest
    @ValueSource(strings = {"DNS_CHECK", "PING_CHECK", "UDP_CHECK", "BFD_CHECK", "FILE_CHECK"})
    void aCheckThatIsNoneOfTcpIsALoss(String check) {
        ImportResult result = real(check + " {", "}");

        assertThat(probe(result).type()).isEqualTo(ProbeType.TCP);
        assertThat(losses(result)).singleElement().asString().startsWith("line 4: " + check).contains("TCP connect");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_GET {\nconnect_ip 192.0.2.9\nconnect_port 8080\nurl {\npath /\n}\n}",
        "SMTP_CHECK {\nhost {\nconnect_ip 192.0.2.9\nconnect_port 25\n}\n}",
        "TCP_CHECK {\nconnect_ip 192.0.2.9\nconnect_port 8080\n}"})
    void aCheckOfAnotherAddressLeavesATcpConnectToTheEndpointItself(String checker) {
        ImportResult result = real(checker);

        assertThat(probe(result).type()).isEqualTo(ProbeType.TCP);
        assertThat(probe(result).port()).isEmpty();
        assertThat(losses(result)).singleElement().asString()
                .contains("connect_ip 192.0.2.9: keepalived checks that address");
    }

    @Test
    void theEndpointsOwnAddressIsNoOther() {
        ImportResult result = real("HTTP_GET {", "connect_ip 192.0.2.1", "connect_port 8080", "url {", "path /a", "}",
                "}");

        assertThat(probe(result).http().orElseThrow().path()).isEqualTo("/a");
        assertThat(probe(result).port()).hasValue(8080);
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void theSecondPageIsALoss() {
        ImportResult result = real("HTTP_GET {", "url {", "path /live", "}", "url {", "path /ready", "}", "}");

        assertThat(losses(result)).singleElement().asString().startsWith("line 8: url: ")
                .contains("/ready is no longer requested");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"status_code 200|200", "status_code 200 204 300-399|200,204,300-399",
        "status_code 200-299 503|200-299,503", "|200-299"})
    void statusCodesAreListsAndRanges(String line, String expected) {
        ImportResult result = real(http("path /", line == null ? "" : line));

        assertThat(probe(result).http().orElseThrow().expectStatus()).hasToString(expected);
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {"regex OK~OK", "regex \"status: up\"~status: up", "regex \"v1\\\\.2\"~v1.2",
        "regex \"<title>Hi</title>\"~<title>Hi</title>"})
    void aRegexThatIsAPlainTextIsLookedForInThePage(String line, String expected) {
        ImportResult result = real(http("path /", line));

        assertThat(probe(result).http().orElseThrow().expectBody()).isEqualTo(expected);
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {"regex \"a.b\"~", "regex \"^up\"~", "regex \"(a|b)\"~", "regex \"\\\\d\"~",
        "regex up~regex_no_match", "regex up~regex_options caseless", "regex up~regex_min_offset 10",
        "digest 9b3a0c85a887a256d6939da88aabd8cd~", "status_code 99~", "path nowhere~"})
    void whatThePageMustHaveBesidesIsALoss(String line, String option) {
        ImportResult result = real(http("path /", line, option == null ? "" : option));

        assertThat(losses(result)).hasSize(1);
    }

    @Test
    void aDynamicScriptPassesWithEveryStatusButOne() {
        ImportResult result = real("MISC_CHECK {", "misc_path \"/bin/check 192.0.2.1\"", "misc_dynamic", "}");

        assertThat(probe(result).command()).containsExactly("/bin/sh", "-c",
                "(/bin/check \"${VIPGATE_ADDRESS%:*}\"); [ $? -ne 1 ]");
        assertThat(losses(result)).singleElement().asString().startsWith("line 6: misc_dynamic: ")
                .contains("does not change the weight any more");
    }

    @Test
    void aScriptForAnIpv6ServerServesTheWholePool() {
        ImportResult result = KeepalivedImporter.convert("""
                virtual_server 203.0.113.1 80 {
                    delay_loop 6
                    real_server 2001:db8::1 80 {
                        MISC_CHECK {
                            misc_path "/bin/check 2001:db8::1 80"
                        }
                    }
                    real_server 2001:db8::2 80 {
                        MISC_CHECK {
                            misc_path "/bin/check 2001:db8::2 80"
                        }
                    }
                }
                """);

        assertThat(probe(result).command()).containsExactly("/bin/sh", "-c",
                "host=${VIPGATE_ADDRESS%:*}; host=${host#[}; host=${host%]}; exec /bin/check \"$host\" 80");
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"bind_port 1024|the kernel chooses the port", "fwmark 3|not marked",
        "bind_if eth0|routing table", "alpha|has not been probed yet", "warmup 3|probe.jitter",
        "log_all_failures|logged"})
    void optionsThatDecideNothingAreRemarks(String line, String words) {
        ImportResult result = real("TCP_CHECK {", line, "}");

        assertThat(losses(result)).isEmpty();
        assertNoted(result, 5, words);
    }

    @Test
    void whatIsNotReadInACheckerIsALoss() {
        assertThat(losses(real("TCP_CHECK {", "@main connect_port 81", "}"))).singleElement().asString()
                .startsWith("line 5: ");
    }

    @Test
    void theAddressThatAProbeComesFromIsCarriedOver() {
        ImportResult result = real("TCP_CHECK {", "bindto 192.0.2.250", "}");

        assertThat(probe(result).source()).hasToString("192.0.2.250");
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void anHttpsCheckAsksByTheNameOfItsVirtualHost() {
        ImportResult result = real("SSL_GET {", "enable_sni", "virtualhost www.example", "url {", "path /x", "}", "}");

        assertThat(probe(result).tls().orElseThrow().serverName()).hasValue("www.example");
        assertThat(probe(result).http().orElseThrow().host()).hasValue("www.example");
        assertThat(losses(result)).isEmpty();
    }
}
