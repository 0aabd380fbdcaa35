package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeRulesTest {
    private static final String AT = "5: pools.nginx.probe";

    private static void soleProblem(String probe, String problem) {
        assertThat(Loads.poolProblems("probe: { " + probe + " }")).singleElement().asString().isEqualTo(AT + problem);
    }

    private static ProbeConfig valid(String probe) {
        return Loads.pool("probe: { " + probe + " }").probe();
    }

    @Test
    void stepsStandInOrder() {
        ProbeConfig probe = valid("type: send-expect, steps: [ { send: 'PING\\r\\n', expect: '+PONG' }, { expect: b }, "
                + "{ send: c } ]");

        assertThat(probe.exchanges()).extracting(step -> step.send() + "|" + step.expect())
                .containsExactly("PING\\r\\n|+PONG", "|b", "c|");
        assertThat(valid("type: send-expect, send: a, expect: b").exchanges())
                .containsExactly(new ProbeStep(new EscapedText("a"), new EscapedText("b")));
    }

    @Test
    void stepsAreWrittenAndReadAgain() {
        GatewayConfig config = Loads.valid(Loads.POOL + "    probe: { type: send-expect, steps: [ { send: 'a\\x00' }, "
                + "{ expect: b } ] }\n").config();
        String written = EffectiveConfig.print(config);

        assertThat(written)
                .contains("      steps:\n        - send: \"a\\\\x00\"\n          expect: \"\"\n        - send: "
                        + "\"\"\n          expect: b\n");
        assertThat(ConfigLoader.parse("again", written.getBytes(StandardCharsets.UTF_8), Map.of()))
                .isInstanceOfSatisfying(Loaded.class, loaded -> assertThat(loaded.config()).isEqualTo(config));
    }

    @Test
    void aReloadTellsStepsInFull() {
        GatewayConfig before = Loads.valid(Loads.POOL + "    probe: { type: send-expect, steps: [ { send: a } ] }\n")
                .config();
        GatewayConfig after = Loads.valid(Loads.POOL + "    probe: { type: send-expect, steps: [ { send: b } ] }\n")
                .config();

        assertThat(ConfigDiff.between(before, after)).singleElement()
                .hasToString("pools.nginx.probe.steps: [{send: a, expect: }] -> [{send: b, expect: }]");
    }

    @Test
    void eachStepDoesSomething() {
        soleProblem("type: send-expect, steps: [ { send: a }, {} ]",
                ".steps[1]: empty (expected: send, expect or both)");
        soleProblem("type: send-expect", ".type: send-expect (expected: send or expect or steps with it)");
        soleProblem("type: send-expect, send: a, steps: [ { send: b } ]",
                ".steps: given beside send or expect (expected: those in the steps, in order)");
        soleProblem("type: tcp, steps: [ { send: b } ]",
                ".steps: given, but the probe's type is tcp (expected: only with type: send-expect)");
        soleProblem("type: send-expect, steps: [" + String.join(", ", Collections.nCopies(33, "{ send: a }")) + "]",
                ".steps: 33 of them (expected: at most 32)");
    }

    @Test
    void theKeysOfAProtocolBelongToIt() {
        assertThat(valid("type: mysql, user: check").user()).isEqualTo("check");
        assertThat(valid("type: redis, role: replica").role()).isEqualTo(RedisRole.REPLICA);
        assertThat(valid("type: smtp").helo()).isEqualTo("localhost");
        soleProblem("type: pgsql", ".type: pgsql (expected: user with it)");
        soleProblem("type: redis, user: check",
                ".user: given, but the probe's type is redis (expected: only with type: mysql or pgsql)");
        soleProblem("type: tcp, role: master",
                ".role: given, but the probe's type is tcp (expected: only with type: redis)");
        soleProblem("type: tcp, helo: a", ".helo: given, but the probe's type is tcp (expected: only with type: smtp)");
        soleProblem("type: smtp, helo: \"a b\"", ".helo: a b (expected: a host name, or an address in brackets)");
        soleProblem("type: mysql, user: c, tls: {}", ".tls: given, but the probe's type is mysql (expected: only with "
                + "type: tls, http, send-expect, redis, smtp or ldap)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-expect, send: a", "redis", "smtp", "ldap", "http", "tls"})
    void whatBeginsWithTheClientsWordsMaySpeakOverTls(String type) {
        assertThat(valid("type: " + type + ", tls: { verify: true }").tls()).isPresent();
    }

    @Test
    void mysqlWithoutUserIsWarnedOf() {
        assertThat(Loads.valid(Loads.POOL + "    probe: { type: mysql }\n").warnings()).singleElement().asString()
                .contains("pools.nginx.probe.type: mysql without user: ");
        assertThat(Loads.valid(Loads.POOL + "    probe: { type: mysql, user: check }\n").warnings()).isEmpty();
    }
}
