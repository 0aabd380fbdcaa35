package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the places that are free at clients' home are divided among the loops. */
class RebalanceSearchTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 2", "3, 2", "3, 4", "10, 4", "0, 4"})
    void allPlacesAreGivenAndEachLoopHasItsTurn(int free, int loops) {
        for (long turn = 0; turn < loops; turn++) {
            long now = turn;
            assertThat(IntStream.range(0, loops).map(loop -> RebalanceSearch.part(free, loop, loops, now)).sum())
                    .isEqualTo(free);
        }
        for (int i = 0; i < loops; i++) {
            int loop = i;
            assertThat(IntStream.range(0, loops).map(turn -> RebalanceSearch.part(free, loop, loops, turn)).sum())
                    .as("loop %d over all turns", loop).isEqualTo(free);
        }
    }
}
