package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    @Test
    void theSmallestFileGetsEveryDefault() {
        GatewayConfig config = Loads.valid(Loads.POOL).config();

        ListenerConfig web = config.listeners().get("web");
        assertThat(web).isEqualTo(new ListenerConfig(
                List.of(new BindAddress(Optional.of(InetAddress.ofLiteral("203.0.113.1")), 80)), "nginx",
                Optional.empty(), 4096,
                false, new BuffersConfig(ByteSize.ZERO, ByteSize.ZERO), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty()));
        PoolConfig pool = Loads.pool("");
        assertThat(pool.endpoints().keySet()).containsExactly("vip1", "vip2");
        assertThat(pool.endpoints().get("vip1")).isEqualTo(new EndpointConfig(
                new EndpointAddress("192.168.1.100", Optional.of(InetAddress.ofLiteral("192.168.1.100")), 80), 1, false,
                0, true));
        assertThat(pool.balance()).isEqualTo(BalanceRule.WEIGHTED_RANDOM);
        assertThat(pool.probe().type()).isEqualTo(ProbeType.TCP);
        assertThat(pool.probe().http()).isEmpty();
        assertThat(pool.probe().jitter()).isEqualTo(0.10);
        assertThat(pool.connect()).isEqualTo(new ConnectConfig(Duration.ofMillis(1500), Optional.empty(),
                HedgeDelay.OFF, 0.1, 1));
        assertThat(pool.timeouts())
                .isEqualTo(new TimeoutsConfig(Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ZERO, 0.10));
        assertThat(pool.keepAlive()).isEqualTo(new KeepAliveConfig(Duration.ofSeconds(30), Duration.ofSeconds(5), 3));
        assertThat(pool.userTimeout()).isEqualTo(new UserTimeoutConfig(Duration.ZERO, Duration.ofMinutes(1)));
        assertThat(pool.onNoHealthy()).isEqualTo(OnNoHealthy.TRY_ANYWAY);
        assertThat(config.admin()).isEmpty();
        assertThat(config.stateFile()).isEmpty();
        assertThat(config.shutdown()).isEqualTo(new ShutdownConfig(Duration.ZERO, Duration.ofSeconds(30)));
        assertThat(config.log()).isEqualTo(new LogConfig(LogLevel.INFO, LogFormat.TEXT));
        assertThat(config.accessLog()).isEqualTo(new AccessLogConfig(AccessLogFormat.NONE, "stdout", 1.0));
    }

    @Test
    void namesKeepTheOrderOfTheFile() {
        GatewayConfig config = Loads.valid("""
                listeners:
                  zeta: { bind: 203.0.113.1:80, pool: b }
                  alpha: { bind: ["203.0.113.1:81", "[2001:db8::1]:81"], pool: a }
                pools:
                  b: { endpoints: { e2: 192.0.2.1:80, e1: 192.0.2.2:80 } }
                  a: { endpoints: { e: { address: "web.example:80", weight: 0 }, f: 192.0.2.3:80 } }
                """).config();

        assertThat(config.listeners().keySet()).containsExactly("zeta", "alpha");
        assertThat(config.pools().keySet()).containsExactly("b", "a");
        assertThat(config.listeners().get("alpha")).extracting(ListenerConfig::bind)
                .hasToString("[203.0.113.1:81, [2001:db8::1]:81]");
    }

    @Test
    void aSectionWithoutContentHasItsDefaults() {
        assertThat(Loads.valid(Loads.POOL + "admin:\n").config().admin())
                .isEqualTo(Loads.valid(Loads.POOL + "admin: {}\n").config().admin()).get()
                .extracting(AdminConfig::bind).hasToString("[127.0.0.1:9180]");
        assertThat(Loads.valid(Loads.POOL + "runtime:\nlog: ~\n").config().log().level()).isEqualTo(LogLevel.INFO);
    }

    @Test
    void quotesChangeNothing() {
        assertThat(Loads.pool("balance: \"random\"\nconnect: { attempts: '2' }"))
                .isEqualTo(Loads.pool("balance: random\nconnect: { attempts: 2 }"));
    }

    @Test
    void anchorsAndAliasesMayRepeatAValue() {
        PoolConfig pool = Loads.pool("timeouts: { idle: &t 7s, halfClosed: *t }");

        assertThat(pool.timeouts().idle()).isEqualTo(Duration.ofSeconds(7));
        assertThat(pool.timeouts().halfClosed()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aProbeHasTheSectionThatItsTypeNeeds() {
        assertThat(Loads.pool("probe: { type: http }").probe().http()).contains(HttpProbeConfig.DEFAULTS);
        assertThat(Loads.pool("probe: { type: http }").probe().tls()).isEmpty();
        assertThat(Loads.pool("probe: { type: http, tls: }").probe().tls()).contains(TlsProbeConfig.DEFAULTS);
        assertThat(Loads.pool("probe: { type: tls }").probe().tls()).contains(TlsProbeConfig.DEFAULTS);
    }

    @Test
    void anOptionalKeyWithEmptyTextIsAbsent() {
        assertThat(Loads.pool("probe: { type: tls, port: '', tls: { ca: \"\" } }").probe().tls()).get()
                .extracting(TlsProbeConfig::ca).isEqualTo(Optional.empty());
    }

    @Test
    void tenMistakesAreTenProblemsOnTheirLines() {
        List<String> problems = Loads.problems("""
                listeners:
                  web:
                    bind: 203.0.113.1:80
                    pool: ngnix
                    tls: 3
                  "two words":
                    bind: [203.0.113.1:80, 203.0.113.2:99999]
                    pool: nginx
                pools:
                  nginx:
                    endpoints:
                      vip1: { address: 192.168.1.100:80, weight: 300 }
                      vip2: { address: 192.168.1.200:80, wieght: 1 }
                    timeouts:
                      idle: 30
                    balance: fastest
                    connect: { attempts: 010 }
                shutdown: [30s]
                """);

        assertThat(problems).containsExactly(
                "4: listeners.web.pool: ngnix (expected: the name of a pool; did you mean 'nginx'?)",
                "5: listeners.web.tls: 3 (expected: a section with the keys names, alpn, unknownName, noName, notTls, timeout, maxHello)",
                "6: listeners.two words: not a name (expected: 1 to 63 letters, digits, '_', '.' or '-', beginning "
                        + "with a letter or a digit)",
                "7: listeners.two words.bind[1]: 203.0.113.2:99999 (expected: an address and a port, for example "
                        + "203.0.113.1:80, \"[2001:db8::1]:80\" or :80, the port 0 to 65535)",
                "7: listeners.two words.bind[0]: 203.0.113.1:80 (expected: no overlap with 203.0.113.1:80 of "
                        + "listeners.web.bind on line 3)",
                "12: pools.nginx.endpoints.vip1.weight: 300 (expected: 0 to 256)",
                "13: pools.nginx.endpoints.vip2.wieght: unknown key (did you mean 'weight'?)",
                "15: pools.nginx.timeouts.idle: 30 (a duration needs a unit, for example 500ms or 2s)",
                "16: pools.nginx.balance: fastest (expected: one of random, weighted-random, power-of-two, "
                        + "round-robin, least-connections, source-hash, first)",
                "17: pools.nginx.connect.attempts: 010 (expected: a whole number without leading zeros)",
                "18: shutdown: a list (expected: a section with the keys grace, drain)");
    }

    @Test
    void whatMustBeWrittenIsMissed() {
        assertThat(Loads.problems("runtime: {}\n")).containsExactly(
                "1: listeners: missing (expected: what the gateway listens on, by name)",
                "1: pools: missing (expected: groups of endpoints, by name)");
        assertThat(Loads.problems("listeners:\n  web: {}\npools:\n  nginx:\n    balance: random\nmetrics: {}\n"))
                .hasSize(4)
                .satisfiesExactly(
                        bind -> assertThat(bind)
                                .startsWith("2: listeners.web.bind: missing (expected: where it listens"),
                        pool -> assertThat(pool).startsWith("2: listeners.web.pool: missing"),
                        endpoints -> assertThat(endpoints).startsWith("4: pools.nginx.endpoints: missing"),
                        metrics -> assertThat(metrics).startsWith("6: metrics.bind: missing"));
        assertThat(Loads.problems("listeners:\npools: {}\n")).containsExactly(
                "1: listeners: empty (expected: at least one listener)",
                "2: pools: empty (expected: at least one pool)");
    }

    @Test
    void wrongShapesSayWhatWasExpected() {
        assertThat(Loads.poolProblems("""
                balance: [random]
                endpointz: {}
                connect: fast
                probe: { command: check, type: exec }
                source:
                timeouts: { idle: }
                """)).satisfiesExactly(
                balance -> assertThat(balance).startsWith("5: pools.nginx.balance: a list (expected: a single value"),
                unknown -> assertThat(unknown)
                        .isEqualTo("6: pools.nginx.endpointz: unknown key (did you mean 'endpoints'?)"),
                connect -> assertThat(connect)
                        .isEqualTo(
                                "7: pools.nginx.connect: fast (expected: a section with the keys timeout, attempts, hedge, hedgeBudget, retryBudget)"),
                command -> assertThat(command).isEqualTo("8: pools.nginx.probe.command: check (expected: a list)"),
                source -> assertThat(source)
                        .startsWith("9: pools.nginx.source: no value (expected: a list or a single value"),
                idle -> assertThat(idle).startsWith("10: pools.nginx.timeouts.idle: no value (expected: a value"));
    }

    @Test
    void ipv6WithoutQuotesIsToldToBeQuoted() {
        assertThat(Loads.problems("listeners:\n  web:\n    bind: [2001:db8::1]:80\n    pool: nginx\n")).singleElement()
                .asString()
                .startsWith("3: not valid YAML")
                .contains("an IPv6 address must be quoted, for example \"[2001:db8::1]:80\"");
        assertThat(Loads.problems(Loads.POOL.replace("192.168.1.100:80", "[2001:db8::1]:80"))).singleElement()
                .asString()
                .startsWith("4: ").contains("an IPv6 address must be quoted");
        assertThat(Loads.problems(Loads.POOL.replace("203.0.113.1:80", "2001:db8::1:80"))).singleElement().asString()
                .startsWith("1: listeners.web.bind: 2001:db8::1:80").contains("in brackets and quotes");
        assertThat(Loads.problems(Loads.POOL + "admin: { bind: [2001:db8::1] }")).singleElement().asString()
                .startsWith("5: admin.bind[0]: 2001:db8::1").contains("in brackets and quotes");
    }

    @Test
    void whatFlowStyleTakesApartIsToldToBeQuoted() {
        assertThat(Loads.problems(Loads.POOL.replace("203.0.113.1:80", "${ADDRESS}"))).singleElement().asString()
                .startsWith("1: not valid YAML").contains("a ${NAME} must be quoted");
        assertThat(Loads.problems(Loads.POOL.replace("203.0.113.1:80", ":80"))).singleElement().asString()
                .contains("an address that begins with a colon must be quoted");
        assertThat(Loads.problems("listeners:\n  web: { bind: [:80], pool: a }")).singleElement().asString()
                .contains("an address that begins with a colon must be quoted");
    }

    @Test
    void aFileIsReadAndCannotBeReadPlainly(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("gateway.yaml"), Loads.POOL);

        assertThat(ConfigLoader.load(file, Map.of())).isInstanceOf(Loaded.class);
        assertThat(ConfigLoader.load(directory, Map.of())).isEqualTo(
                new Rejected(List.of(new Problem(directory.toString(), 0, "", "is a directory (expected: a file)"))));
        assertThat(ConfigLoader.load(directory.resolve("none"), Map.of())).isInstanceOfSatisfying(Rejected.class,
                rejected -> assertThat(rejected.problems()).singleElement().asString().endsWith("none: no such file"));
        assertThat(ConfigLoader.load(file.resolve("none"), Map.of())).isInstanceOf(Rejected.class);
        Files.write(file, new byte[ConfigLoader.MAX_BYTES + 1]);
        assertThat(ConfigLoader.load(file, Map.of())).isInstanceOfSatisfying(Rejected.class,
                rejected -> assertThat(rejected.problems()).singleElement().asString()
                        .endsWith("gateway.yaml: longer than 1 MiB"));
    }

    @Test
    void aProblemIsOneLineWhateverTheFileHolds() {
        LoadResult result = Loads
                .load(Loads.POOL + "\"a\\nb\\e[31m\": 1\nlog: { level: \"" + "x\\n".repeat(100) + "\" }\n");

        assertThat(Loads.problems(result))
                .allSatisfy(problem -> assertThat(problem).doesNotContain("\n", "\u001b").hasSizeLessThan(500))
                .first().asString().startsWith("5: a\\x0ab\\x1b[31m: unknown key");
    }

    @Test
    void bytesAreReadUnderTheLabelGiven() {
        LoadResult result = ConfigLoader.parse("standard input", "x: 1".getBytes(StandardCharsets.UTF_8), Map.of());

        assertThat(result).isInstanceOfSatisfying(Rejected.class,
                rejected -> assertThat(rejected.problems()).extracting(Problem::file).containsOnly("standard input"));
    }
}
