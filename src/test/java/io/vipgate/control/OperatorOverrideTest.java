package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.AdminState;
import org.junit.jupiter.api.Test;

class OperatorOverrideTest {
    private final OperatorOverride override = OperatorOverride.NONE.toAdmin(AdminState.DRAIN).toWeight(7, 1);

    @Test
    void theOperatorsWeightHoldsWhileTheConfiguredOneStays() {
        assertThat(override.reconciledWith(1).weightOr(1)).isEqualTo(7);
    }

    @Test
    void theConfiguredWeightHoldsOnceItIsChangedAndTheStateStays() {
        assertThat(override.reconciledWith(2).weightOr(2)).isEqualTo(2);
        assertThat(override.reconciledWith(2).admin()).isEqualTo(AdminState.DRAIN);
    }
}
