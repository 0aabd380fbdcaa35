package io.vipgate.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.accesslog.AccessLogPlan.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way from a loop to the writer. */
class EntryQueueTest {
    private static final AccessLogPlan PLAN = new AccessLogPlan(Form.TEXT, null, 1);

    private static List<String> drain(EntryQueue queue) {
        List<String> all = new ArrayList<>();
        for (Entry entry = queue.peek(); entry != null; entry = queue.peek()) {
            all.add(entry.listener);
            queue.release();
        }
        return all;
    }

    @Test
    void whatComesFirstGoesFirst() {
        EntryQueue queue = new EntryQueue(4);
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 3; i++) {
                assertThat(Entries.note(queue, PLAN, "l" + round + i)).isTrue();
            }
            assertThat(drain(queue)).containsExactly("l" + round + 0, "l" + round + 1, "l" + round + 2);
        }
        assertThat(queue.dropped()).isZero();
    }

    @Test
    void whatDoesNotFitIsCountedAndTheRestIsKept() {
        EntryQueue queue = new EntryQueue(4);
        for (int i = 0; i < 7; i++) {
            assertThat(Entries.note(queue, PLAN, "l" + i)).isEqualTo(i < 4);
        }

        assertThat(queue.dropped()).isEqualTo(3);
        assertThat(drain(queue)).containsExactly("l0", "l1", "l2", "l3");
        assertThat(Entries.note(queue, PLAN, "later")).isTrue();
        assertThat(drain(queue)).containsExactly("later");
    }

    @Test
    void slotsAreUsedAgain() {
        EntryQueue queue = new EntryQueue(1);
        assertThat(Entries.note(queue, PLAN, "a")).isTrue();
        Entry first = queue.peek();
        queue.release();
        assertThat(Entries.note(queue, PLAN, "b")).isTrue();

        assertThat(queue.peek()).isSameAs(first);
    }

    @Test
    void theCapacityIsAPowerOfTwo() {
        assertThatThrownBy(() -> new EntryQueue(12)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity: 12 (expected: a power of two)");
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void twoThreadsLoseNothingButWhatIsCounted() throws Exception {
        EntryQueue queue = new EntryQueue(64);
        int notes = 200_000;
        Thread loop = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < notes; i++) {
                Entry entry = queue.claim();
                if (entry != null) {
                    entry.bytesToBackend = i;
                    entry.bytesToClient = -i;
                    queue.publish();
                }
            }
        });
        long seen = 0;
        long last = -1;
        boolean isOver = false;
        while (!isOver) {
            isOver = !loop.isAlive();
            for (Entry entry = queue.peek(); entry != null; entry = queue.peek()) {
                assertThat(entry.bytesToBackend).isGreaterThan(last).isEqualTo(-entry.bytesToClient);
                last = entry.bytesToBackend;
                seen++;
                queue.release();
            }
        }
        loop.join();

        assertThat(seen + queue.dropped()).isEqualTo(notes);
    }
}
