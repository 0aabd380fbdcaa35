package io.vipgate.pinning;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.AdminState;
import io.vipgate.pool.ClientPrefix;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PinTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TTL = 50 * SECOND;
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final EndpointState READY = EndpointState.initial(1, false);

    private final Endpoint one = endpoint("one");
    private final Endpoint two = endpoint("two");
    private final PinKey key = new PinKey();
    private long now = 1_000 * SECOND;
    private final PinTable table = table(new ClientPrefix(32, 64), 20_000);

    private PinTable table(ClientPrefix prefix, int most) {
        return new PinTable("test", prefix, TTL, most, () -> now);
    }

    private static Endpoint endpoint(String name) {
        return new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), 0);
    }

    @AfterEach
    void close() {
        table.close();
    }

    private Pin open(long client, EndpointState state) {
        Pin pin = table.find(key, 0, MAPPED | client);
        if (pin == null) {
            pin = table.pin(key, one);
        }
        table.onOpened(key, pin, state.isEligible());
        return pin;
    }

    private void leave(long client, Pin pin, EndpointState state) {
        table.onClosed(key, 0, MAPPED | client, pin, state);
    }

    private boolean isPinned(long client) {
        return table.find(key, 0, MAPPED | client) != null;
    }

    @Test
    void clientStaysPinnedUntilItsTtlAfterItsLastConnectionIsOver() {
        leave(1, open(1, READY), READY);
        now += TTL - 1;
        assertThat(isPinned(1)).isTrue();
        leave(1, open(1, READY), READY);
        now += TTL - 1;
        assertThat(isPinned(1)).as("renewed by its second connection").isTrue();
        now += 1;
        assertThat(isPinned(1)).as("looking renews nothing").isFalse();
    }

    @Test
    void clientStaysPinnedWhileOneOfItsConnectionsIsOpen() {
        Pin first = open(1, READY);
        Pin second = open(1, READY);
        assertThat(second).isSameAs(first);
        leave(1, first, READY);
        now += 1_000 * TTL;
        assertThat(isPinned(1)).isTrue();

        leave(1, second, READY);
        now += TTL - 1;
        assertThat(isPinned(1)).isTrue();
        now += 1;
        assertThat(isPinned(1)).isFalse();
    }

    @Test
    void pinToAnEndpointThatTakesNothingNewIsNotRenewed() {
        leave(1, open(1, READY), READY);
        EndpointState draining = READY.toAdmin(AdminState.DRAIN, now + 10 * SECOND);
        now += 40 * SECOND;

        leave(1, open(1, draining), draining);

        now += 10 * SECOND - 1;
        assertThat(isPinned(1)).isTrue();
        now += 1;
        assertThat(isPinned(1)).as("50 s after the last connection before the drain").isFalse();
    }

    @Test
    void noPinOutlivesTheDrainsBeginByMoreThanItsTtl() {
        Pin pin = open(1, READY);
        EndpointState draining = READY.toAdmin(AdminState.DRAIN, now);
        now += 20 * SECOND;

        leave(1, pin, draining);

        now += 30 * SECOND - 1;
        assertThat(isPinned(1)).isTrue();
        now += 1;
        assertThat(isPinned(1)).isFalse();
    }

    @Test
    void connectionAfterADrainIsOverRenewsThePinAlthoughAnOlderOneIsOpen() {
        leave(1, open(1, READY), READY);
        EndpointState draining = READY.toAdmin(AdminState.DRAIN, now);
        assertThat(open(1, draining).open()).isEqualTo(1);
        now += 40 * SECOND;
        assertThat(open(1, READY).open()).isEqualTo(2);

        now += 20 * SECOND;

        assertThat(isPinned(1)).as("two connections are open, and it takes new ones again").isTrue();
    }

    @Test
    void clientsThatNeverReturnLeaveNothingBehind() {
        for (int client = 0; client < 10_000; client++) {
            leave(client, open(client, READY), READY);
        }
        // The timer wheel's ticks are a second long.
        now += TTL + 3 * SECOND;
        // Caffeine takes out a thousand at a time, so that nobody waits for long.
        for (int i = 0; i < 20; i++) {
            table.cleanUp();
        }

        assertThat(table.size()).isZero();
    }

    @Test
    void connectionsThatBeginAtTheSameTimeAgree() {
        assertThat(table.find(key, 0, MAPPED | 1)).isNull();
        Pin first = table.pin(key, one);

        assertThat(table.pin(key, two)).isSameAs(first);
        assertThat(first.endpoint()).isSameAs(one);
    }

    @Test
    void firstConnectionThatReachesAnotherEndpointMovesThePin() {
        Pin pin = open(1, READY);

        table.move(key, 0, MAPPED | 1, pin, one, two, false);
        table.move(key, 0, MAPPED | 1, pin, one, endpoint("three"), false);

        assertThat(pin.endpoint()).isSameAs(two);
        assertThat(table.moves()).isEqualTo(1);
    }

    @Test
    void aPinThatAFailureMovedKnowsItsHome() {
        Pin pin = open(1, READY);
        assertThat(pin.home()).isNull();
        table.move(key, 0, MAPPED | 1, pin, one, two, false);
        table.move(key, 0, MAPPED | 1, pin, two, endpoint("three"), false);
        assertThat(pin.home()).isSameAs(one);
        assertThat(table.list(1)).extracting(PinTable.View::home).containsExactly(one);

        table.sendHome(key, 0, MAPPED | 1, pin, pin.endpoint());
        assertThat(pin.endpoint()).isSameAs(one);
        assertThat(table.list(1)).extracting(PinTable.View::home).containsOnlyNulls();
        assertThat(table.moves()).isEqualTo(2);
        leave(1, pin, READY);
        now += TTL - 1;
        assertThat(isPinned(1)).isTrue();
        now++;
        assertThat(isPinned(1)).isFalse();
    }

    @Test
    void aPinThatFoundNoRoomIsAtHomeWhereItIs() {
        Pin pin = open(1, READY);
        table.move(key, 0, MAPPED | 1, pin, one, two, true);
        assertThat(pin.home()).isNull();

        table.move(key, 0, MAPPED | 1, pin, two, one, false);
        assertThat(pin.home()).isSameAs(two);
    }

    @Test
    void aPinWithoutAHomeIsForgottenWhenItMayNotStay() {
        Pin pin = open(1, READY);
        open(2, READY);
        table.sendHome(key, 0, MAPPED | 1, pin, one);

        assertThat(isPinned(1)).isFalse();
        assertThat(isPinned(2)).isTrue();
        leave(1, pin, READY);
        assertThat(isPinned(1)).isFalse();
    }

    @Test
    void atTheBoundTheClientsThatHaveBeenAwayLongestGo() {
        PinTable small = table(new ClientPrefix(32, 64), 100);
        for (int client = 0; client < 100; client++) {
            assertThat(small.find(key, 0, MAPPED | client)).isNull();
            assertThat(small.pin(key, one).endpoint()).isSameAs(one);
            now += SECOND / 10;
        }
        Pin kept = Objects.requireNonNull(small.find(key, 0, MAPPED));
        small.onOpened(key, kept, true);

        assertThat(small.find(key, 0, MAPPED | 100)).isNull();
        assertThat(small.pin(key, one).endpoint()).isSameAs(one);

        assertThat(small.size()).isLessThanOrEqualTo(100);
        assertThat(small.evictions()).isEqualTo(101 - small.size());
        assertThat(small.find(key, 0, MAPPED)).as("the oldest, which is connected").isNotNull();
        assertThat(small.find(key, 0, MAPPED | 1)).as("the next oldest").isNull();
        assertThat(small.find(key, 0, MAPPED | 99)).isNotNull();
        assertThat(small.find(key, 0, MAPPED | 100)).as("the newcomer").isNotNull();
        small.close();
    }

    @Test
    void aMillionStrangersLeaveTheTableWithinItsBound() {
        PinTable full = table(new ClientPrefix(32, 64), 100_000);
        for (int client = 0; client < 1_000_000; client++) {
            assertThat(full.find(key, 0, MAPPED | client)).isNull();
            Pin pin = full.pin(key, one);
            full.onOpened(key, pin, true);
            full.onClosed(key, 0, MAPPED | client, pin, READY);
        }

        assertThat(full.size()).isLessThanOrEqualTo(100_000);
        assertThat(full.evictions()).isEqualTo(1_000_000 - full.size());
        assertThat(full.find(key, 0, MAPPED | 999_999)).isNotNull();
        full.close();
    }

    @Test
    void clientsOfOnePrefixShareAPin() {
        PinTable wide = table(new ClientPrefix(24, 48), 10);
        assertThat(wide.find(key, 0, MAPPED | 0xcb00_7101L)).isNull();
        Pin pin = wide.pin(key, one);

        assertThat(wide.find(key, 0, MAPPED | 0xcb00_71ffL)).isSameAs(pin);
        assertThat(wide.find(key, 0, MAPPED | 0xcb00_7201L)).isNull();
        wide.close();
    }

    @Test
    void pinsAreListedByPageAndForgotten() {
        for (int client = 5; client > 0; client--) {
            assertThat(open(client, READY).endpoint()).isSameAs(one);
        }

        assertThat(table.listAfter(0, MAPPED | 1, 2)).extracting(PinTable.View::clientLow).containsExactly(MAPPED | 2,
                MAPPED | 3);
        assertThat(table.list(10)).hasSize(5).allMatch(view -> view.open() == 1 && view.endpoint().equals(one));
        assertThat(table.of(0, MAPPED | 3)).hasValueSatisfying(view -> assertThat(view.open()).isEqualTo(1));
        assertThat(table.remove(0, MAPPED | 3)).isTrue();
        assertThat(table.remove(0, MAPPED | 3)).isFalse();
        assertThat(table.clear()).isEqualTo(4);
        assertThat(table.list(10)).isEmpty();
    }

    @Test
    void aConnectionWhosePinWasForgottenTouchesNoOther() {
        Pin old = open(1, READY);
        assertThat(table.remove(0, MAPPED | 1)).isTrue();
        Pin fresh = open(1, READY);

        leave(1, old, READY);
        now += 10 * TTL;

        assertThat(table.find(key, 0, MAPPED | 1)).as("its own connection is open").isSameAs(fresh);
    }

    @Test
    void aSmallerBoundIsKeptAtOnce() {
        for (int client = 0; client < 500; client++) {
            leave(client, open(client, READY), READY);
        }

        table.bounds(TTL, 50);

        assertThat(table.size()).isLessThanOrEqualTo(50);
    }
}
