package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static io.vipgate.relay.RelayFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which relays are closed so that their clients come back elsewhere. */
class RelayHomingTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;
    private final List<RelayFixture.Pair> atFirst = new ArrayList<>();

    /** Relays at the first endpoint, of which each was silent for a second longer than the next. */
    private void connect(int count) {
        for (int i = 0; i < 2 * count; i++) {
            RelayFixture.Pair pair = fixture.connected();
            if (i % 2 == 0) {
                atFirst.add(pair);
                kernel.pass(SECOND);
            }
        }
    }

    private RelayHoming.Found find(RelayHomes homes, int most, Map<Endpoint, Integer> room) {
        List<RelayHoming.Found> found = new ArrayList<>();
        RelayHoming.find(fixture.loop,
                new RelayHoming.Wanted(List.of(Objects.requireNonNull(fixture.opened.getFirst().endpoint()).endpoint()),
                        5 * SECOND, most, room),
                homes, found::add);
        kernel.settle();
        return found.getFirst();
    }

    private int close(RelayHoming.Found found, int count) {
        List<Integer> closed = new ArrayList<>();
        found.homing().close(List.of(count), closed::add);
        kernel.settle();
        return closed.getFirst();
    }

    private List<Boolean> ended() {
        return atFirst.stream().map(pair -> pair.client().hasFin && pair.backend().hasFin).toList();
    }

    @Test
    void thoseSilentLongestGoFirst() {
        connect(8);
        RelayHoming.Found found = find(RelayHomes.none(), 2, Map.of());

        assertThat(found.astray()).containsExactly(8);
        assertThat(found.idle()).containsExactly(4);
        assertThat(close(found, 1)).isEqualTo(1);
        assertThat(ended()).containsExactly(true, false, false, false, false, false, false, false);
        assertThat(close(found, 5)).as("no more are remembered").isEqualTo(1);
        assertThat(ended()).containsExactly(true, true, false, false, false, false, false, false);
        assertThat(find(RelayHomes.none(), 2, Map.of()).leaving()).containsExactly(2);

        for (RelayFixture.Pair pair : atFirst.subList(0, 2)) {
            pair.client().peerFin();
            pair.backend().peerFin();
        }
        kernel.settle();
        assertThat(fixture.closed).isEqualTo(Map.of(CloseReason.REBALANCED, 2));
        assertThat(atFirst.getFirst().client().isReset).isFalse();
        assertThat(find(RelayHomes.none(), 2, Map.of()).leaving()).containsExactly(0);
    }

    @Test
    void busyRelaysStay() {
        connect(6);
        kernel.pass(10 * SECOND);
        atFirst.get(0).client().peerSends(bytes("request"));
        atFirst.get(1).client().unacknowledged = 1;
        atFirst.get(2).client().peerFin();
        kernel.settle();
        kernel.pass(6 * SECOND);
        atFirst.get(3).backend().peerSends(bytes("news"));
        kernel.settle();

        RelayHoming.Found found = find(RelayHomes.none(), 10, Map.of());
        assertThat(found.astray()).containsExactly(6);
        assertThat(found.idle()).as("what is not acknowledged is seen only at the close").containsExactly(3);
        atFirst.get(4).backend().peerSends(bytes("after the search"));
        kernel.settle();
        assertThat(close(found, 6)).isEqualTo(1);
        assertThat(atFirst.get(5).client().hasFin).isTrue();
        assertThat(ended().subList(0, 5)).containsOnly(false);
    }

    @Test
    void whoHasBeenSentBytesThatNobodyHasReadYetStays() {
        connect(3);
        kernel.pass(10 * SECOND);
        RelayHoming.Found found = find(RelayHomes.none(), 10, Map.of());
        atFirst.get(0).client().peerSends(bytes("request"));
        atFirst.get(1).backend().peerSends(bytes("news"));

        assertThat(close(found, 3)).isEqualTo(1);
        assertThat(ended()).containsExactly(false, false, true);
        assertThat(atFirst.get(0).backend().arrived()).isEqualTo(bytes("request"));
    }

    @Test
    void noMoreGoThanFindRoomAtHome() {
        connect(5);
        kernel.pass(10 * SECOND);
        Endpoint home = fixture.endpoint(1);
        RelayHoming.Found found = find((_, _) -> home, 10, Map.of(home, 2));

        assertThat(close(found, 5)).isEqualTo(2);
        assertThat(close(found, 5)).isZero();
    }

    @Test
    void manyAreClosedInTurns() {
        connect(150);
        kernel.pass(10 * SECOND);
        RelayHoming.Found found = find(RelayHomes.none(), 150, Map.of());

        assertThat(close(found, 140)).isEqualTo(140);
        assertThat(ended().stream().filter(each -> each)).hasSize(140);
    }

    @Test
    void whoDoesNotCloseIsResetInTheEnd() {
        connect(1);
        kernel.pass(10 * SECOND);
        assertThat(close(find(RelayHomes.none(), 1, Map.of()), 1)).isEqualTo(1);
        kernel.pass(31 * SECOND);

        assertThat(atFirst.getFirst().client().isReset).isTrue();
        assertThat(fixture.closed).isEqualTo(Map.of(CloseReason.REBALANCED, 1));
    }
}
