package io.vipgate.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Rejected;
import io.vipgate.importer.common.ImportResult;
import io.vipgate.importer.common.ImportedConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever stands in a file, an import ends soon, without an exception, and what it prints is a configuration.
 *
 * <p>With the system property {@code vipgate.fuzz=long}, as {@code .ci/long} sets it, there are more rounds, and huge files are as
 * long as they may be.
 */
class ImportFuzzTest {
    private static final boolean IS_LONG = System.getProperty("vipgate.fuzz", "short").equals("long");
    private static final int ROUNDS = IS_LONG ? 10_000 : 250;
    /** Also the shorter one is so long that what takes the square of the length takes longer than {@link #SOON}. */
    private static final int HUGE = IS_LONG ? 1 << 20 : 1 << 18;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String RULES = """
            *nat
            :PREROUTING ACCEPT [12:720]
            :WEB - [0:0]
            -A PREROUTING -d 203.0.113.1/32 -i eth0 -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -j WEB
            -A WEB -p tcp -m statistic --mode random --probability 0.33333333349 -j DNAT --to-destination 198.51.100.1:80
            -A WEB -p tcp -m statistic --mode nth --every 2 --packet 0 -j DNAT --to-destination 198.51.100.2
            -A WEB -p tcp -j DNAT --to-destination [2001:db8::1]:8080
            -A OUTPUT -p tcp -m multiport --dports 80,443 -j DNAT --to-destination 198.51.100.1
            COMMIT
            """;

    private static final String FILTERS = """
            *filter
            :FORWARD DROP [0:0]
            :f2b-web - [0:0]
            -A FORWARD -p tcp -m multiport --dports 80 -j f2b-web
            -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -A FORWARD -s 198.51.100.0/24 -i eth0 -p tcp -j REJECT --reject-with tcp-reset
            -A FORWARD -s 10.9.0.0/16 -j ACCEPT
            -A FORWARD -p tcp -m connlimit --connlimit-above 20 --connlimit-mask 32 --connlimit-saddr -j REJECT
            -A FORWARD -p tcp -m hashlimit --hashlimit-above 10/sec --hashlimit-burst 30 --hashlimit-mode srcip --hashlimit-name h -j DROP
            -A FORWARD -m set --match-set bad src -j DROP
            -A FORWARD -m conntrack --ctstate DNAT -j ACCEPT
            -A f2b-web -s 198.51.100.6/32 -j REJECT
            COMMIT
            """;

    private static String example(ImportFormat format) {
        return switch (format) {
            case IPTABLES -> RULES;
            case NFT -> NetfilterFuzzTest.NFT;
            case KEEPALIVED -> ImportedConfig.file("keepalived/keepalived-lvs.conf");
            case HAPROXY -> ImportedConfig.file("haproxy/haproxy.cfg")
                    + ImportedConfig.file("haproxy/haproxy-checks.cfg");
            case NGINX -> ImportedConfig.file("nginx/nginx.conf");
        };
    }

    /** Further ones, which ask more of an importer. */
    private static List<String> examples(ImportFormat format) {
        return switch (format) {
            case KEEPALIVED -> List.of(example(format), ImportedConfig.file("keepalived/checks.conf"));
            case NGINX -> List.of(example(format), ImportedConfig.file("nginx/variables.conf"),
                    ImportedConfig.file("nginx/doors.conf"), ImportedConfig.file("nginx/hello.conf"));
            case HAPROXY -> List.of(example(format), ImportedConfig.file("haproxy/doors.cfg"),
                    ImportedConfig.file("haproxy/hello.cfg"));
            case IPTABLES -> List.of(example(format), FILTERS + RULES);
            default -> List.of(example(format));
        };
    }

    private static void assertSound(ImportFormat format, String text) {
        ImportResult result = format.convert(text);
        assertThat(result.yaml().isEmpty()).isNotEqualTo(result.failure().isEmpty());
        assertThat(result.notes()).hasSizeLessThan(1010);
        if (!result.yaml().isEmpty()) {
            LoadResult loaded = ConfigLoader.parse("imported", result.yaml().getBytes(StandardCharsets.UTF_8),
                    Map.of());
            // Whether an endpoint is this very machine, and whether a list is there, depends on the machine.
            boolean isSound = !(loaded instanceof Rejected rejected) || rejected.problems().stream()
                    .allMatch(problem -> problem.message().contains("the gateway's own listener")
                            || problem.message().contains("no such file"));
            assertThat(isSound).as(result.yaml() + loaded).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void filesWithMistakesAreNoReasonToFail(ImportFormat format) {
        long seed = 20_261_124L;
        Random random = new Random(seed);
        List<String> examples = examples(format);
        for (int i = 0; i < ROUNDS * examples.size(); i++) {
            String text = mutated(examples.get(i % examples.size()), random);
            assertThatCode(() -> assertSound(format, text)).as("seed %d, round %d:%n%s", seed, i, text)
                    .doesNotThrowAnyException();
        }
    }

    /** The text with some words and lines removed, doubled, exchanged, or replaced by what is hard to read. */
    private static String mutated(String text, Random random) {
        List<String> hard = List.of("{", "}", "\"", "'", "\\", ";", "#", "!", "$X", "${X}", "-1", "0", "65536",
                "99999999999", "256", "1000", "::", "0.0.0.0", "255.255.255.255", "224.0.0.1", "*", ":", "@", "~",
                "\u2028", "\u00e9", "\ud83d\ude00", "\ud800", "null", "true", "\u001b", "/", "a b", "%", "=", ".", "..",
                "x".repeat(300), "127.0.0.1", "[::1]", "192.0.2.1:80", "1e9", "0x10", "\\x00", "\\n");
        String[] words = text.split("(?<=\\s)|(?=\\s)", -1);
        int changes = 1 + random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(words.length);
            words[at] = switch (random.nextInt(6)) {
                case 0 -> "";
                case 1 -> words[at] + " " + words[at];
                case 2 -> words[random.nextInt(words.length)];
                case 3 -> words[at] + hard.get(random.nextInt(hard.size()));
                default -> hard.get(random.nextInt(hard.size()));
            };
        }
        String changed = String.join("", words);
        return random.nextInt(8) == 0 ? changed.substring(0, random.nextInt(changed.length() + 1)) : changed;
    }

    @ParameterizedTest
    @EnumSource
    void noiseIsNoReasonToFail(ImportFormat format) {
        Random random = new Random(42);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertSound(format, new String(bytes, StandardCharsets.UTF_8));
            String printable = random.ints(random.nextInt(200), ' ', 127).mapToObj(Character::toString)
                    .collect(Collectors.joining());
            assertSound(format, printable);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hugeFilesEndSoon(ImportFormat format) {
        for (String part : Arrays.asList(" ", "a", "a ", "a\n", "\n", "{", "{\n", "a {", "a{}", "a;", "\"", "$A=$A$A\n",
                "\\\n", "# ", "a\\", "1.1.", "a\t\n{ }", "-A ", "x".repeat(60) + "\n",
                "listen l\nbind :1-200\nserver a b\n",
                "bind :1-256\n", "server a b:1\n", "server a b:1 track a/a\n",
                "acl a dst 192.0.2.1 192.0.2.2\n", "use_backend a if { dst 192.0.2.1 } || a !a\n",
                "listen a\nbind :1\nuse_backend a if { req.ssl_sni -m end .a } !{ req.ssl_sni a }\n",
                "map $ssl_preread_server_name $a { ~^(x+)+$ $b; *.b a; } server { listen 1; ssl_preread on; proxy_pass $a; }",
                "use_backend %[req.ssl_sni,map(/x,a)]\n", "acl a req.ssl_sni -m reg ^((a|b)\\.)*(c|d|e)$\n",
                "tcp-check expect string a\n", "tcp-request connection reject if { src 192.0.2.1 }\n",
                "listen a\nbind :1\ntcp-request connection track-sc0 src\n", "acl a src 192.0.2.1 192.0.2.3\n",
                "tcp-request connection reject if a !a { src -f /x }\nacl a src 192.0.2.0/24\n",
                "deny 192.0.2.1; allow 192.0.2.0/24;", "deny 192.0.2.1;",
                "limit_conn_zone $a zone=a:1m; limit_conn a 1;",
                "geo $a { 192.0.2.1 a; } server { listen 1; proxy_pass $a; }", "defaults\n", "u $a;",
                "server { listen 1-256; proxy_pass $server_port; }", "map $server_port $a { 1 $a; 2 $b; }",
                "$A=${A}${B}x\n$B=${A}\n${A}\n")) {
            Assertions.assertTimeoutPreemptively(SOON, () -> assertSound(format, part.repeat(HUGE / part.length())),
                    () -> part);
        }
        for (String example : examples(format)) {
            Assertions.assertTimeoutPreemptively(SOON,
                    () -> assertSound(format, example.repeat(HUGE / example.length())));
        }
    }
}
