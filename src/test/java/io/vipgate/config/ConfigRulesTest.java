package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigRulesTest {
    private static void soleProblem(String poolLines, String problem) {
        assertThat(Loads.poolProblems(poolLines)).singleElement().asString().isEqualTo(problem);
    }

    private static String listening(String first, String second) {
        return """
                listeners:
                  a: { bind: "%s", pool: nginx }
                  b: { bind: "%s", pool: nginx }
                pools: { nginx: { endpoints: { vip1: "192.168.1.100:80" } } }
                """.formatted(first, second);
    }

    @ParameterizedTest
    @CsvSource({":80, :80", "203.0.113.1:80, 203.0.113.1:80", "[2001:db8::1]:80, [2001:db8:0::1]:80", ":80, [::]:80",
        "0.0.0.0:80, :80", "0.0.0.0:80, 0.0.0.0:80", "[fe80::1%eth0]:80, [fe80::1%eth0]:80"})
    void overlappingBindsAreRefused(String first, String second) {
        assertThat(Loads.problems(listening(first, second))).singleElement().asString()
                .startsWith("3: listeners.b.bind: ").endsWith("of listeners.a.bind on line 2)")
                .contains("(expected: no overlap with ");
    }

    @ParameterizedTest
    @CsvSource({":80, :81", "203.0.113.1:80, 203.0.113.2:80", "0.0.0.0:80, [::]:80", "0.0.0.0:80, [2001:db8::1]:80",
        ":0, :0", "203.0.113.1:0, :0", "[fe80::1%eth0]:80, [fe80::1%eth1]:80", ":80, 203.0.113.1:80",
        "203.0.113.1:80, :80", ":80, [2001:db8::1]:80", "0.0.0.0:80, 203.0.113.1:80", "[2001:db8::1]:80, [::]:80"})
    void otherBindsMayStandTogether(String first, String second) {
        Loads.valid(listening(first, second));
    }

    @Test
    void twoAddressesAndTheirWildcardAreOneOverlapEach() {
        assertThat(Loads.problems("""
                listeners:
                  one: { bind: "203.0.113.1:80", pool: nginx }
                  rest: { bind: "0.0.0.0:80", pool: nginx }
                  all: { bind: ":80", pool: nginx }
                pools: { nginx: { endpoints: { vip1: "192.168.1.100:80" } } }
                """)).containsExactly(
                "4: listeners.all.bind: :80 (expected: no overlap with 0.0.0.0:80 of listeners.rest.bind on line 3)");
    }

    @Test
    void anInterfaceThatIsNotThereIsAWarning() {
        assertThat(Loads.valid("""
                listeners: { web: { bind: "[fe80::1%nosuch0]:80", pool: nginx } }
                pools: { nginx: { endpoints: { vip1: "[fe80::2%nosuch1]:80" } } }
                """).warnings()).extracting(Problem::toString).containsExactly(
                "test.yaml:1: listeners.web.bind: [fe80::1%nosuch0]:80 (this machine has no interface nosuch0 now; a start or "
                        + "reload without it fails)",
                "test.yaml:2: pools.nginx.endpoints.vip1: [fe80::2%nosuch1]:80 (this machine has no interface nosuch1 now; a start "
                        + "or reload without it fails)");
    }

    @Test
    void bindsOfOneListenerAndOfItsOwnServersMustNotOverlapEither() {
        assertThat(Loads.problems("""
                listeners:
                  web:
                    bind:
                      - 203.0.113.1:80
                      - 203.0.113.1:80
                      - :9180
                    pool: nginx
                pools: { nginx: { endpoints: { vip1: "192.168.1.100:80" } } }
                admin: {}
                metrics: { bind: "127.0.0.1:9180" }
                """)).containsExactly(
                "5: listeners.web.bind[1]: 203.0.113.1:80 (expected: no overlap with 203.0.113.1:80 of "
                        + "listeners.web.bind[0] on line 4)",
                "9: admin.bind: 127.0.0.1:9180 (expected: no overlap with :9180 of listeners.web.bind[2] on line 6)",
                "10: metrics.bind: 127.0.0.1:9180 (expected: no overlap with 127.0.0.1:9180 of admin.bind on line 9)");
        assertThat(Loads.problems(Loads.POOL + "admin: {}\nmetrics: { bind: \":9180\" }\n")).singleElement().asString()
                .startsWith("6: metrics.bind: :9180 (expected: no overlap with 127.0.0.1:9180 of admin.bind on line 5");
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.1:80, 203.0.113.1:80", ":80, 127.0.0.1:80", ":80, 127.9.9.9:80", ":80, [::1]:80",
        "0.0.0.0:80, 127.0.0.1:80",
        ":80, 198.51.100.7:80", "[::]:80, [2001:db8::7]:80", "[2001:db8::9]:80, [2001:db8::9]:80"})
    void anEndpointMustNotBeTheGatewaysOwnListener(String bind, String endpoint) {
        assertThat(Loads.problems("""
                listeners: { web: { bind: "%s", pool: nginx } }
                pools:
                  nginx:
                    endpoints:
                      vip1:
                        address: "%s"
                """.formatted(bind, endpoint))).singleElement().asString()
                .startsWith("6: pools.nginx.endpoints.vip1.address: " + endpoint
                        + " (expected: not the gateway's own listener, ")
                .endsWith("of listeners.web.bind on line 1)");
    }

    @ParameterizedTest
    @CsvSource({":80, 192.0.2.1:80", ":80, 127.0.0.1:81", "0.0.0.0:80, [::1]:80", "[::]:80, 198.51.100.7:80",
        ":80, localhost:80",
        "203.0.113.1:80, 203.0.113.2:80"})
    void anEndpointMayBeElsewhere(String bind, String endpoint) {
        Loads.valid("""
                listeners: { web: { bind: "%s", pool: nginx } }
                pools: { nginx: { endpoints: { vip1: "%s" } } }
                """.formatted(bind, endpoint));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:80", "[::]:80", "224.0.0.18:80", "[ff02::1]:80", "255.255.255.255:80"})
    void anEndpointIsOneMachine(String endpoint) {
        assertThat(Loads.problems(Loads.POOL.replace("192.168.1.100:80", '"' + endpoint + '"'))).singleElement()
                .asString()
                .startsWith("4: pools.nginx.endpoints.vip1: " + endpoint + " (expected: an address of one machine");
    }

    @Test
    void aListenerDoesNotBindAGroup() {
        assertThat(Loads.problems(Loads.POOL.replace("203.0.113.1:80", "224.0.0.18:80"))).singleElement().asString()
                .startsWith("1: listeners.web.bind: 224.0.0.18:80 (expected: an address of one machine");
    }

    @Test
    void sourceAddressesFitTheEndpoints() {
        soleProblem("source: \"2001:db8::5\"",
                "5: pools.nginx.source: 2001:db8::5 (expected: an address of the same family as an endpoint of this "
                        + "pool)");
        soleProblem("source: [192.168.1.10, 0.0.0.0]",
                "5: pools.nginx.source[1]: 0.0.0.0 (expected: an address of this machine)");
        soleProblem("source: eth0",
                "5: pools.nginx.source: eth0 (expected: an IPv4 or IPv6 address, for example 192.0.2.1)");
        assertThat(Loads.pool("source: [192.168.1.10, \"2001:db8::5\"]").source()).hasSize(2);
        assertThat(Loads.pool("source: 192.168.1.10").source()).hasSize(1);
    }

    @Test
    void namesMustPointSomewhere() {
        assertThat(Loads.problems(
                Loads.POOL.replace("pool: nginx", "pool: apache") + "readiness:\n  pools:\n    - nginx\n    - ngin\n"))
                .containsExactly("1: listeners.web.pool: apache (expected: the name of a pool; there is nginx)",
                        "8: readiness.pools[1]: ngin (expected: the name of a pool; did you mean 'nginx'?)");
    }

    @Test
    void withoutPoolsTheListenersAreNotBlamed() {
        assertThat(Loads.problems("listeners: { web: { bind: 203.0.113.1:80, pool: nginx } }\n"))
                .containsExactly("1: pools: missing (expected: groups of endpoints, by name)");
    }

    @Test
    void aPoolWithAMistakeStillHasItsName() {
        assertThat(Loads.poolProblems("balance: none")).singleElement().asString()
                .startsWith("5: pools.nginx.balance: none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-web", "", "a b", ".a", "ä", "a/b",
        "0123456789012345678901234567890123456789012345678901234567890123"})
    void otherNamesAreRefused(String name) {
        assertThat(Names.isName(name)).isFalse();
        assertThat(Names.isName("9.a_b-C")).isTrue();
    }

    @Test
    void emptyPoolsAndBindsAreRefused() {
        assertThat(
                Loads.problems("listeners: { web: { bind: [], pool: nginx } }\npools:\n  nginx:\n    endpoints: {}\n"))
                .containsExactly(
                        "1: listeners.web.bind: empty (expected: at least one address and port)",
                        "4: pools.nginx.endpoints: empty (expected: at least one endpoint)");
    }

    @Test
    void aPoolNeedsAWeight() {
        assertThat(Loads.problems("""
                listeners: { web: { bind: 203.0.113.1:80, pool: nginx } }
                pools:
                  nginx:
                    endpoints:
                      vip1: { address: 192.168.1.100:80, weight: 0 }
                      vip2: { address: 192.168.1.200:80, weight: 0 }
                """)).containsExactly(
                "4: pools.nginx.endpoints: every weight is 0 (expected: at least one endpoint with a weight of 1 or "
                        + "more)");
    }

    @Test
    void userTimeoutMustLeaveKeepAliveItsTime() {
        soleProblem("userTimeout: { endpoint: 44s }",
                "5: pools.nginx.userTimeout.endpoint: 44s (expected: 0s or at least 45s, which is keepAlive.idle + "
                        + "interval x count)");
        soleProblem("userTimeout: { client: 10s }",
                "5: pools.nginx.userTimeout.client: 10s (expected: 0s or at least 45s, which is keepAlive.idle + "
                        + "interval x count)");
        soleProblem("onDown: keep\nkeepAlive: { count: 9 }",
                "6: pools.nginx.userTimeout.endpoint: 1m (expected: 0s or at least 75s, which is keepAlive.idle + "
                        + "interval x count)");
        assertThat(Loads.pool("userTimeout: { client: 45s, endpoint: 0s }").userTimeout().endpoint()).isZero();
    }

    @Test
    void relaysToRebalanceMustBeIdleBeforeTheyEnd() {
        String rule = " (expected: less than timeouts.idle, 5s, which ends such relays first)";
        soleProblem("timeouts: { idle: 5s }\nrebalance: { when: recovery, idleFor: 5s }",
                "6: pools.nginx.rebalance.idleFor: 5s" + rule);
        soleProblem("timeouts: { idle: 5s }\nrebalance: always", "6: pools.nginx.rebalance.idleFor: 5s" + rule);
        soleProblem("timeouts: { idle: 5s }\nrebalance: { idleFor: 1m }",
                "6: pools.nginx.rebalance.idleFor: 1m" + rule);
        assertThat(Loads.pool("timeouts: { idle: 3s }").rebalance().when()).isEqualTo(RebalanceWhen.NEVER);
        assertThat(Loads.pool("timeouts: { idle: 3s }\nrebalance: { when: always, idleFor: 2999ms }").rebalance()
                .idleFor()).hasMillis(2999);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "rate: 0 %|rate: 0 % (expected: 0.1 % to 100 %)", "rate: 101 %|rate: 101 % (expected: 0.1 % to 100 %)",
        "over: 4 %|over: 4 % (expected: 5 % to 200 %)", "over: 201 %|over: 201 % (expected: 5 % to 200 %)",
        "idleFor: 499ms|idleFor: 499ms (expected: 500ms to 24h)", "after: 25h|after: 25h (expected: at most 24h)",
        "when: often|when: often (expected: one of never, recovery, always)"})
    void rebalancingHasBounds(String key, String problem) {
        soleProblem("rebalance: { " + key + " }", "5: pools.nginx.rebalance." + problem);
    }

    @Test
    void aSingleEndpointLeavesNothingToRebalance() {
        String two = "{ a: 192.0.2.1:80, b: 192.0.2.2:80 }";
        for (String endpoints : List.of("{ a: 192.0.2.1:80 }", two, "{ a: \"web.example:80\" }")) {
            List<String> warnings = Loads.valid("""
                    listeners: { web: { bind: ":80", pool: nginx } }
                    pools:
                      nginx:
                        endpoints: %s
                        rebalance: recovery
                    """.formatted(endpoints)).warnings().stream().map(Problem::toString).toList();
            if (endpoints.equals("{ a: 192.0.2.1:80 }")) {
                assertThat(warnings).singleElement().asString()
                        .endsWith("rebalance.when: recovery: the pool has a single "
                                + "endpoint, so there is nothing to rebalance");
            } else {
                assertThat(warnings).isEmpty();
            }
        }
    }

    @Test
    void keepAliveCountsWholeSeconds() {
        soleProblem("keepAlive: { idle: 1500ms }", "5: pools.nginx.keepAlive.idle: 1500ms (expected: whole seconds)");
        soleProblem("keepAlive: { interval: 100ms }",
                "5: pools.nginx.keepAlive.interval: 100ms (expected: 1s to 32767s)");
        soleProblem("keepAlive: { count: 128 }", "5: pools.nginx.keepAlive.count: 128 (expected: 1 to 127)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"connect: { attempts: 17 }|attempts: 17 (expected: 1 to 16)",
        "connect: { attempts: 0 }|attempts: 0 (expected: 1 to 16)",
        "hash: { ipv4Prefix: 33 }|ipv4Prefix: 33 (expected: 0 to 32)",
        "pinning: { ipv6Prefix: 129 }|ipv6Prefix: 129 (expected: 0 to 128)",
        "timeouts: { lifetimeJitter: 51 % }|lifetimeJitter: 51 % (expected: 0 % to 50 %)",
        "probe: { timeout: 2m }|timeout: 2m (expected: 1ms to 1m)", "probe: { port: 0 }|port: 0 (expected: 1 to 65535)",
        "slowStart: 2h|slowStart: 2h (expected: at most 1h)"})
    void rangesAreChecked(String line, String end) {
        assertThat(Loads.poolProblems(line)).singleElement().asString().startsWith("5: pools.nginx.").endsWith(end);
    }

    @Test
    void rangesOutsidePoolsAreCheckedToo() {
        assertThat(Loads.problems(Loads.POOL + "accessLog: { sample: 0, file: \"\" }\nruntime: { eventLoops: -1 }\n"))
                .containsExactly(
                        "5: accessLog.sample: 0 (expected: 0.000001 to 1)",
                        "5: accessLog.file: \"\" (expected: stdout or a file's path)",
                        "6: runtime.eventLoops: -1 (expected: 0 to 1024)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "http: {}|http: given, but the probe's type is tcp (expected: only with type: http)",
        "tls: {}|tls: given, but the probe's type is tcp (expected: only with type: tls, http, send-expect, redis, smtp "
                + "or ldap)",
        "type: none, send: x|send: given, but the probe's type is none (expected: only with type: send-expect)",
        "type: http, expect: x|expect: given, but the probe's type is http (expected: only with type: send-expect)",
        "command: [x]|command: given, but the probe's type is tcp (expected: only with type: exec)",
        "type: exec|type: exec (expected: command with it)",
        "type: send-expect|type: send-expect (expected: send or expect or steps with it)",
        "type: exec, command: ['']|command: \"\" (expected: a program, then its arguments)",
        "type: http, http: { path: x }|http.path: x (expected: a path that begins with a slash, without spaces)",
        "type: http, http: { host: 'a b' }|http.host: a b (expected: a host name or an address, with or without a "
                + "port)",
        "type: send-expect, send: '\\q'|send: \\q (expected: after a backslash one of r, n, t, 0, xHH, \\ or \")",
        "type: http, http: { expectStatus: 2xx }|http.expectStatus: 2xx (expected: status codes 100 to 599 and "
                + "ranges of them, for example 200,204,300-399)"})
    void aProbeHasWhatItsTypeTakes(String probe, String problem) {
        soleProblem("probe: { " + probe + " }", "5: pools.nginx.probe." + problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"source-hash", "first"})
    void slowStartWithARuleThatHasNoSharesIsAWarning(String rule) {
        Loaded loaded = Loads.valid(Loads.POOL + "    balance: " + rule + "\n    slowStart: 10s\n");

        assertThat(loaded.warnings()).map(Problem::toString)
                .contains("test.yaml:6: pools.nginx.slowStart: ignored with balance: " + rule);
        assertThat(Loads.valid(Loads.POOL + "    slowStart: 10s\n").warnings()).isEmpty();
    }

    private static String inTurn(String... endpoints) {
        return "listeners: { web: { bind: 203.0.113.1:80, pool: nginx } }\npools:\n  nginx:\n    balance: first\n    endpoints:\n      "
                + String.join("\n      ", endpoints) + "\n";
    }

    @Test
    void firstWithoutAMaximumBeforeTheLastIsAWarning() {
        assertThat(Loads.valid(inTurn("a: { address: '192.0.2.1:80', maxConnections: 5 }", "b: 192.0.2.2:80",
                "c: 192.0.2.3:80", "d: 192.0.2.4:80")).warnings()).singleElement().hasToString(
                        "test.yaml:7: pools.nginx.endpoints.b.maxConnections: 0: with balance: first the endpoints "
                                + "behind it get connections only while it can't be used");
    }

    @Test
    void firstWithMaximaOrWithBackupsIsNone() {
        assertThat(Loads.valid(inTurn("a: { address: '192.0.2.1:80', maxConnections: 5 }",
                "b: { address: '192.0.2.2:80', weight: 0 }", "c: 192.0.2.3:80")).warnings()).isEmpty();
        assertThat(Loads.valid(inTurn("a: 192.0.2.1:80", "b: { address: '192.0.2.2:80', backup: true }"))
                .warnings()).isEmpty();
        assertThat(Loads.valid(inTurn("a: 192.0.2.1:80")).warnings()).isEmpty();
    }

    @Test
    void aFastIntervalThatIsSlowIsAWarning() {
        assertThat(Loads.valid(Loads.POOL + "    probe: { interval: 50ms }\n").warnings()).singleElement()
                .hasToString(
                        "test.yaml:5: pools.nginx.probe.interval: fastInterval 100ms is slower than interval 50ms");
    }

    @Test
    void aProbesSourceIsAnAddressOfThisMachine() {
        soleProblem("probe: { source: 0.0.0.0 }",
                "5: pools.nginx.probe.source: 0.0.0.0 (expected: auto, none, or an address of this machine)");
        soleProblem("probe: { source: web.example }", "5: pools.nginx.probe.source: web.example (expected: auto, none, "
                + "or an address of this machine without a port)");
        soleProblem("probe: { type: exec, command: [/bin/true], source: 192.0.2.1 }", "5: pools.nginx.probe.source: "
                + "given, but the probe's type is exec (expected: only with a type that connects, not exec or none)");
        assertThat(Loads.pool("probe: { source: none }").probe().source()).isEqualTo(ProbeSource.NONE);
        assertThat(Loads.pool("probe: { source: 192.0.2.1 }").probe().source()).hasToString("192.0.2.1");
        soleProblem("probe: { source: \"2001:db8::1\" }", "5: pools.nginx.probe.source: 2001:db8::1 (expected: an "
                + "address of the same family as an endpoint of this pool)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "224.0.0.18", "ff02::1", "255.255.255.255", "::ffff:255.255.255.255",
        "::ffff:224.0.0.1"})
    void noConnectionComesFromAGroupOrFromEverywhere(String address) {
        assertThat(Loads.problems(Loads.POOL + "    probe: { source: \"" + address + "\" }\n")).singleElement()
                .asString().startsWith("5: pools.nginx.probe.source: ").endsWith("an address of this machine)");
        assertThat(Loads.problems(Loads.POOL + "    source: \"" + address + "\"\n")).anyMatch(
                problem -> problem.toString().matches("5: pools.nginx.source: .* an address of this machine\\)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"224.0.0.18:9443", "[ff02::1]:9443", "255.255.255.255:9443"})
    void noServerIsBoundToAGroup(String address) {
        for (String section : List.of("admin", "metrics")) {
            assertThat(Loads.problems(Loads.POOL + section + ": { bind: \"" + address + "\" }\n")).singleElement()
                    .asString().contains(section + ".bind: " + address + " (expected: an address of one machine");
        }
        assertThat(Loads.problems(Loads.POOL.replace("203.0.113.1:80", '"' + address + '"'))).singleElement()
                .asString().contains("listeners.web.bind: " + address + " (expected: an address of one machine");
    }

    @Test
    void aProbesHeaderBelongsToAConnection() {
        soleProblem("probe: { type: none, proxyProtocol: v2 }", "5: pools.nginx.probe.proxyProtocol: given, but the "
                + "probe's type is none (expected: only with a type that connects, not exec or none)");
        assertThat(Loads.pool("probe: { proxyProtocol: v1 }").probe().proxyProtocol()).isEqualTo(ProbeProxyProtocol.V1);
    }

    @Test
    void aPoolWithAnUnprobedEndpointCannotMakeTheGatewayUnready() {
        String text = """
                listeners: { web: { bind: "203.0.113.1:80", pool: nginx } }
                pools:
                  nginx:
                    endpoints:
                      vip1: 192.168.1.100:80
                      sorry: { address: "192.168.1.200:80", backup: true, probe: false }
                readiness: { pools: [nginx] }
                """;
        assertThat(Loads.valid(text).warnings()).singleElement().asString()
                .endsWith("7: readiness.pools[0]: nginx never counts as down: its endpoint sorry is not probed");
        assertThat(Loads.valid(text.replace(", probe: false", "")).warnings()).isEmpty();
    }
}
