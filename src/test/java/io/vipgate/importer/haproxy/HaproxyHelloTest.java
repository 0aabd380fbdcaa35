package io.vipgate.importer.haproxy;

import static io.vipgate.importer.haproxy.HaproxyLines.assertLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertNothingLost;
import static io.vipgate.importer.haproxy.HaproxyLines.assertRemarked;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.importer.common.GivenFiles;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frontends that go by what clients begin with. */
class HaproxyHelloTest {
    private static final String ACCEPT = "tcp-request inspect-delay 5s\ntcp-request content accept if { req.ssl_hello_type 1 }";
    private static final String BACKENDS = """
            backend one
            server s 192.0.2.11:443 check
            backend two
            server s 192.0.2.12:443 check
            backend rest
            server s 192.0.2.13:443 check
            backend web
            mode http
            server s 192.0.2.14:80 check
            """;

    /** A frontend whose own lines begin on line 5. */
    private static ImportResult frontend(String... lines) {
        return frontend(GivenFiles.NONE, lines);
    }

    private static ImportResult frontend(GivenFiles files, String... lines) {
        return HaproxyImporter.convert("frontend f\nbind 203.0.113.1:443\n" + ACCEPT + "\n" + String.join("\n", lines)
                + "\n" + BACKENDS, files);
    }

    private static String led(ImportResult result, String name, String... protocols) {
        return ImportedConfig.of(result).led("f", name, protocols);
    }

    @Test
    void theFirstRuleThatMatchesDecides() {
        ImportResult result = frontend("acl wild req.ssl_sni -i -m end .a.example",
                "acl Exact req.ssl_sni -i x.a.example",
                "acl Exact req.ssl_sni -i b.example", "use_backend one if wild", "use_backend two if Exact",
                "use_backend two if { req.ssl_sni -i -m end .deep.a.example }", "default_backend rest");

        assertNothingLost(result);
        assertThat(List.of(led(result, "x.a.example"), led(result, "b.example"), led(result, "a.example"),
                led(result, "y.z.a.example"), led(result, "x.deep.a.example"), led(result, ""),
                led(result, "c.example"))).containsExactly("one", "two", "rest", "one", "one", "rest", "rest");
        assertRemarked(result, 10, "chooses nobody");
        assertThat(ImportedConfig.of(result).listener("f").tls().orElseThrow().timeout())
                .isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '#', value = {
        "{ req.ssl_sni -i a.example b.example }#one#one#rest",
        "{ req_ssl_sni -i a.example }#one#rest#rest",
        "{ req.ssl_sni,lower a.example }#one#rest#rest",
        "{ req.ssl_sni,lower -m str a.example }#one#rest#rest",
        "!{ req.ssl_sni -i a.example }#rest#one#one",
        "{ req.ssl_sni -i a.example } or { req.ssl_sni -i b.example }#one#one#rest",
        "{ req.ssl_sni -i a.example b.example } !{ req.ssl_sni -i b.example }#one#rest#rest",
        "{ req.ssl_hello_type 1 } { req.ssl_sni -i a.example }#one#rest#rest",
        "{ req.ssl_ver gt 3.0 } { req.ssl_sni -i a.example }#one#rest#rest",
        "{ req.ssl_ver 3.1:3.3 } { req.ssl_sni -i a.example }#one#rest#rest",
        "{ req.ssl_ver 2.0:3.0 } { req.ssl_sni -i a.example }#rest#rest#rest",
        "{ req.ssl_sni -i -m reg ^(a|b)\\.example$ }#one#one#rest",
        "{ req.ssl_sni -i a.example } { dst_port 443 }#one#rest#rest",
        "{ req.ssl_sni -i a.example } { dst_port 444 }#rest#rest#rest",
        "{ req.ssl_alpn acme-tls/1 } || { req.ssl_sni -i -- a.example }#one#rest#rest"})
    void conditions(String condition, String a, String b, String none) {
        ImportResult result = frontend("use_backend one if " + condition, "default_backend rest");

        assertNothingLost(result);
        assertThat(List.of(led(result, "a.example"), led(result, "b.example"), led(result, "")))
                .containsExactly(a, b, none);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{ req.ssl_sni -i -m end a.example }|a.example|one|is the end of other names too",
        "{ req.ssl_sni -i -m dom a.example }|x.a.example|one|before other labels too",
        "{ req.ssl_sni -i -m beg a. }|a.example|rest|no parts of names",
        "{ req.ssl_sni -i -m sub pam }|a.test|rest|no parts of names",
        "{ req.ssl_sni -i -m reg ^a }|a.example|rest|no expressions",
        "{ req.ssl_sni -i a.example } { src 192.0.2.0/24 }|a.example|rest|go where others go",
        "{ req.ssl_sni,sha1 abc }|a.example|rest|go where others go",
        "{ req.ssl_sni -f missing.lst }|a.example|rest|name missing.lst on the command line too"})
    void whatNamesAndDomainsDoNotSayIsALoss(String condition, String name, String pool, String words) {
        ImportResult result = frontend("use_backend one if " + condition,
                "use_backend two if { req.ssl_sni -i z.example }",
                "default_backend rest");

        assertLost(result, 5, words);
        assertThat(led(result, name)).isEqualTo(pool);
        assertThat(led(result, "z.example")).isEqualTo("two");
    }

    @Test
    void capitalsWereOthersWithoutAFlag() {
        ImportResult result = frontend("use_backend one if { req.ssl_sni A.example }", "default_backend rest");

        assertThat(led(result, "a.example")).isEqualTo("one");
        assertRemarked(result, 5, "capitals");
        assertNothingLost(result);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gt 3.2|one", "3.3|one", "3.0:3.2|rest", "lt 3.3|rest", "ge 3.2|one"})
    void olderVersionsOfTlsThatWereToldApartAreALoss(String versions, String pool) {
        ImportResult result = frontend(
                "use_backend one if { req.ssl_ver " + versions + " } { req.ssl_sni -i a.example }",
                "default_backend rest");

        assertLost(result, 5, "clients of TLS 1.0 and 1.1 go where those of TLS 1.2 and 1.3 go");
        assertThat(led(result, "a.example")).isEqualTo(pool);
    }

    @Test
    void aVariableThatHasTheNameIsTheName() {
        ImportResult result = frontend("tcp-request content set-var(sess.sni) req.ssl_sni,lower",
                "use_backend one if { var(sess.sni) a.example }",
                "use_backend two if { var(sess.sni) -m end .a.example }",
                "use_backend %[var(sess.sni),map(hosts.map)]", "default_backend rest");

        assertThat(List.of(led(result, "a.example"), led(result, "x.a.example"), led(result, "b.example"),
                led(result, "")))
                .containsExactly("one", "two", "refused", "rest");
        assertLost(result, 8, "hosts.map");
    }

    @Test
    void whoHasNoBackendIsRefused() {
        ImportResult result = frontend("use_backend one if { req.ssl_sni -i a.example }");

        assertNothingLost(result);
        assertThat(List.of(led(result, "a.example"), led(result, "b.example"), led(result, ""),
                ImportedConfig.of(result).ledWithoutTls("f"))).containsExactly("one", "refused", "refused", "refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-request content reject unless { req.ssl_hello_type 1 }",
        "acl is_tls req_ssl_hello_type 1;tcp-request content reject if !is_tls",
        "tcp-request content reject",
        "tcp-request content reject if { req.ssl_ver lt 3.0 } || !{ req.ssl_hello_type 1 }"})
    void clientsWithoutTlsThatWereRefused(String rules) {
        ImportResult result = frontend(rules.replace(";", "\n"), "default_backend rest");

        assertNothingLost(result);
        assertThat(ImportedConfig.of(result).ledWithoutTls("f")).isEqualTo("refused");
        assertThat(List.of(led(result, "a.example"), led(result, ""))).containsOnly("rest");
        assertThat(ImportedConfig.of(result).admits("f", "198.51.100.9")).isTrue();
    }

    @Test
    void rulesOfContentsByNameAndByAddress() {
        ImportResult result = HaproxyImporter.convert("""
                frontend f
                bind 203.0.113.1:443
                tcp-request inspect-delay 5s
                tcp-request content reject if { src 198.51.100.0/24 }
                tcp-request content reject unless { req.ssl_sni -i a.example }
                default_backend one
                """ + BACKENDS);
        ImportResult both = HaproxyImporter.convert("""
                frontend f
                bind 203.0.113.1:443
                tcp-request content reject if { src 198.51.100.0/24 } { req.ssl_sni -i a.example }
                use_backend two if { req.ssl_sni -i b.example }
                default_backend one
                """ + BACKENDS);

        assertNothingLost(result);
        assertThat(List.of(led(result, "a.example"), led(result, "b.example"))).containsExactly("one", "refused");
        assertThat(ImportedConfig.of(result).admits("f", "198.51.100.9")).isFalse();
        assertThat(ImportedConfig.of(both).admits("f", "198.51.100.9")).isTrue();
        assertLost(both, 3, "more decides");
    }

    @Test
    void aNameThatWasRefusedCanNotBe() {
        ImportResult result = frontend("use_backend web if { req.ssl_sni -i a.example }", "default_backend rest");

        assertLost(result, 5, "backend web is left out");
        assertLost(result, 1,
                "clients that name a.example went where more decides than what they begin with; now they go to rest");
    }

    @Test
    void rulesOfABackendOfSeveralAreALoss() {
        ImportResult result = HaproxyImporter
                .convert("frontend f\nbind 203.0.113.1:443\nuse_backend one if { req.ssl_sni a }\n"
                        + "default_backend rest\n"
                        + BACKENDS.replace("backend two",
                                "tcp-request content reject if { src 198.51.100.9 }\nbackend two"));

        assertLost(result, 7, "those whom it refused are accepted now");
        assertThat(ImportedConfig.of(result).admits("f", "198.51.100.9")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"map(/etc/haproxy/hosts.map,rest)|one|rest|rest|",
        "map(/etc/haproxy/hosts.map)|one|rest|rest|",
        "map_str(/etc/haproxy/hosts.map,two)|one|two|refused|name no server went to rest",
        "map_end(/etc/haproxy/hosts.map)|one|one|rest|end of other names",
        "map_dom(/etc/haproxy/hosts.map)|one|one|rest|before other labels",
        "map_reg(/etc/haproxy/hosts.map)|||refused|more than a map"})
    void mapsFromFiles(String map, String exact, String below, String none, String loss) {
        GivenFiles files = new GivenFiles(
                Map.of("hosts.map", "# hosts\na.example one\nb.example two\nc.example nosuch\n"));
        ImportResult result = frontend(files, "use_backend %[req.ssl_sni,lower," + map + "]", "default_backend rest");

        if (exact == null) {
            assertLost(result, 5, loss);
            return;
        }
        assertThat(List.of(led(result, "a.example"), led(result, "x.a.example"), led(result, ""),
                led(result, "c.example")))
                .containsExactly(exact, below, none, "rest");
        if (loss == null) {
            assertNothingLost(result);
        } else {
            assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains(loss));
        }
    }

    /** The example of HAProxy's manual. */
    @Test
    void serversByName() {
        ImportResult result = HaproxyImporter.convert("""
                listen l
                bind 203.0.113.1:443
                tcp-request inspect-delay 5s
                use-server www if { req.ssl_sni -i www.example.com }
                server www 192.0.2.1:443 weight 0
                use-server mail if { req.ssl_sni -i mail.example.com }
                server mail 192.0.2.2:465 weight 0 maxconn 9
                use-server mail if { src 198.51.100.9 }
                server default 192.0.2.3:443 check
                server late 192.0.2.4:443 backup
                """);
        ImportedConfig config = ImportedConfig.of(result);

        assertThat(config.endpoints(config.led("l", "www.example.com")))
                .containsExactly("www=192.0.2.1:443*1", "(default=192.0.2.3:443*1)");
        assertThat(config.endpoints(config.led("l", "mail.example.com"))).first().isEqualTo("mail=192.0.2.2:465*1");
        assertThat(config.led("l", "x.example.com")).isEqualTo("l");
        assertLost(result, 8, "sent to any endpoint");
        assertLost(result, 1, "counts the connections of a server for itself");
    }

    @Test
    void backendsThatAreCalledAsTheServersAre() {
        ImportResult result = HaproxyImporter.convert("frontend f\nbind 203.0.113.1:443\n" + ACCEPT
                + "\nuse_backend tls_%[req.ssl_sni,lower]\ndefault_backend rest\n"
                + BACKENDS.replace("backend one", "backend tls_a.example"));

        assertNothingLost(result);
        assertThat(ImportedConfig.of(result).endpoints(led(result, "a.example"))).containsExactly("s=192.0.2.11:443*1");
        assertThat(led(result, "b.example")).isEqualTo("rest");
    }

    @Test
    void aMapThatWasNotGivenRefusesThoseWhoNameAServer() {
        ImportResult result = frontend("use_backend two if { req.ssl_sni -i z.example }",
                "use_backend %[req.ssl_sni,lower,map(/etc/haproxy/hosts.map)]", "default_backend rest");

        assertLost(result, 6, "name hosts.map on the command line too");
        assertThat(List.of(led(result, "z.example"), led(result, "a.example"), led(result, "")))
                .containsExactly("two", "refused", "rest");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '#', value = {"acme-tls/1#acme-tls/1#", "-m sub h2#h2#",
        "-i -m str h2#h2#offer h2 went to one",
        "-m beg h2#h2#another-protocol,h2", "-m reg (^|,)h2(,|$)#h2#", "-m reg [hx]2#h2#can't be told"})
    void protocols(String values, String protocol, String loss) {
        ImportResult result = frontend("use_backend one if { req.ssl_alpn " + values + " }", "default_backend rest");

        if (loss == null) {
            assertNothingLost(result);
            assertThat(led(result, "a.example", protocol)).isEqualTo("one");
        } else {
            assertThat(ImportedConfig.notes(result)).anyMatch(note -> note.contains(loss));
        }
        assertThat(led(result, "a.example", "http/1.1")).isEqualTo("rest");
    }

    @Test
    void aBackendForClientsWithoutTlsIsALoss() {
        ImportResult result = frontend("use_backend one if { req.ssl_hello_type 1 }", "default_backend rest");

        assertLost(result, 1, "clients that do not begin with TLS went to rest; now they are refused");
        assertThat(led(result, "a.example")).isEqualTo("one");
    }

    @Test
    void withoutADelayItIsSaid() {
        ImportResult result = HaproxyImporter
                .convert("frontend f\nbind 203.0.113.1:443\nuse_backend one if { req.ssl_sni -i a }\n"
                        + "default_backend rest\n" + BACKENDS);

        assertRemarked(result, 1, "without tcp-request inspect-delay");
        assertThat(ImportedConfig.of(result).listener("f").tls().orElseThrow().timeout())
                .isEqualTo(Duration.ofSeconds(5));
    }

    /** First match by rules of a random frontend against what the gateway makes of the import. */
    @Test
    void whateverTheRulesTheSameNamesAreLedToTheSame() {
        long seed = 20_261_127L;
        Random random = new Random(seed);
        for (int round = 0; round < 150; round++) {
            List<String[]> rules = new ArrayList<>();
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                rules.add(new String[]{random.nextBoolean() ? "one" : "two", random.nextInt(3) == 0 ? "unless" : "if",
                    random.nextBoolean() ? "." + name(random) : name(random), name(random)});
            }
            ImportResult result = frontend(String.join("\n", rules.stream().map(HaproxyHelloTest::line).toList()),
                    "default_backend rest");
            ImportedConfig config = ImportedConfig.of(result);
            boolean isTold = result.notes().stream().noneMatch(each -> each.isLoss());
            for (int i = 0; isTold && i < 50; i++) {
                String name = name(random);
                assertThat(config.led("f", name)).as("%d: %s%n%s", seed, name, result.yaml())
                        .isEqualTo(find(rules, name));
            }
        }
    }

    private static String line(String... rule) {
        return "use_backend " + rule[0] + " " + rule[1] + " { req.ssl_sni -i "
                + (rule[2].startsWith(".") ? "-m end " : "")
                + rule[2] + " }" + (rule[2].startsWith(".") ? " !{ req.ssl_sni -i " + rule[3] + " }" : "");
    }

    private static String find(List<String[]> rules, String name) {
        for (String[] rule : rules) {
            boolean holds = rule[2].startsWith(".")
                    ? name.endsWith(rule[2]) && !name.equals(rule[3])
                    : name.equals(rule[2]);
            if (holds == rule[1].equals("if")) {
                return rule[0];
            }
        }
        return "rest";
    }

    private static String name(Random random) {
        List<String> labels = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            labels.add(String.valueOf("abc".charAt(random.nextInt(3))));
        }
        return String.join(".", labels);
    }
}
