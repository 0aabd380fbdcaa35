package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointStateTest {
    private static final long SINCE = 5;
    private static final EndpointState STATE = new EndpointState(AdminState.DRAIN, Health.UP, true, 7, true,
            EndpointState.FULL_RAMP, SINCE);

    @Test
    void anEndpointThatNothingIsKnownOfIsReadyAndUnsuspected() {
        assertThat(EndpointState.initial(5, true))
                .isEqualTo(new EndpointState(AdminState.READY, Health.UNKNOWN, false, 5, true, EndpointState.FULL_RAMP,
                        0));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 257, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aWeightOutOfRangeIsRefused(int weight) {
        assertThatThrownBy(() -> EndpointState.initial(weight, false)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight: " + weight + " (expected: 0 to 256)");
        assertThatThrownBy(() -> STATE.toWeight(weight, 99)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256})
    void everyWeightInRangeIsTaken(int weight) {
        assertThat(STATE.toWeight(weight, 99))
                .isEqualTo(new EndpointState(AdminState.DRAIN, Health.UP, true, weight, true, EndpointState.FULL_RAMP,
                        SINCE));
    }

    @ParameterizedTest
    @EnumSource
    void theOperatorsOverrideChangesNothingElse(AdminState admin) {
        assertThat(STATE.toAdmin(admin, 99))
                .isEqualTo(new EndpointState(admin, Health.UP, true, 7, true, EndpointState.FULL_RAMP, SINCE));
    }

    @ParameterizedTest
    @EnumSource
    void aJudgementEndsSuspicionAndChangesNothingElse(Health health) {
        assertThat(STATE.toHealth(health))
                .isEqualTo(new EndpointState(AdminState.DRAIN, health, false, 7, true, EndpointState.FULL_RAMP, SINCE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void suspicionChangesNothingElse(boolean suspect) {
        assertThat(STATE.toSuspect(suspect))
                .isEqualTo(new EndpointState(AdminState.DRAIN, Health.UP, suspect, 7, true, EndpointState.FULL_RAMP,
                        SINCE));
    }

    @ParameterizedTest
    @CsvSource({"READY, 1, true", "READY, 256, true", "READY, 0, false", "DRAIN, 1, false", "MAINT, 1, false",
        "DRAIN, 0, false"})
    void onlyAReadyEndpointWithAWeightIsEligible(AdminState admin, int weight, boolean expected) {
        for (Health health : Health.values()) {
            assertThat(
                    new EndpointState(admin, health, false, weight, false, EndpointState.FULL_RAMP, SINCE).isEligible())
                    .isEqualTo(expected);
            assertThat(
                    new EndpointState(admin, health, true, weight, true, EndpointState.FULL_RAMP, SINCE).isEligible())
                    .isEqualTo(expected);
        }
    }

    @Test
    void drainBeginsWhenAnEndpointThatTookNewConnectionsTakesNoMore() {
        EndpointState ready = EndpointState.initial(7, false).toHealth(Health.UP);

        assertThat(ready.toAdmin(AdminState.DRAIN, 99).drainSince()).isEqualTo(99);
        assertThat(ready.toWeight(0, 99).drainSince()).isEqualTo(99);
        assertThat(ready.toAdmin(AdminState.DRAIN, 99).toWeight(0, 200).drainSince()).isEqualTo(99);
        assertThat(ready.toAdmin(AdminState.DRAIN, 99).toAdmin(AdminState.READY, 200)
                .toAdmin(AdminState.DRAIN, 300).drainSince()).isEqualTo(300);
    }

    @Test
    void pinsOutliveTheBeginOfADrainByTheirTtlAndAreNotKeptInMaintOrDown() {
        EndpointState ready = EndpointState.initial(7, false).toHealth(Health.UP);

        assertThat(ready.keepsPins(1_000, 50)).isTrue();
        assertThat(ready.toSuspect(true).keepsPins(1_000, 50)).isTrue();
        assertThat(ready.toAdmin(AdminState.DRAIN, 1_000).keepsPins(1_049, 50)).isTrue();
        assertThat(ready.toAdmin(AdminState.DRAIN, 1_000).keepsPins(1_050, 50)).isFalse();
        assertThat(ready.toWeight(0, 1_000).keepsPins(1_049, 50)).isTrue();
        assertThat(ready.toAdmin(AdminState.MAINT, 1_000).keepsPins(1_000, 50)).isFalse();
        assertThat(ready.toHealth(Health.DOWN).keepsPins(1_000, 50)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 21})
    void aRampOutOfRangeIsRefused(int ramp) {
        assertThatThrownBy(() -> STATE.toRamp(ramp)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ramp: " + ramp + " (expected: 1 to 20)");
    }
}
