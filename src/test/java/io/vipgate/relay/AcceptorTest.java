package io.vipgate.relay;

import static io.vipgate.relay.RelayFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.eventloop.Ready;
import io.vipgate.linux.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Accepting: one call for one client, the maximum of a listener, a pause when descriptors run out. */
class AcceptorTest {
    private final RelayFixture fixture = new RelayFixture();
    private final FakeKernel kernel = fixture.kernel;

    @Test
    void acceptingPausesATenthOfASecondWhenDescriptorsRunOut() {
        kernel.acceptError = Errno.EMFILE;
        kernel.client();
        kernel.batch();
        int tries = kernel.accepts;
        kernel.pass(SECOND / 20);
        assertThat(kernel.accepts).isEqualTo(tries);
        assertThat(fixture.listener.refused(RefuseReason.FD_EXHAUSTED)).isEqualTo(1);

        kernel.acceptError = 0;
        kernel.pass(SECOND / 10);
        assertThat(fixture.loop.relays()).isEqualTo(1);
    }

    /** Level-triggered: a queue that is not empty would wake the loop without end. */
    @Test
    void aPausedListenerIsNotWokenByItsQueue() {
        fixture.listener.to(ListenerState.PAUSED);
        fixture.acceptor.followState();
        kernel.client();
        kernel.settle();
        kernel.pass(SECOND);
        assertThat(kernel.accepts).isZero();
        assertThat(kernel.listening.isWatchedFor(Ready.IN)).isFalse();

        fixture.listener.to(ListenerState.READY);
        fixture.acceptor.followState();
        kernel.settle();
        assertThat(fixture.loop.relays()).isEqualTo(1);
    }

    @Test
    void aPauseForDescriptorsDoesNotEndThatOfTheOperator() {
        kernel.acceptError = Errno.EMFILE;
        kernel.client();
        kernel.batch();
        fixture.listener.to(ListenerState.PAUSED);
        fixture.acceptor.followState();
        kernel.acceptError = 0;
        kernel.pass(SECOND);
        assertThat(kernel.accepts).isEqualTo(1);
        assertThat(fixture.loop.relays()).isZero();
    }

    @Test
    void aListenerThatRefusesHoldsNoPlaceForWhomItResets() {
        fixture.listener.to(ListenerState.REFUSING);
        fixture.acceptor.followState();
        FakeSocket client = kernel.client();
        kernel.settle();

        assertThat(client.isReset).isTrue();
        assertThat(fixture.limit.present() + fixture.room.present() + fixture.fdBudget.present()).isZero();
        assertThat(fixture.listener.refused(RefuseReason.REFUSING)).isEqualTo(1);
    }

    @Test
    void clientBeyondTheMaximumIsResetAndCounted() {
        RelayFixture two = new RelayFixture(RelayFixture.settings(), 2);
        List<FakeSocket> clients = List.of(two.kernel.client(), two.kernel.client(), two.kernel.client());
        two.kernel.settle();

        assertThat(clients).extracting(client -> client.isReset).containsExactly(false, false, true);
        assertThat(two.listener.refused(RefuseReason.MAX_CONNECTIONS)).isEqualTo(1);
        assertThat(two.listener.accepted()).isEqualTo(2);
    }

    /** Another loop may be woken for the same client, or for none, and accept the last one there is room for meanwhile. */
    @Test
    void noPlaceIsTakenBeforeThereIsAClient() {
        List<Integer> held = new ArrayList<>();
        kernel.onAccept = () -> held.add(
                fixture.limit.present() + fixture.room.present() + fixture.fdBudget.present());
        kernel.client();
        kernel.batch();
        fixture.acceptor.onReady(Ready.IN);
        kernel.acceptError = Errno.ECONNABORTED;
        fixture.acceptor.onReady(Ready.IN);

        assertThat(held).containsExactly(0, 3, 3);
        assertThat(fixture.limit.present()).isEqualTo(1);
    }

    @Test
    void clientWithoutRoomIsResetAtOnceAndNotKeptWaiting() {
        while (fixture.room.tryAcquire()) {
            assertThat(fixture.room.present()).isLessThanOrEqualTo(1000);
        }
        FakeSocket client = kernel.client();
        kernel.settle();

        assertThat(client.isReset).isTrue();
        assertThat(fixture.listener.refused(RefuseReason.NO_ROOM)).isEqualTo(1);
        assertThat(fixture.limit.present()).isZero();
        assertThat(kernel.accepts).isEqualTo(1);
    }

    @Test
    void singleClientsCostOneAcceptEach() {
        for (int i = 0; i < 5; i++) {
            kernel.client();
            kernel.settle();
            kernel.pass(SECOND / 1000);
        }
        assertThat(kernel.accepts).as("one each, and no more to hear that there is none").isEqualTo(5);

        int before = kernel.accepts;
        for (int i = 0; i < 64; i++) {
            kernel.client();
        }
        kernel.settle();
        assertThat(kernel.accepts - before).isLessThanOrEqualTo(64 + 7);
        assertThat(fixture.loop.relays()).isEqualTo(69);
    }
}
