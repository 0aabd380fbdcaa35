package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointStateTest {
    private static final EndpointState STATE = new EndpointState(AdminState.DRAIN, Health.UP, true, 7, true);

    @Test
    void anEndpointThatNothingIsKnownOfIsReadyAndUnsuspected() {
        assertThat(EndpointState.initial(5, true))
                .isEqualTo(new EndpointState(AdminState.READY, Health.UNKNOWN, false, 5, true));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 257, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aWeightOutOfRangeIsRefused(int weight) {
        assertThatThrownBy(() -> EndpointState.initial(weight, false)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight: " + weight + " (expected: 0 to 256)");
        assertThatThrownBy(() -> STATE.toWeight(weight)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256})
    void everyWeightInRangeIsTaken(int weight) {
        assertThat(STATE.toWeight(weight))
                .isEqualTo(new EndpointState(AdminState.DRAIN, Health.UP, true, weight, true));
    }

    @ParameterizedTest
    @EnumSource
    void theOperatorsWishChangesNothingElse(AdminState admin) {
        assertThat(STATE.toAdmin(admin)).isEqualTo(new EndpointState(admin, Health.UP, true, 7, true));
    }

    @ParameterizedTest
    @EnumSource
    void aJudgementEndsSuspicionAndChangesNothingElse(Health health) {
        assertThat(STATE.toHealth(health)).isEqualTo(new EndpointState(AdminState.DRAIN, health, false, 7, true));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void suspicionChangesNothingElse(boolean suspect) {
        assertThat(STATE.toSuspect(suspect))
                .isEqualTo(new EndpointState(AdminState.DRAIN, Health.UP, suspect, 7, true));
    }

    @ParameterizedTest
    @CsvSource({"READY, 1, true", "READY, 256, true", "READY, 0, false", "DRAIN, 1, false", "MAINT, 1, false",
        "DRAIN, 0, false"})
    void onlyAReadyEndpointWithAWeightIsEligible(AdminState admin, int weight, boolean expected) {
        for (Health health : Health.values()) {
            assertThat(new EndpointState(admin, health, false, weight, false).isEligible()).isEqualTo(expected);
            assertThat(new EndpointState(admin, health, true, weight, true).isEligible()).isEqualTo(expected);
        }
    }
}
