package io.vipgate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.AdminState;
import org.junit.jupiter.api.Test;

class WishTest {
    private final Wish wish = Wish.NONE.toAdmin(AdminState.DRAIN).toWeight(7, 1);

    @Test
    void theOperatorsWeightHoldsWhileTheConfiguredOneStays() {
        assertThat(wish.heeding(1).weightOr(1)).isEqualTo(7);
    }

    @Test
    void theConfiguredWeightHoldsOnceItIsChangedAndTheStateStays() {
        assertThat(wish.heeding(2).weightOr(2)).isEqualTo(2);
        assertThat(wish.heeding(2).admin()).isEqualTo(AdminState.DRAIN);
    }
}
