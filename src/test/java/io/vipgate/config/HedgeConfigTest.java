package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold for hedged connects and their budgets. */
class HedgeConfigTest {
    private static final String ONE = """
            listeners: { web: { bind: 203.0.113.1:80, pool: nginx } }
            pools:
              nginx:
                endpoints: { vip1: "192.168.1.100:80" }
                connect: { hedge: auto }
            """;

    @Test
    void hedgeIsADurationOrAuto() {
        assertThat(Loads.pool("connect: { hedge: 20ms }").connect().hedge())
                .isEqualTo(new HedgeDelay(false, Duration.ofMillis(20)));
        assertThat(Loads.pool("connect: { hedge: auto }").connect().hedge()).isEqualTo(HedgeDelay.AUTO);
        assertThat(Loads.pool("").connect().hedge().isOn()).isFalse();
        assertThat(HedgeDelay.AUTO).hasToString("auto");
        assertThat(HedgeDelay.OFF).hasToString("0s");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "connect: { hedge: 2s }|5: pools.nginx.connect.hedge: 2s (expected: less than connect.timeout, which is 1500ms)",
        "connect: { hedge: 1ms, timeout: 1ms }|5: pools.nginx.connect.hedge: 1ms (expected: less than connect.timeout, which "
                + "is 1ms)",
        "connect: { hedge: 20ms, attempts: 1 }|5: pools.nginx.connect.hedge: 20ms (expected: 0s with attempts: 1, since a hedge "
                + "is a second attempt)",
        "connect: { hedge: auto, attempts: 1 }|5: pools.nginx.connect.hedge: auto (expected: 0s with attempts: 1, since a hedge "
                + "is a second attempt)",
        "connect: { hedge: on }|5: pools.nginx.connect.hedge: on (expected: auto, or a duration, for example 100ms; 0s is never)",
        "connect: { hedge: 20 }|5: pools.nginx.connect.hedge: 20 (a duration needs a unit, for example 500ms or 2s)",
        "connect: { hedgeBudget: 0 % }|5: pools.nginx.connect.hedgeBudget: 0 % (expected: 1 % to 100 %)",
        "connect: { retryBudget: 101 % }|5: pools.nginx.connect.retryBudget: 101 % (expected: 1 % to 100 %)",
        "connect: { retryBudget: 20 }|5: pools.nginx.connect.retryBudget: 20 (a share is written in percent, for example 10 %)",
        "maxConnecting: -1|5: pools.nginx.maxConnecting: -1 (expected: at least 0)"})
    void whatIsWrongIsNamed(String line, String problem) {
        assertThat(Loads.problems(Loads.POOL + line.indent(4))).containsExactly(problem);
    }

    @Test
    void singleEndpointHasNoSecondOneToBeTried() {
        assertThat(Loads.valid(ONE).warnings()).singleElement().asString()
                .endsWith("5: pools.nginx.connect.hedge: auto: never done, since the pool has no second endpoint");
        assertThat(Loads.valid(ONE.replace("192.168.1.100", "web.example")).warnings())
                .as("a name may have several addresses").isEmpty();
    }

    @Test
    void budgetWithoutAHedgeIsWarnedOf() {
        assertThat(Loads.valid(Loads.POOL + "connect: { hedgeBudget: 5 % }".indent(4)).warnings()).singleElement()
                .asString().endsWith("5: pools.nginx.connect.hedgeBudget: ignored with hedge: 0s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect: { hedge: 20ms, hedgeBudget: 1.5 %, attempts: 2 }",
        "connect: { hedge: auto, timeout: 100ms }",
        "connect: { hedge: 0s, attempts: 1 }", "connect: { hedge: 1499ms }", "maxConnecting: 32"})
    void restIsTaken(String line) {
        assertThat(Loads.valid(Loads.POOL + line.indent(4)).warnings()).isEmpty();
    }
}
