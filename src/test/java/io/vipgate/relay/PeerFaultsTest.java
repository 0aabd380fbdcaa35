package io.vipgate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.linux.ClientAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerFaultsTest {
    private static final long SECOND = 1_000_000_000L;

    private final PeerFaults faults = new PeerFaults();
    private final List<String> told = new ArrayList<>();

    private void on(long second, String peer) {
        ClientAddress address = new ClientAddress();
        address.set(InetAddress.ofLiteral(peer), 0);
        faults.on(second * SECOND, address.high(), address.low(), told::add);
    }

    @Test
    void onceIsNotToldAndAgainIs() {
        on(0, "192.0.2.7");
        on(0, "192.0.2.8");
        assertThat(told).isEmpty();

        on(1, "192.0.2.7");
        assertThat(told).containsExactly("2 connections from 192.0.2.7 and 1 from others");
    }

    @Test
    void onceAMinuteAllThatHasComeSinceIsToldWithWhoDidItMost() {
        for (int i = 0; i < 2; i++) {
            on(0, "192.0.2.7");
        }
        for (int i = 1; i < 60; i++) {
            on(i, "192.0.2.7");
            on(i, "2001:db8::9");
            on(i, "2001:db8::9");
        }
        assertThat(told).hasSize(1);

        on(61, "192.0.2.7");
        assertThat(told).last().isEqualTo("118 connections from 2001:db8::9 and 60 from others");
    }

    @Test
    void manyAddressesAreCountedWithoutBeingKept() {
        for (int i = 0; i < 100_000; i++) {
            on(0, "2001:db8::" + Integer.toHexString(i & 0xffff));
        }
        on(61, "2001:db8::1");
        assertThat(told).last().asString().startsWith("2 connections from 2001:db8::");
    }
}
