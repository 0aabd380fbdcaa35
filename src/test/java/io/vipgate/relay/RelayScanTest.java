package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Many relays are gone through some at a time: nobody waits for a look at all of them. */
class RelayScanTest {
    private static final int MANY = 900;

    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            kernel.client();
        }
        kernel.settle();
        kernel.dialled.forEach(backend -> {
            if (!backend.isClosed) {
                backend.accept();
            }
        });
        kernel.settle();
        assertThat(fixture.loop.relays()).isGreaterThanOrEqualTo(count);
    }

    @Test
    void oneTurnLooksAtNoMoreThanItsShare() {
        open(MANY);
        List<Integer> perTurn = new ArrayList<>();
        int[] looked = {0};
        boolean[] isDone = {false};

        RelayScan.begin(fixture.loop, _ -> {
            looked[0]++;
            return false;
        }, () -> isDone[0] = true);
        for (int before = 0; looked[0] > before; kernel.batch()) {
            perTurn.add(looked[0] - before);
            before = looked[0];
        }

        assertThat(perTurn).containsExactly(RelayScan.PER_TURN, MANY - RelayScan.PER_TURN);
        assertThat(isDone[0]).isTrue();
    }

    @Test
    void noneThatStaysIsMissedThoughOthersEndMeanwhile() {
        open(MANY);
        SplittableRandom random = new SplittableRandom(7);
        Set<Relay> seen = new HashSet<>();
        boolean[] isDone = {false};
        RelayScan.begin(fixture.loop, relay -> !seen.add(relay), () -> isDone[0] = true);

        for (int i = 0; i < 300; i++) {
            int position = random.nextInt(fixture.loop.relays());
            fixture.loop.relay(position).abort(CloseReason.OPERATOR);
        }
        kernel.settle();

        assertThat(isDone[0]).isTrue();
        assertThat(seen).containsAll(
                IntStream.range(0, fixture.loop.relays()).mapToObj(fixture.loop::relay).toList());
        assertThat(fixture.loop.relays()).isEqualTo(MANY - 300);
    }

    @Test
    void relaysThatOpenMeanwhileAreLeftOut() {
        open(MANY - 100);
        long newest = fixture.loop.newestNumber();
        List<Long> seen = new ArrayList<>();
        RelayScan.begin(fixture.loop, relay -> {
            seen.add(relay.number());
            return false;
        }, () -> {});

        open(50);

        assertThat(seen).hasSize(MANY - 100).allMatch(number -> number <= newest);
    }

    @Test
    void closingByAFilterEndsSomeInEachTurnAndTellsHowMany() {
        open(MANY);
        int[] told = {-1};
        RelayTerminator.begin(fixture.loop, relay -> relay.number() % 2 == 0, CloseReason.OPERATOR,
                count -> told[0] = count);

        assertThat(MANY - fixture.loop.relays()).as("ended in the first turn").isBetween(1,
                RelayScan.PER_TURN / RelayScan.PER_ENDING);
        kernel.settle();
        assertThat(told[0]).isEqualTo(MANY / 2);
        assertThat(fixture.loop.relays()).isEqualTo(MANY / 2);
    }

    @Test
    void aPageHasTheFirstRelaysInTheOrderOfTheirNumbers() {
        open(MANY);
        RelayPage[] page = {null};
        RelayPage.collect(fixture.loop, relay -> relay.number() % 3 == 0, 30, 5, found -> page[0] = found);
        kernel.settle();

        assertThat(page[0].relays()).extracting(RelayView::number)
                .containsExactlyElementsOf(LongStream.of(33, 36, 39, 42, 45).boxed().toList());
        assertThat(page[0].matching()).isEqualTo(MANY / 3);
        assertThat(page[0].left()).isEqualTo(MANY / 3 - 10 - 5);
    }

    @Test
    void aDrainOfManyEndsThemAllAndNeverInOneTurn() {
        open(MANY);
        boolean[] isDone = {false};
        RelayDrain.begin(fixture.loop, 0, () -> isDone[0] = true);

        assertThat(fixture.loop.relays()).isGreaterThanOrEqualTo(MANY - RelayScan.PER_TURN / RelayScan.PER_ENDING);
        kernel.pass(SECOND);
        assertThat(isDone[0]).isTrue();
        fixture.assertNothingLeft();
    }
}
