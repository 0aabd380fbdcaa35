package io.vipgate.importer.nginx;

import static io.vipgate.importer.common.ImportedConfig.assertNoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.TlsConfig;
import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import io.vipgate.importer.common.Note;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers with {@code ssl_preread}: where clients are led by what they begin with. */
class NginxHelloTest {
    private static final String LISTENER = "203-0-113-1-443";
    private static final String NAME = "map $ssl_preread_server_name $to ";

    /** Upstreams pa, pb and pc on line 1, more from line 2 on, and a server behind them. */
    private static ImportResult convert(String... more) {
        return NginxImporter.convert(text(more));
    }

    private static String text(String... more) {
        return "upstream pa { server 192.0.2.1:443; } upstream pb { server 192.0.2.2:443; } upstream pc { server "
                + "192.0.2.3:443; }\n" + String.join("\n", more)
                + "\nserver { listen 203.0.113.1:443; ssl_preread on; proxy_pass $to; }\n";
    }

    private static List<String> losses(ImportResult result) {
        return result.notes().stream().filter(Note::isLoss).map(Note::toString).toList();
    }

    @Test
    void namesDomainsAndOthers() {
        ImportResult result = convert(NAME + "{ hostnames; volatile; Shop.Example pa; .apps.example pb; "
                + "*.deep.apps.example pc; *.b.example pa; default pc; }");
        ImportedConfig config = ImportedConfig.of(result);

        assertThat(losses(result)).isEmpty();
        assertThat(List.of(config.led(LISTENER, "shop.example"), config.led(LISTENER, "apps.example"),
                config.led(LISTENER, "x.y.apps.example"), config.led(LISTENER, "x.deep.apps.example"),
                config.led(LISTENER, "deep.apps.example"), config.led(LISTENER, "b.example"),
                config.led(LISTENER, "x.b.example"), config.led(LISTENER, ""), config.ledWithoutTls(LISTENER)))
                .containsExactly("pa", "pb", "pb", "pc", "pb", "pc", "pa", "pc", "pc");
        assertThat(config.listener(LISTENER).tls().orElseThrow().timeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void whoGetsNoUpstreamIsRefused() {
        ImportResult result = convert(NAME + "{ a.example pa; }");
        ImportedConfig config = ImportedConfig.of(result);

        assertThat(losses(result)).isEmpty();
        assertThat(config.led(LISTENER, "a.example")).isEqualTo("pa");
        assertThat(List.of(config.led(LISTENER, "b.example"), config.led(LISTENER, ""),
                config.ledWithoutTls(LISTENER))).containsOnly("refused");
    }

    @Test
    void withoutHostnamesAWildcardIsANameThatNobodyUses() {
        ImportResult result = convert(NAME + "{ *.a.example pa; b.example pb; default pc; }");

        assertThat(ImportedConfig.of(result).led(LISTENER, "x.a.example")).isEqualTo("pc");
        assertNoted(result, 2, "without hostnames before it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"^(.+\\.)?a\\.example$; a.example, x.y.a.example; b.a.example.org, xa.example",
        "^(?:.*\\.)?a\\.example$; a.example, x.a.example; ", "(^|\\.)a\\.example$; a.example, x.a.example; xa.example",
        "^a\\.example$; a.example; x.a.example", "\\.a\\.example$; x.a.example; a.example",
        "^.+\\.a\\.example$; x.a.example; a.example", "^([^.]+\\.)*a\\.example$; a.example, x.y.a.example; ",
        "^[a-z0-9.-]+\\.a\\.example$; x.y.a.example; a.example",
        "^(www|api)\\.a\\.example$; www.a.example, api.a.example; a.example",
        "^(?:www\\.)a\\.(?:example|test)$; www.a.example, www.a.test; a.test",
        "^a\\-b\\.example$; a-b.example; a.example", "^(www\\.)?a\\.example$; a.example, www.a.example; x.a.example",
        "^(?<sub>.+)\\.a\\.example$; x.y.a.example; a.example", ".*\\.a\\.example$; x.y.a.example; a.example",
        "^(?P<all>.*\\.)?a\\.example$; a.example, x.a.example; ba.example"})
    void expressionsThatAreNamesAndDomains(String regex, String led, String others) {
        ImportResult result = convert(NAME + "{ '~*" + regex + "' pa; default pb; }");
        ImportedConfig config = ImportedConfig.of(result);

        assertThat(losses(result)).isEmpty();
        assertThat(led.split(", ")).allMatch(name -> config.led(LISTENER, name).equals("pa"));
        if (others != null) {
            assertThat(others.split(", ")).allMatch(name -> config.led(LISTENER, name).equals("pb"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"^[^.]+\\.a\\.example$; x.a.example; pa",
        "^(?<sub>[^.]+)\\.a\\.example$; x.a.example; pa", "a\\.example$; x.a.example; pa",
        "^www.a.example$; www.a.example; pa", "^www\\.; www.a.example; pb", "^[0-9]+$; 1; pb", "(a+)+$; aaab; pb",
        "^www\\.; www.example; pc"})
    void otherExpressionsAreALoss(String regex, String name, String pool) {
        ImportResult result = convert(NAME + "{ '~" + regex + "' pa; default pb; www.example pc; }");

        assertThat(ImportedConfig.of(result).led(LISTENER, name)).isEqualTo(pool);
        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ").contains("no expressions");
    }

    @Test
    void exceptionBeforeADomainStaysOneThoughItLeadsWhereAllOthersGo() {
        ImportResult result = convert(NAME + "{ ~^www\\.a\\.example$ pa; ~\\.a\\.example$ pb; default pa; }");
        ImportedConfig config = ImportedConfig.of(result);

        assertThat(losses(result)).isEmpty();
        assertThat(config.led(LISTENER, "www.a.example")).isEqualTo("pa");
        assertThat(config.led(LISTENER, "x.a.example")).isEqualTo("pb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"~^www\\.", "www.*"})
    void exceptionThatCannotBeSaidIsALossBeforeAnExpressionThatLeadsElsewhere(String key) {
        ImportResult result = convert(NAME + "{ hostnames; " + key + " pa; ~\\.a\\.example$ pb; default pa; }");

        assertThat(losses(result)).singleElement().asString().startsWith("line 2: ")
                .contains("a later expression is for, too");
        assertThat(losses(
                convert(NAME + "{ hostnames; ~\\.a\\.example$ pa; " + key + " pa; .b.example pb; default pa; }")))
                .isEmpty();
    }

    @Test
    void namesThatAnExpressionTellsApartGoWhereItSays() {
        ImportResult result = convert(NAME + "{ '~^[^x]+$' pa; default pb; }",
                "map $ssl_preread_server_name $other { xx.example pa; yy.example pa; }");

        assertThat(ImportedConfig.of(convert(NAME + "{ '~^y' pa; default $other; }",
                "map $ssl_preread_server_name $other { xx.example pb; yy.example pb; default pc; }"))
                .led(LISTENER, "yy.example")).isEqualTo("pa");
        assertThat(losses(result)).isNotEmpty();
    }

    @Test
    void endsThatAreOpenAreALossUnlessTheyChangeNothing() {
        assertThat(losses(convert(NAME + "{ hostnames; mail.* pa; b.example pc; default pb; }"))).singleElement()
                .asString().contains("mail.* pa", "wildcards at the beginning");
        assertThat(losses(convert(NAME + "{ hostnames; mail.* pb; b.example pc; default pb; }"))).isEmpty();
    }

    @Test
    void protocolsBeforeNames() {
        ImportResult result = convert("map $ssl_preread_alpn_protocols $to { ~\\bacme-tls/1\\b pa; default $name; }",
                "map $ssl_preread_server_name $name { a.example pb; default pc; }");
        ImportedConfig config = ImportedConfig.of(result);

        assertThat(losses(result)).isEmpty();
        assertThat(List.of(config.led(LISTENER, "a.example", "acme-tls/1"), config.led(LISTENER, "", "acme-tls/1"),
                config.led(LISTENER, "a.example", "h2"), config.led(LISTENER, "", "h2")))
                .containsExactly("pa", "pa", "pb", "pc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"acme-tls/1 pa; ", "~h2 pa; ", "\"~(^|,)h2(,|$)\" pa; ",
        "\"~\\b(h2|http/1\\.1)\\b\" pa; ",
        "~^h2 pa; another-protocol,h2 went to pb", "h2 pa; offer h2 went to pa",
        "h2,http/1.1 pa; offer h2,http/1.1 went to pa",
        "~[hx]2 pa; can't be told"})
    void protocols(String entry, String loss) {
        ImportResult result = convert("map $ssl_preread_alpn_protocols $to { " + entry + "; default pb; }");

        ImportedConfig config = ImportedConfig.of(result);
        if (loss == null) {
            assertThat(losses(result)).isEmpty();
            assertThat(config.led(LISTENER, "", entry.contains("h2") ? "h2" : "acme-tls/1")).isEqualTo("pa");
        } else {
            assertThat(losses(result)).anyMatch(each -> each.contains(loss));
        }
    }

    @Test
    void aProtocolThatDecidesForSomeNamesAloneIsALoss() {
        ImportResult result = convert("map $ssl_preread_server_name $to { a.example $alpn; default pc; }",
                "map $ssl_preread_alpn_protocols $alpn { ~\\bh2\\b pa; default pb; }");

        assertThat(ImportedConfig.of(result).led(LISTENER, "a.example", "h2")).isEqualTo("pb");
        assertThat(losses(result))
                .anyMatch(each -> each.contains("name a.example and offer h2 went to pa; now they go to pb"));
    }

    @Test
    void severalVariablesInOneText() {
        ImportResult byPort = convert("map \"$ssl_preread_server_name:$server_port\" $to { a.example:443 pa; "
                + "a.example:444 pb; default pc; }");
        ImportResult byProtocol = convert("map $ssl_preread_server_name/$ssl_preread_alpn_protocols $to { a.example/h2 "
                + "pa; default pc; }");
        ImportResult byClient = convert("map $ssl_preread_server_name/$remote_addr $to { a.example/198.51.100.7 "
                + "pa; default pc; }");

        assertThat(losses(byPort)).isEmpty();
        assertThat(ImportedConfig.of(byPort).led(LISTENER, "a.example")).isEqualTo("pa");
        assertThat(losses(byProtocol)).anyMatch(each -> each.contains("name a.example and offer h2 went to pa"));
        assertThat(byClient.yaml()).isEmpty();
    }

    @Test
    void textsThatAreMadeToTakeLongDoNot() {
        String many = "$ssl_preread_server_name".repeat(40);
        ImportResult variables = convert("map x" + many + " $to { x" + "a".repeat(3000) + "b pa; default pb; }");
        ImportResult expressions = convert(NAME + "{ '~" + "(a|b)".repeat(2000) + "$' pa; '~(((a+)+)+)+$' pa; '~"
                + "(".repeat(200) + "a" + ")".repeat(200) + "' pa; " + "a".repeat(100) + "c pc; default pb; }");

        assertThat(losses(variables)).anyMatch(each -> each.contains("too long to be followed"));
        assertThat(losses(expressions)).isNotEmpty();
    }

    @Test
    void whatHasNoTlsAndTheVersion() {
        ImportResult refusing = convert("map $ssl_preread_protocol $to { \"\" ''; default pa; }");
        ImportResult leading = convert("map $ssl_preread_protocol $to { \"\" pb; default pa; }");
        ImportResult byVersion = convert("map $ssl_preread_protocol $to { TLSv1.3 pb; default pa; }");

        assertThat(losses(refusing)).isEmpty();
        assertThat(ImportedConfig.of(refusing).ledWithoutTls(LISTENER)).isEqualTo("refused");
        assertThat(ImportedConfig.of(refusing).led(LISTENER, "x.example")).isEqualTo("pa");
        assertThat(ImportedConfig.of(leading).ledWithoutTls(LISTENER)).isEqualTo("refused");
        assertThat(losses(leading)).singleElement().asString()
                .contains("clients that do not begin with TLS went to pb; now they are refused");
        assertThat(losses(byVersion))
                .anyMatch(each -> each.contains("speak TLSv1.2 at most went to pa; now they go to pb"));
    }

    @Test
    void anAddressInAMapIsAPoolOfOne() {
        ImportedConfig config = ImportedConfig.of(convert(NAME + "{ a.example 192.0.2.9:8443; default pa; }"));

        assertThat(config.endpoints(config.led(LISTENER, "a.example"))).containsExactly("192.0.2.9=192.0.2.9:8443*1");
    }

    @Test
    void whereTheNameItselfIsTheServerItsClientsAreRefusedOrTheServerIsLeftOut() {
        ImportResult some = convert(NAME + "{ a.example pa; default $ssl_preread_server_name:443; }");

        assertThat(ImportedConfig.of(some).led(LISTENER, "a.example")).isEqualTo("pa");
        assertThat(ImportedConfig.of(some).led(LISTENER, "x.example")).isEqualTo("refused");
        assertThat(losses(some)).singleElement().asString().contains("name any other server went where more decides");
        assertThat(convert(NAME + "{ default $ssl_preread_server_name:443; }").yaml()).isEmpty();
    }

    @Test
    void sharesByName() {
        ImportedConfig config = ImportedConfig.of(convert(NAME + "{ a.example $part; default pa; }",
                "split_clients $connection $part { 20% pb; * pc; }"));

        assertThat(config.endpoints(config.led(LISTENER, "a.example"))).hasSize(2)
                .anyMatch(each -> each.endsWith("*4"));
    }

    @Test
    void anIncludedMapIsReadWhereItIsGiven() {
        String text = text(NAME + "{ hostnames; include /etc/nginx/hosts.map; default pc; }");
        ImportResult given = NginxImporter.convert(text,
                new GivenFiles(Map.of("copies/hosts.map", "a.example pa;\n*.b.example pb;\n")));
        ImportResult alone = NginxImporter.convert(text.replace("default", "z.example pa; default"));

        assertThat(losses(given)).isEmpty();
        assertThat(ImportedConfig.of(given).led(LISTENER, "x.b.example")).isEqualTo("pb");
        assertThat(losses(alone)).anyMatch(each -> each.contains("name hosts.map on the command line too"));
        assertThat(ImportedConfig.of(alone).led(LISTENER, "z.example")).isEqualTo("pa");
        assertThat(ImportedConfig.of(alone).led(LISTENER, "a.example")).isEqualTo("refused");
    }

    @ParameterizedTest
    @CsvSource({"preread_timeout 3s, 3000, 16384", "preread_timeout 5m, 60000, 16384",
        "preread_buffer_size 32k, 30000, 32768",
        "preread_buffer_size 1m, 30000, 65536", "preread_buffer_size 20000, 30000, 20480"})
    void timeAndSize(String directive, long millis, long bytes) {
        TlsConfig tls = ImportedConfig.of(convert(directive + ";", NAME + "{ a.example pa; default pb; }"))
                .listener(LISTENER).tls().orElseThrow();

        assertThat(tls.timeout()).isEqualTo(Duration.ofMillis(millis));
        assertThat(tls.maxHello().bytes()).isEqualTo(bytes);
    }

    @Test
    void withoutPrereadNothingIsKnownOfAnyClient() {
        ImportResult result = NginxImporter.convert(text(NAME + "{ a.example pa; default pb; }")
                .replace("ssl_preread on;", ""));

        assertThat(ImportedConfig.of(result).wiring(LISTENER)).isEqualTo("203.0.113.1:443 -> pb");
        assertNoted(result, 3, "without ssl_preread on");
        assertThat(losses(result)).isEmpty();
    }

    /** The rules of ngx_stream_map_module against what the gateway makes of the import. */
    @Test
    void whateverTheMapsTheSameNamesAreLedToTheSame() {
        long seed = 20_261_127L;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Map<String, String> first = entries(random, "pa", "pb", "");
            Map<String, String> second = entries(random, "pa", "pb", "pc");
            ImportResult result = convert(NAME + "{ hostnames; " + print(first) + "default $more; }",
                    "map $ssl_preread_server_name $more { hostnames; " + print(second) + "default pc; }");
            if (!losses(result).isEmpty()) {
                assertThat(first).as("%d: %s", seed, losses(result)).containsValue("");
                continue;
            }
            ImportedConfig config = ImportedConfig.of(result);
            for (int i = 0; i < 50; i++) {
                String name = name(random);
                String found = find(first, name, find(second, name, "pc"));
                assertThat(config.led(LISTENER, name)).as("%d: %s%n%s", seed, name, result.yaml())
                        .isEqualTo(found.isEmpty() ? "refused" : found);
            }
        }
    }

    private static String name(Random random) {
        List<String> labels = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            labels.add(String.valueOf("abc".charAt(random.nextInt(3))));
        }
        return String.join(".", labels);
    }

    private static Map<String, String> entries(Random random, String... values) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            String key = (random.nextBoolean() ? "" : "*.") + name(random);
            entries.put(key, values[random.nextInt(values.length)]);
        }
        return entries;
    }

    private static String print(Map<String, String> entries) {
        StringBuilder text = new StringBuilder();
        entries.forEach(
                (key, value) -> text.append(key.toUpperCase(Locale.ROOT)).append(" '").append(value).append("'; "));
        return text.toString();
    }

    private static String find(Map<String, String> entries, String name, String orElse) {
        String exact = entries.get(name);
        for (int dot = name.indexOf('.'); exact == null && dot >= 0; dot = name.indexOf('.', dot + 1)) {
            exact = entries.get("*" + name.substring(dot));
        }
        return exact == null ? orElse : exact;
    }
}
