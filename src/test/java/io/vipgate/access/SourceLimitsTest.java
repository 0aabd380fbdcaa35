package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many connections of one source there may be, open and new, as one thread sees it. */
class SourceLimitsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final SourceRules.Around AROUND_24 = new SourceRules.Around(24, 48, 3);

    private final SourceDecision decision = new SourceDecision();
    private long now = -5 * SECOND;

    static SourceRules rules(int maxConnections, int newPerSecond, int burst, SourceRules.Around around,
            boolean dryRun) {
        return new SourceRules(32, 64, maxConnections, newPerSecond, burst, around,
                List.of(Prefix.require("192.0.2.128/25")), 1_000, dryRun);
    }

    private static SourceLimits openLimits(int most, SourceRules.Around around) {
        return new SourceLimits(rules(most, 0, 0, around, false));
    }

    private Refusal enter(SourceLimits limits, String client) {
        Prefix address = Prefix.require(client);
        limits.enter(address.high(), address.low(), now, decision);
        return decision.refusal();
    }

    private SourceHold admit(SourceLimits limits, String client) {
        assertThat(enter(limits, client)).isEqualTo(Refusal.NONE);
        return Objects.requireNonNull(decision.hold());
    }

    private List<String> top(SourceLimits limits) {
        return limits.top(10, now).stream().map(use -> use.source() + " " + use.open() + "/" + use.maxConnections()
                + " " + use.tokens() + "/" + use.burst() + " -" + use.refused()).toList();
    }

    @Test
    void aSourceHasAsManyOpenAsItMay() {
        SourceLimits limits = openLimits(2, SourceRules.Around.OFF);
        SourceHold first = admit(limits, "198.51.100.1");
        SourceHold second = admit(limits, "198.51.100.1");

        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.CONNECTIONS);
        assertThat(decision.hold()).isNull();
        assertThat(enter(limits, "198.51.100.2")).isEqualTo(Refusal.NONE);
        first.release();
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.NONE);
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.CONNECTIONS);
        second.release();
    }

    @Test
    void clientsOfOneIpv6NetworkAreOneSource() {
        SourceLimits limits = openLimits(1, SourceRules.Around.OFF);
        SourceHold _ = admit(limits, "2001:db8::1");

        assertThat(enter(limits, "2001:db8::ffff:2")).isEqualTo(Refusal.CONNECTIONS);
        assertThat(enter(limits, "2001:db8:0:1::1")).isEqualTo(Refusal.NONE);
    }

    @Test
    void whatIsReleasedIsGone() {
        SourceLimits limits = openLimits(1_000, AROUND_24);
        List<SourceHold> holds = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            holds.add(admit(limits, "198.51." + i % 200 + "." + i / 200));
        }
        assertThat(limits.top(10_000, now)).hasSize(1_000 + 200);

        holds.forEach(SourceHold::release);

        assertThat(limits.top(10_000, now)).isEmpty();
        assertThatThrownBy(() -> holds.getFirst().release()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theNetworkAroundHasTheSameLimitsTimesTheFactor() {
        SourceLimits limits = openLimits(2, AROUND_24);
        List<SourceHold> holds = new ArrayList<>();
        for (String client : List.of("198.51.100.1", "198.51.100.1", "198.51.100.2", "198.51.100.2", "198.51.100.3",
                "198.51.100.4")) {
            holds.add(admit(limits, client));
        }

        assertThat(enter(limits, "198.51.100.5")).isEqualTo(Refusal.CONNECTIONS);
        assertThat(enter(limits, "198.51.101.5")).isEqualTo(Refusal.NONE);
        holds.getFirst().release();
        assertThat(enter(limits, "198.51.100.2")).isEqualTo(Refusal.CONNECTIONS);
        assertThat(enter(limits, "198.51.100.5")).isEqualTo(Refusal.NONE);
    }

    @Test
    void whoIsExemptIsNotCounted() {
        SourceLimits limits = new SourceLimits(rules(1, 1, 1, SourceRules.Around.OFF, false));

        for (int i = 0; i < 10; i++) {
            assertThat(enter(limits, "192.0.2.129")).isEqualTo(Refusal.NONE);
            assertThat(decision.hold()).isNull();
        }
        assertThat(limits.top(10, now)).isEmpty();
    }

    @Test
    void aSourceMayMakeABurstAndThenItsRate() {
        SourceLimits limits = new SourceLimits(rules(0, 2, 5, SourceRules.Around.OFF, false));

        for (int i = 0; i < 5; i++) {
            assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.NONE);
            assertThat(decision.hold()).isNull();
        }
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.RATE);
        assertThat(enter(limits, "198.51.100.2")).isEqualTo(Refusal.NONE);
        now += SECOND / 2;
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.NONE);
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.RATE);
        now += 3600 * SECOND;
        for (int i = 0; i < 5; i++) {
            assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.NONE);
        }
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.RATE);
    }

    @Test
    void whatTheNetworkAroundRefusesTakesNothing() {
        SourceLimits limits = new SourceLimits(rules(0, 1, 2, AROUND_24, false));
        for (int i = 0; i < 6; i++) {
            assertThat(enter(limits, "198.51.100." + i)).isEqualTo(Refusal.NONE);
        }

        for (int i = 0; i < 10; i++) {
            assertThat(enter(limits, "198.51.100.9")).isEqualTo(Refusal.RATE);
        }

        assertThat(top(limits)).contains("198.51.100.9 0/0 2.0/2 -10");
    }

    @Test
    void aRefusedConnectionTakesNoTokenAndIsNotOpen() {
        SourceLimits limits = new SourceLimits(rules(2, 1, 3, AROUND_24, false));
        SourceHold first = admit(limits, "198.51.100.1");
        SourceHold second = admit(limits, "198.51.100.1");

        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.CONNECTIONS);
        assertThat(top(limits)).containsExactly("198.51.100.1 2/2 1.0/3 -1", "198.51.100.0/24 2/6 7.0/9 -0");
        first.release();
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.NONE);
        second.release();
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.RATE);
        assertThat(top(limits)).containsExactly("198.51.100.1 1/2 0.0/3 -2", "198.51.100.0/24 1/6 6.0/9 -0");
    }

    @Test
    void aDryRunJudgesAndCountsAndRefusesNobody() {
        SourceLimits limits = new SourceLimits(rules(1, 1, 2, AROUND_24, true));
        SourceHold first = admit(limits, "198.51.100.1");
        assertThat(decision.wouldRefuse()).isEqualTo(Refusal.NONE);
        SourceHold second = admit(limits, "198.51.100.1");
        assertThat(decision.wouldRefuse()).isEqualTo(Refusal.CONNECTIONS);
        assertThat(top(limits)).first().isEqualTo("198.51.100.1 2/1 1.0/2 -1");
        first.release();
        second.release();
        admit(limits, "198.51.100.1").release();
        SourceHold last = admit(limits, "198.51.100.1");
        assertThat(decision.wouldRefuse()).isEqualTo(Refusal.RATE);
        last.release();

        assertThat(top(limits)).containsExactly("198.51.100.1 0/1 0.0/2 -2");
    }

    @Test
    void otherLimitsForTheSameSourcesKeepWhatWasCounted() {
        SourceLimits limits = new SourceLimits(rules(2, 1, 2, AROUND_24, false));
        SourceHold _ = admit(limits, "198.51.100.1");
        SourceRules less = rules(1, 1, 1, new SourceRules.Around(24, 48, 9), false);

        assertThat(limits.canUpdate(less)).isTrue();
        limits.update(less);

        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.CONNECTIONS);
        limits.update(rules(5, 1, 5, AROUND_24, false));
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.NONE);
        assertThat(enter(limits, "198.51.100.1")).isEqualTo(Refusal.RATE);
    }

    @Test
    void otherSourcesNeedOtherLimits() {
        SourceLimits limits = new SourceLimits(rules(2, 1, 2, AROUND_24, false));
        List<SourceRules> others = List.of(rules(2, 0, 0, AROUND_24, false),
                rules(2, 1, 2, SourceRules.Around.OFF, false),
                rules(2, 1, 2, new SourceRules.Around(16, 48, 3), false),
                new SourceRules(31, 64, 2, 1, 2, AROUND_24, List.of(), 1_000, false),
                new SourceRules(32, 56, 2, 1, 2, AROUND_24, List.of(), 1_000, false),
                new SourceRules(32, 64, 2, 1, 2, AROUND_24, List.of(), 2_000, false));

        assertThat(others).allSatisfy(other -> {
            assertThat(limits.canUpdate(other)).isFalse();
            assertThatThrownBy(() -> limits.update(other)).isInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    void theTopIsWhoIsNearestToALimit() {
        SourceLimits limits = new SourceLimits(rules(4, 10, 20, SourceRules.Around.OFF, false));
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j <= i % 4; j++) {
                SourceHold _ = admit(limits, "198.51.100." + i);
            }
        }
        assertThat(enter(limits, "198.51.100.3")).isEqualTo(Refusal.CONNECTIONS);
        assertThat(enter(limits, "198.51.100.99")).isEqualTo(Refusal.CONNECTIONS);
        assertThat(enter(limits, "198.51.100.99")).isEqualTo(Refusal.CONNECTIONS);

        List<SourceUse> top = limits.top(3, now);

        assertThat(top).map(use -> use.source().toString()).containsExactly("198.51.100.99", "198.51.100.3",
                "198.51.100.7");
        assertThat(top).map(SourceUse::share).containsOnly(1.0);
        assertThat(limits.top(1_000, now)).hasSize(100);
        assertThat(limits.top(0, now)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"33 64 1 0 0 8", "0 64 1 0 0 8", "32 129 1 0 0 8", "32 64 -1 0 0 8", "32 64 1 0 5 8",
        "32 64 1 5 0 8", "32 64 1 1000001 5 8", "32 64 1 5 10000001 8", "32 64 1 5 5 7", "32 64 1 5 5 10000001"})
    void rulesThatDoNotHoldTogetherAreNone(String text) {
        int[] numbers = List.of(text.split(" ", -1)).stream().mapToInt(Integer::parseInt).toArray();

        assertThatThrownBy(() -> new SourceRules(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4],
                SourceRules.Around.OFF, List.of(), numbers[5], false)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"32 48 8", "0 48 8", "24 64 8", "24 0 8", "24 48 10001", "24 48 -1"})
    void aNetworkAroundIsLarger(String text) {
        int[] numbers = List.of(text.split(" ", -1)).stream().mapToInt(Integer::parseInt).toArray();

        assertThatThrownBy(() -> rules(1, 1, 2, new SourceRules.Around(numbers[0], numbers[1], numbers[2]), false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
