package io.vipgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fixture keeps the promises of {@link EventLoop} that other tests rely on. */
class FakeEventLoopTest {
    private final FakeEventLoop loop = new FakeEventLoop(null, 1_000);
    private final List<String> seen = new ArrayList<>();

    @Test
    void scheduledTasksRunInOrderEachAtItsTime() {
        loop.schedule(() -> seen.add("b " + loop.now()), 200);
        loop.schedule(() -> seen.add("a " + loop.now()), 100);
        loop.schedule(() -> seen.add("c " + loop.now()), 200);
        loop.schedule(() -> seen.add("too late"), 301);

        loop.advance(300);

        assertThat(seen).containsExactly("a 1100", "b 1200", "c 1200");
        assertThat(loop.now()).isEqualTo(1_300);
        assertThat(loop.scheduled()).isEqualTo(1);
    }

    @Test
    void aBatchHandsOutEventsThenWorkPutOffThenTasks() {
        // given
        Registration registration = loop.register(7, Ready.IN, events -> {
            seen.add("event " + events);
            loop.execute(() -> seen.add("task"));
            loop.executeAfterNextBatch(() -> seen.add("put off in the batch"));
        });
        FakeEventLoop.Watched watched = loop.watched().getFirst();
        assertThat(watched).isSameAs(registration);
        loop.executeAfterNextBatch(() -> seen.add("put off before"));

        // when
        watched.fire(Ready.IN);
        loop.runBatch();

        // then
        assertThat(seen).containsExactly("event 1", "put off before", "task");
        assertThat(loop.putOff()).isEqualTo(1);
        loop.runBatch();
        assertThat(seen).endsWith("put off in the batch");
    }

    @Test
    void aDescriptorClosedInABatchLivesToItsEnd() {
        // given two events, the first of which closes
        FakeEventLoop.Watched[] watched = new FakeEventLoop.Watched[1];
        Registration registration = loop.register(7, Ready.IN, _ -> {
            watched[0].close();
            seen.add(watched[0].isClosed() + ", " + (loop.watched(7) != null));
        });
        watched[0] = (FakeEventLoop.Watched) registration;

        // when
        watched[0].fire(Ready.IN);
        watched[0].fire(Ready.OUT);
        loop.runBatch();

        // then
        assertThat(seen).containsExactly("true, true", "true, true");
        assertThat(loop.watched(7)).isNull();
    }

    @Test
    void aStallRunsEverythingLate() {
        loop.schedule(() -> seen.add("a " + loop.now()), 100);

        loop.stall(5_000);

        assertThat(seen).containsExactly("a 6000");
    }
}
