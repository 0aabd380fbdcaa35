package io.vipgate.importer.haproxy;

import static io.vipgate.importer.haproxy.HaproxyLines.assertLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertNothingLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertRemarked;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which clients of a frontend go to which backend. */
class HaproxyRoutesTest {
    private static final String BACKENDS = """
            backend one
            server s 192.0.2.11:7001 check
            backend two
            server s 192.0.2.12:7002 check
            backend rest
            server s 192.0.2.13:7003 check
            """;

    /** A frontend whose own lines begin on line 2. */
    private static ImportResult frontend(String... lines) {
        return HaproxyImporter.convert("frontend f\n" + String.join("\n", lines) + "\n" + BACKENDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"use_backend one if { dst_port 9001 };use_backend two if { dst_port 9002 }",
        "use_backend one if { dst_port eq 9001 };default_backend two",
        "acl first dst_port 9001;use_backend one if first;use_backend two unless first",
        "acl first dst_port lt 9002;acl second dst_port 9002:9010;use_backend one if first !second;use_backend two if second",
        "use_backend two if !{ dst_port 9001 };default_backend one",
        "use_backend two if { dst_port -m int gt 9001 } || FALSE;default_backend one",
        "use_backend one if TRUE { dst_port 1 } or { dst_port le 9001 };use_backend two"})
    void portsBecomeListenersWithTheBackendOfTheirRule(String rules) {
        ImportResult result = frontend("bind 203.0.113.1:9001-9002", rules.replace(";", "\n"));

        ImportedConfig imported = ImportedConfig.of(result);
        assertThat(imported.wiring("f-9001")).isEqualTo("203.0.113.1:9001 -> one");
        assertThat(imported.wiring("f-9002")).isEqualTo("203.0.113.1:9002 -> two");
        assertNothingLost(result);
    }

    @Test
    void aBackendThatIsNamedByThePortIsFound() {
        ImportResult result = HaproxyImporter.convert("""
                frontend f
                bind :1-2
                use_backend b%[dst_port]
                default_backend b1
                backend b1
                server s 192.0.2.1:80
                """);

        assertThat(ImportedConfig.of(result).wiring("f")).isEqualTo("0.0.0.0:1 0.0.0.0:2 -> b1");
    }

    @Test
    void addressesBecomeListenersWithTheBackendOfTheirRule() {
        ImportResult result = frontend("bind 203.0.113.1:80,203.0.113.2:80,198.51.100.1:80",
                "use_backend one if { dst 203.0.113.1 }", "use_backend two if { dst 203.0.113.0/24 }",
                "default_backend rest");

        ImportedConfig imported = ImportedConfig.of(result);
        assertThat(imported.wiring("f-203-0-113-1-80")).isEqualTo("203.0.113.1:80 -> one");
        assertThat(imported.wiring("f-203-0-113-2-80")).isEqualTo("203.0.113.2:80 -> two");
        assertThat(imported.wiring("f-198-51-100-1-80")).isEqualTo("198.51.100.1:80 -> rest");
        assertNothingLost(result);
    }

    @Test
    void oneAddressOfAWildcardHasItsOwnListener() {
        ImportResult result = frontend("bind :80", "use_backend one if { dst 203.0.113.1 203.0.113.2/32 }",
                "default_backend rest");

        ImportedConfig imported = ImportedConfig.of(result);
        assertThat(imported.wiring("f-any-80")).isEqualTo("0.0.0.0:80 -> rest");
        assertThat(imported.wiring("f-203-0-113-1-80")).isEqualTo("203.0.113.1:80 203.0.113.2:80 -> one");
        assertRemarked(result, 1, "must be this machine's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ src 192.0.2.0/24 }", "{ nbsrv(rest) lt 1 }",
        "{ dst_port,mod(2) 1 }", "{ dst_port -f ports.lst }", "{ dst 203.0.113.0/24 }", "nowhere"})
    void rulesThatLookAtMoreAreALossThatNamesWhoTakesTheirClients(String condition) {
        ImportResult result = frontend("bind :80", "use_backend one if " + condition, "default_backend rest");

        assertThat(ImportedConfig.of(result).wiring("f")).isEqualTo("0.0.0.0:80 -> rest");
        assertLost(result, 3, "The clients that this rule chose go to backend rest now");
    }

    @Test
    void withoutAnotherBackendSuchAListenerIsLeftOutAndTheNoteSaysSo() {
        ImportResult result = frontend("bind 203.0.113.1:80", "use_backend one if { src 192.0.2.0/24 }");

        assertThat(result.yaml()).isEmpty();
        assertLost(result, 3, "203.0.113.1:80 is left out");
        assertThat(ImportedConfig.notes(result)).noneMatch(note -> note.contains("go to"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"use_backend %[src,map_ip(/etc/nets.map,one)]", "use_backend %[req.ssl_sni,sha1] if TRUE"})
    void aListenerWhoseBackendIsComputedIsLeftOut(String rule) {
        ImportResult result = frontend("bind 203.0.113.1:80", rule, "default_backend rest");

        assertThat(result.yaml()).isEmpty();
        assertLost(result, 3, "computed for each connection; 203.0.113.1:80 is left out");
    }

    @Test
    void aListenSectionWithRulesFallsBackOnItsOwnServers() {
        ImportResult result = HaproxyImporter
                .convert("listen l\nbind 203.0.113.1:1-2\nuse_backend one if { dst_port 1 }\n"
                        + "server own 192.0.2.9:80\n" + BACKENDS);

        assertThat(ImportedConfig.of(result).wiring("l-1")).endsWith("-> one");
        assertThat(ImportedConfig.of(result).wiring("l-2")).endsWith("-> l");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "tcp-request connection expect-netscaler-cip layer4|does not accept a NetScaler header",
        "bind 203.0.113.1:80 accept-netscaler-cip 1|does not accept a NetScaler header",
        "bind 203.0.113.1:80 ssl crt x|terminate TLS",
        "bind 203.0.113.1:80 namespace blue|network namespace"})
    void listenersThatReadWhatClientsSendFirstAreLeftOut(String line, String words) {
        ImportResult result = frontend(line.startsWith("bind") ? "" : "bind 203.0.113.1:80", line,
                "default_backend rest");

        assertThat(result.yaml()).isEmpty();
        assertLost(result, 3, words);
    }

    @Test
    void frontendsOfOneBackendWithOtherTimeoutsHavePinsApart() {
        String text = """
                frontend f1
                bind 203.0.113.1:80
                timeout client 30s
                default_backend b
                frontend f2
                bind 203.0.113.1:81
                timeout client 2h
                default_backend b
                backend b
                timeout server 2h
                server s1 192.0.2.11:80 check
                """;

        assertRemarked(HaproxyImporter.convert(text), 9, "counted apart");
        assertLost(HaproxyImporter.convert(text + "stick-table type ip size 10k expire 30m\nstick on src\n"), 5,
                "pins, limits and counts of connections are apart");
    }
}
