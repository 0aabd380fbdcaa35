package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectiveConfigTest {
    private static void loadsAgain(GatewayConfig config) {
        String text = EffectiveConfig.print(config);

        LoadResult again = Loads.load(text);

        assertThat(again).as(text).isInstanceOfSatisfying(Loaded.class,
                loaded -> assertThat(loaded.config()).isEqualTo(config));
        assertThat(EffectiveConfig.print(((Loaded) again).config())).isEqualTo(text);
    }

    @Test
    void theSmallestFileIsPrintedWithEveryDefault() {
        GatewayConfig config = Loads.valid(Loads.POOL).config();

        loadsAgain(config);
        assertThat(EffectiveConfig.print(config)).startsWith("""
                listeners:
                  web:
                    bind: [203.0.113.1:80]
                    pool: nginx
                    # maxConnections: half the fd budget
                    backlog: 4096
                    freebind: false
                    buffers:
                      receive: 0
                      send: 0
                    # congestion: the system's
                    # acceptProxy: nobody sends a PROXY header
                    # access: everybody may come in
                    # tls: no ClientHello is looked at
                    # perSource: no limits
                pools:
                  nginx:
                    endpoints:
                      vip1:
                        address: 192.168.1.100:80
                        weight: 1
                        backup: false
                        maxConnections: 0
                """).contains("\n# admin: no admin server\n", "\n      lifetimeJitter: 10 %\n", "\n      key: \"\"\n",
                "\n  sample: 1.0\n");
    }

    @Test
    void theFileWithEveryKeyLoadsAgain() throws IOException {
        String text = Files.readString(SamplesTest.BASE.resolve("config/gateway-full.yaml"));

        loadsAgain(Loads.valid(text).config());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "~", "true", "no", "010", "a: b", "- a", "#x", "*x", "&x", "!x", "%x", "@x", " x ",
        "\u00e9\ud83d\ude00",
        "$${A}", "$$${A}", "\\\"", "[x]", "{x}", "a #b", "a:", "?", "|", "'", "10 %", "trailing:"})
    void anyTextLoadsAgain(String text) {
        String quoted = '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';

        loadsAgain(Loads.valid(Loads.POOL + "    hash: { key: " + quoted + " }\n").config());
    }

    @Test
    void escapesAndIpv6LoadAgain() {
        String text = """
                listeners: { web: { bind: [":80", "[2001:db8::1]:81"], pool: nginx } }
                pools:
                  nginx:
                    endpoints: { vip1: "[2001:db8::2]:80" }
                    source: ["2001:db8::5", "::5"]
                    probe: { type: send-expect, send: 'a\\r\\n\\x00"', expect: "raw\\r\\n\\0" }
                  https:
                    endpoints: { e: "web.example:443" }
                    probe: { type: http, tls: { serverName: web.example }, http: { expectStatus: "200,300-399" } }
                    timeouts: { lifetimeJitter: 3.3 % }
                admin:
                accessLog: { sample: 0.001, format: json, file: /var/log/vipgate/access.log }
                """;

        loadsAgain(Loads.valid(text).config());
    }
}
