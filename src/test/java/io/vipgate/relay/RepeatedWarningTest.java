package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedWarningTest {
    private final FakeKernel one = new FakeKernel();
    private final FakeKernel other = new FakeKernel();
    private final RepeatedWarning warning = new RepeatedWarning();
    private final List<Long> told = new ArrayList<>();

    private void happen(FakeKernel kernel, int times) {
        for (int i = 0; i < times; i++) {
            warning.onEvent(kernel.loop, told::add);
        }
    }

    private void pass(long nanos) {
        one.pass(nanos);
        other.pass(nanos);
    }

    @Test
    void whatHappensOnSeveralLoopsIsToldOnceASecondWithTheSum() {
        happen(one, 5);
        happen(other, 7);
        assertThat(told).as("the first at once").containsExactly(1L);

        pass(SECOND + SECOND / 10);
        assertThat(told).containsExactly(1L, 11L);

        happen(other, 3);
        assertThat(told).hasSize(2);
        pass(SECOND + SECOND / 10);
        assertThat(told).containsExactly(1L, 11L, 3L);
    }

    @Test
    void afterASecondOfSilenceTheNextIsToldAtOnceAgain() {
        happen(one, 1);
        pass(2 * SECOND);
        happen(other, 2);

        assertThat(told).containsExactly(1L, 1L);
    }
}
