package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which pool a TLS client gets by its ClientHello. */
class TlsRulesTest {
    private static String text(String tls) {
        return """
                listeners:
                  secure:
                    bind: 203.0.113.1:443
                    pool: nginx
                    tls: %s
                pools:
                  nginx: { endpoints: { vip1: 192.168.1.100:443 } }
                  shop: { endpoints: { vip1: 192.168.1.101:443 } }
                """.formatted(tls);
    }

    private static TlsConfig tls(String tls) {
        return Objects.requireNonNull(Loads.valid(text(tls)).config().listeners().get("secure")).tls().orElseThrow();
    }

    @Test
    void namesAreFoldedAndTheRestHasItsDefaults() {
        TlsConfig tls = tls(
                "{ names: { Shop.Example.COM.: shop, \"*.apps.example.com\": nginx }, alpn: { acme-tls/1: shop } }");

        assertThat(tls.names()).containsEntry("shop.example.com", "shop").containsEntry("*.apps.example.com", "nginx")
                .hasSize(2);
        assertThat(tls.alpn()).containsOnlyKeys("acme-tls/1");
        assertThat(tls.unknownName()).isEqualTo(TlsConfig.Otherwise.DEFAULT);
        assertThat(tls.noName()).isEqualTo(TlsConfig.Otherwise.DEFAULT);
        assertThat(tls.notTls()).isEqualTo(TlsConfig.Otherwise.DEFAULT);
        assertThat(tls.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(tls.maxHello()).isEqualTo(new ByteSize(16 << 10));
    }

    @Test
    void whatIsPrintedIsTheSameConfiguration() {
        GatewayConfig config = Loads.valid(text("{ names: { \"*.example.com\": shop, on: shop, \"_x.y\": nginx }, "
                + "alpn: { \"h2 \": shop, \"null\": nginx } }")).config();

        assertThat(Loads.valid(EffectiveConfig.print(config)).config()).isEqualTo(config);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            { names: { "*": shop } }              | 5: listeners.secure.tls.names.*: a wildcard for every name (expected: a name, or *.example.com; what matches nothing goes to the listener's own pool)
            { names: { a.*.b: shop } }            | 5: listeners.secure.tls.names.a.*.b: an asterisk within a name (expected: one in front only, for a label or more, such as *.example.com)
            { names: { "*.*.b": shop } }          | 5: listeners.secure.tls.names.*.*.b: an asterisk within a name (expected: one in front only, for a label or more, such as *.example.com)
            { names: { "*b.c": shop } }           | 5: listeners.secure.tls.names.*b.c: an asterisk within a name (expected: one in front only, for a label or more, such as *.example.com)
            { names: { 192.0.2.1: shop } }        | 5: listeners.secure.tls.names.192.0.2.1: an address (expected: a host name; TLS clients name no server where they connect to an address)
            { names: { "2001:db8::1": shop } }    | 5: listeners.secure.tls.names.2001:db8::1: an address (expected: a host name; TLS clients name no server where they connect to an address)
            { names: { b\u00fccher.example: shop } }   | 5: listeners.secure.tls.names.b\u00fccher.example: not in ASCII (expected: xn--bcher-kva.example)
            { names: { "*.b\u00fccher.example": shop } } | 5: listeners.secure.tls.names.*.b\u00fccher.example: not in ASCII (expected: *.xn--bcher-kva.example)
            { names: { a..b: shop } }             | 5: listeners.secure.tls.names.a..b: not a host name (expected: labels of 1 to 63 letters, digits, '-' or '_', 253 characters in all)
            { names: { "": shop } }               | 5: listeners.secure.tls.names: an empty key (expected: a name; inside [ ] and { } a text that begins with a colon must be quoted)
            { names: { a.b: shop, A.B: nginx } }  | 5: listeners.secure.tls.names.a.b: the same as another key (expected: each once, in any case of letters)
            { names: { a.b: shob } }              | 5: listeners.secure.tls.names.a.b: shob (expected: the name of a pool; did you mean 'shop'?)
            { alpn: { "": shop } }                | 5: listeners.secure.tls.alpn: an empty key (expected: a name; inside [ ] and { } a text that begins with a colon must be quoted)
            { alpn: { h2: shob } }                | 5: listeners.secure.tls.alpn.h2: shob (expected: the name of a pool; did you mean 'shop'?)
            { names: [a.b] }                      | 5: listeners.secure.tls.names: a list (expected: names with their values)
            { names: { a.b: shop }, noName: drop } | 5: listeners.secure.tls.noName: drop (expected: one of default, reject)
            { names: { a.b: shop }, timeout: 99ms } | 5: listeners.secure.tls.timeout: 99ms (expected: 100ms to 1m)
            { names: { a.b: shop }, maxHello: 65KiB } | 5: listeners.secure.tls.maxHello: 65KiB (expected: 1KiB to 64KiB)
            yes                                   | 5: listeners.secure.tls: yes (expected: a section with the keys names, alpn, unknownName, noName, notTls, timeout, maxHello)
            """)
    void eachMistakeIsToldWithItsLine(String tls, String problem) {
        assertThat(Loads.problems(text(tls))).containsExactly(problem);
    }

    @Test
    void aSectionThatLeadsNobodyElsewhereIsWarnedOf() {
        assertThat(Loads.valid(text("{}")).warnings()).extracting(Problem::toString).containsExactly(
                "test.yaml:5: listeners.secure.tls: leads nobody elsewhere without names or alpn, and every client waits for its "
                        + "ClientHello");
        assertThat(Loads.valid(text("{ notTls: reject }")).warnings()).isEmpty();
        assertThat(Loads.valid(text("{ notTls: reject, noName: reject, unknownName: reject }")).warnings())
                .extracting(Problem::toString)
                .containsExactly("test.yaml:5: listeners.secure.tls: refuses everybody without names or alpn");
    }
}
