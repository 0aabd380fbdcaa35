package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** {@link RelayRoom} and {@link ListenerRoom}. */
class RelayRoomTest {
    private final RelayRoom whole = new RelayRoom();
    private final ListenerRoom a = whole.add();
    private final ListenerRoom b = whole.add();

    private static int takeAll(ListenerRoom room) {
        int taken = 0;
        while (room.tryAcquire()) {
            taken++;
        }
        return taken;
    }

    @Test
    void aListenerThatIsFloodedLeavesTheOthersTheirPart() {
        whole.share(100, Map.of(a, 100, b, 100));

        assertThat(a.kept()).isEqualTo(25);
        assertThat(takeAll(a)).isEqualTo(75);
        assertThat(takeAll(b)).isEqualTo(25);
    }

    @Test
    void whatAListenerCanNeverUseIsNotKeptForIt() {
        whole.share(100, Map.of(a, 10, b, 100));

        assertThat(a.kept()).isEqualTo(10);
        assertThat(takeAll(b)).isEqualTo(90);
        assertThat(takeAll(a)).isEqualTo(10);
    }

    @Test
    void oneListenerHasEverything() {
        whole.share(100, Map.of(a, 100));

        assertThat(takeAll(a)).isEqualTo(100);
    }

    @Test
    void aListenerThatIsAddedGetsItsPartAsTheOthersPlacesBecomeFree() {
        whole.share(100, Map.of(a, 100));
        takeAll(a);

        whole.share(100, Map.of(a, 100, b, 100));

        assertThat(a.present()).isEqualTo(100);
        assertThat(a.tryAcquire()).isFalse();
        for (int i = 0; i < 25; i++) {
            a.release();
        }
        assertThat(a.tryAcquire()).as("its part is the other's now").isFalse();
        assertThat(takeAll(b)).isEqualTo(25);
    }

    @Test
    void theConnectionsOfAListenerThatIsGoneCountForAll() {
        whole.share(100, Map.of(a, 100, b, 100));
        assertThat(takeAll(a)).isEqualTo(75);

        whole.remove(a);
        whole.share(100, Map.of(b, 100));

        assertThat(takeAll(b)).isEqualTo(50);
        for (int i = 0; i < 75; i++) {
            a.release();
        }
        assertThat(takeAll(b)).isEqualTo(50);
    }

    @Test
    void everyPlaceComesBackWhateverHappensAtTheSameTime() throws Exception {
        whole.share(100, Map.of(a, 100, b, 100));
        List<Callable<Integer>> loops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ListenerRoom room = i % 2 == 0 ? a : b;
            SplittableRandom random = new SplittableRandom(i);
            loops.add(() -> {
                int held = 0;
                for (int turn = 0; turn < 20_000; turn++) {
                    if (random.nextInt(100) < 52) {
                        held += room.tryAcquire() ? 1 : 0;
                    } else if (held > 0) {
                        room.release();
                        held--;
                    }
                }
                for (; held > 0; held--) {
                    room.release();
                }
                return held;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(loops.size())) {
            List<Future<Integer>> running = loops.stream().map(threads::submit).toList();
            for (int turn = 0; turn < 200; turn++) {
                whole.share(turn % 2 == 0 ? 60 : 100, Map.of(a, turn % 3 == 0 ? 5 : 100, b, 100));
            }
            for (Future<Integer> each : running) {
                assertThat(each.get()).isZero();
            }
        }
        whole.share(100, Map.of(a, 100, b, 100));

        assertThat(a.present() + b.present()).isZero();
        assertThat(takeAll(a)).isEqualTo(75);
        assertThat(takeAll(b)).isEqualTo(25);
    }
}
