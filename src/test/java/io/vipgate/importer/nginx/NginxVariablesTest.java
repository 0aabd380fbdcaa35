package io.vipgate.importer.nginx;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.BalanceRule;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NginxVariablesTest {
    private static final String UPSTREAMS = """
            upstream pa { server 192.0.2.11:443; }
            upstream pb { server 192.0.2.21:443; }
            """;

    /** Upstreams pa and pb on lines 1 and 2, more from line 3 on, and a server behind them. */
    private static ImportResult convert(String listen, String pass, String... more) {
        return NginxImporter.convert(UPSTREAMS + String.join("\n", more) + "\nserver { listen " + listen
                + "; ssl_preread on; proxy_pass " + pass + "; }\n");
    }

    private static List<String> wirings(ImportResult result) {
        ImportedConfig imported = ImportedConfig.of(result);
        return imported.config().listeners().keySet().stream().map(imported::wiring).toList();
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hostnames; a.example pa; *.b.example pa; default pa;", "default pa;",
        "~^x pa; default pa;", "a pa; b $also; default pa;"})
    void whereEveryValueIsTheSameUpstreamItIsThatOne(String entries) {
        ImportResult result = convert("203.0.113.1:443", "$be", "map $ssl_preread_server_name $be { " + entries + " }",
                "map $ssl_preread_protocol $also { TLSv1.3 pa; default pa; }");

        assertThat(wirings(result)).containsExactly("203.0.113.1:443 -> pa");
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"map $remote_addr $be { 198.51.100.1 pa; default pb; }",
        "geo $be { default pa; 198.51.100.0/24 pb; }", "map $x $be { include names.map; default pa; }",
        "geo $be { include x; default pa; }", "map $be $be { default $be; }", "js_set $be f;", ""})
    void whatOnlyAConnectionTellsLeavesTheServerOut(String definition) {
        ImportResult result = convert("203.0.113.1:443", "$be", definition);

        assertThat(result.yaml()).isEmpty();
        assertThat(losses(result)).anyMatch(loss -> loss.startsWith("line 4: ") && loss.contains("left out"));
    }

    @Test
    void aMapOfPortsBecomesAListenerForEach() {
        ImportResult result = convert("203.0.113.1:9001-9004", "$be",
                "map $server_port $be { volatile; hostnames; 9001 pa; 9002 pb; 9003 pa; default 192.0.2.31:80; }");

        assertThat(wirings(result)).containsExactly("203.0.113.1:9001 203.0.113.1:9003 -> pa",
                "203.0.113.1:9002 -> pb", "203.0.113.1:9004 -> 192-0-2-31-80");
        assertThat(losses(result)).isEmpty();
    }

    @Test
    void aPortThatAMapDoesNotHaveIsLeftOutAndTheOthersAreKept() {
        ImportResult result = convert("203.0.113.1:9001-9002", "$be", "map $server_port $be { 9001 pa; }");

        assertThat(wirings(result)).containsExactly("203.0.113.1:9001 -> pa");
        assertThat(losses(result)).singleElement().asString().contains("203.0.113.1:9002 is left out");
    }

    @Test
    void aMapOfAddressesBecomesAListenerForEachBesideTheWildcard() {
        ImportResult result = convert("80", "$be",
                "map $server_addr $be { 203.0.113.1 pa; 2001:db8::1 pb; default pb; }");

        assertThat(wirings(result)).containsExactly("203.0.113.1:80 -> pa", "0.0.0.0:80 -> pb");
        assertThat(losses(result)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"192.0.2.31:$server_port|203.0.113.1:81 -> 192-0-2-31-81",
        "${v}:$server_port|203.0.113.1:81 -> 192-0-2-32-81", "$w|203.0.113.1:81 -> pb"})
    void partsOfATargetMayBeVariablesToo(String pass, String wiring) {
        ImportResult result = NginxImporter.convert(UPSTREAMS
                + "server { listen 203.0.113.1:81; set $v 192.0.2.32; set $w pb; proxy_pass " + pass + "; }");

        assertThat(wirings(result)).containsExactly(wiring);
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.1:81; listen 203.0.113.2:81; listen 203.0.113.3:81, 203.0.113.3:81",
        "203.0.113.3:81; listen 203.0.113.1:81; listen 203.0.113.4:81, '203.0.113.3:81, 203.0.113.4:81'",
        "81, 0.0.0.0:81"})
    void whereOnlySomeAddressesHaveATargetTheOthersAreNamed(String listen, String lost) {
        ImportResult result = convert(listen, "$h:$server_port",
                "map $server_addr $h { 203.0.113.1 192.0.2.1; 203.0.113.2 192.0.2.2; }");

        assertThat(wirings(result)).isNotEmpty();
        assertThat(losses(result)).singleElement().asString().endsWith("; the listener on " + lost + " is left out")
                .doesNotContain("the server is left out");
    }

    @Test
    void whereNoAddressHasATargetTheServerIsLeftOut() {
        assertThat(
                losses(convert("203.0.113.3:81", "$h:$server_port", "map $server_addr $h { 203.0.113.1 192.0.2.1; }")))
                .singleElement().asString().endsWith("; the server is left out");
    }

    // ---- split_clients ----

    @ParameterizedTest
    @CsvSource({"33.3% pa; * pb;, true", "0.01% pa; * pb;, true", "25% pa; * pb;, false"})
    void sharesThatWeightsOnlyApproximateAreALossWithHowFarTheyAreOff(String parts, boolean isLoss) {
        ImportResult result = convert("203.0.113.1:443", "$be", "split_clients $remote_addr $be { " + parts + " }");

        assertThat(losses(result)).hasSize(isLoss ? 1 : 0)
                .allMatch(
                        loss -> loss.contains("only approximate the shares") && loss.contains("percentage points off"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"33.3% pa; 33.3% pb; * 192.0.2.31:443;|333 333 334", "50% pa; * pb;|1 1",
        "20% pa; 80% pb;|1 4", "0.5% pa; * pb;|1 199", "25% pa; 25% pb; * pa;|3 1"})
    void clientsThatAreSplitByTheirAddressKeepTheShares(String parts, String weights) {
        ImportResult result = convert("203.0.113.1:443", "$be", "split_clients $remote_addr $be { " + parts + " }");

        ImportedConfig imported = ImportedConfig.of(result);
        assertThat(imported.pool("be").balance()).isEqualTo(BalanceRule.SOURCE_HASH);
        List<String> expected = List.of(weights.split(" ", -1));
        if (!weights.startsWith("333")) {
            assertThat(imported.pool("be").endpoints().values()).extracting(each -> String.valueOf(each.weight()))
                    .containsExactlyElementsOf(expected);
        } else {
            assertThat(imported.pool("be").endpoints().values()).extracting(each -> each.weight())
                    .allMatch(weight -> weight >= 255);
        }
    }

    @Test
    void serversOfAnUpstreamShareItsPart() {
        ImportResult result = NginxImporter.convert("""
                upstream old { server 192.0.2.1:80 weight=2; server 192.0.2.2:80; }
                upstream new { server 192.0.2.3:80; server 192.0.2.1:80; }
                split_clients "${remote_addr}salt" $be { 10% new; * old; }
                server { listen 203.0.113.1:80; proxy_pass $be; }
                """);

        // new: 1/10, half each; old: 9/10, two thirds and one third
        assertThat(ImportedConfig.of(result).endpoints("be")).containsExactlyInAnyOrder("192.0.2.3=192.0.2.3:80*1",
                "192.0.2.1=192.0.2.1:80*13", "192.0.2.2=192.0.2.2:80*6");
    }

    @ParameterizedTest
    @CsvSource({"$remote_addr$remote_port, false", "$connection, false", "$ssl_preread_server_name, true"})
    void aSplitByAnotherKeyIsByChance(String key, boolean isLoss) {
        ImportResult result = convert("203.0.113.1:443", "$be", "split_clients " + key + " $be { 50% pa; * pb; }");

        assertThat(ImportedConfig.of(result).pool("be").balance()).isEqualTo(BalanceRule.WEIGHTED_RANDOM);
        assertThat(result.hasLoss()).isEqualTo(isLoss);
        assertNoted(result, 4, "the shares are kept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"50% pa;", "50% pa; * none;", "50% pa; * unix:/run/x;", "50% pa; * $z;", "x pa; y pb;", ""})
    void aSplitThatLeavesSomeClientsWithoutATargetIsLeftOut(String parts) {
        ImportResult result = convert("203.0.113.1:443", "$be", "split_clients $remote_addr $be { " + parts + " }");

        if (parts.equals("50% pa;")) {
            assertThat(wirings(result)).containsExactly("203.0.113.1:443 -> pa");
        } else {
            assertThat(result.yaml()).isEmpty();
        }
        assertThat(losses(result)).isNotEmpty();
    }

    @Test
    void mapsOfMapsEndSoon() {
        StringBuilder maps = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            maps.append("map $remote_addr $v").append(i).append(" {");
            for (int j = 0; j < 30; j++) {
                maps.append(" k").append(j).append(" $v").append(i + 1).append(';');
            }
            maps.append(" default pa; }\n");
        }

        assertThat(convert("203.0.113.1:1-256", "$v0", maps.toString()).yaml()).isEmpty();
    }
}
