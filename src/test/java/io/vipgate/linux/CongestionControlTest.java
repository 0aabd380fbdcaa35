package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link CongestionControl}, and the listening sockets that pass it on. */
class CongestionControlTest {
    /** Part of every kernel, and allowed to everybody. */
    private static final CongestionControl RENO = new CongestionControl("reno");

    private final Tcp tcp = new Tcp();

    @AfterEach
    void closeAll() {
        tcp.close();
    }

    private static ListenSocket.Options with(CongestionControl congestion) {
        ListenSocket.Options o = Tcp.OPTIONS;
        return new ListenSocket.Options(o.backlog(), o.isFreeBind(), o.keepIdleSeconds(), o.keepIntervalSeconds(),
                o.keepCount(), congestion);
    }

    private int accept(int listening) {
        tcp.connect("127.0.0.1", tcp.listenSocket.port(listening));
        return tcp.own(Tcp.await(() -> tcp.calls.accept(listening, new ClientAddress())));
    }

    @Test
    void acceptedSocketsHaveTheListenersAndTheSystemsOnceItHasNoneAnyMore() throws Exception {
        // given
        int listening = tcp.own(tcp.listenSocket.open(new ListenSocket.Wanted(InetAddress.ofLiteral("127.0.0.1"), 0,
                with(RENO), ListenSocket.Overlap.NONE), 1).getFirst());

        // then
        assertThat(tcp.calls.congestion(accept(listening))).contains(RENO);

        // when
        tcp.listenSocket.adjust(listening, Tcp.OPTIONS);

        // then
        assertThat(tcp.calls.congestion(accept(listening))).isEqualTo(CongestionControl.ofSystem());

        // when
        tcp.listenSocket.adjust(listening, with(RENO));

        // then
        assertThat(tcp.calls.congestion(accept(listening))).contains(RENO);
    }

    @Test
    void whatTheKernelDoesNotHaveIsRefusedWithWhatItHas() {
        assertThat(RENO.refusal()).isEmpty();
        assertThat(new CongestionControl("vipgate-none").refusal()).hasValueSatisfying(
                why -> assertThat(why).contains("vipgate-none", "not available on this machine", "reno"));
    }

    @Test
    void aNameOfFifteenCharactersFits() {
        CongestionControl longest = new CongestionControl("a23456789012345");
        int fd = tcp.own(tcp.calls.socket(SystemCalls.AF_INET));

        assertThat(tcp.calls.setCongestion(fd, longest)).isNegative();
        assertThat(tcp.calls.setCongestion(fd, RENO)).isZero();
        assertThat(tcp.calls.congestion(fd)).contains(RENO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a234567890123456", "cu bic", "bbr\n", "bbr/2"})
    void whatCannotBeANameIsNone(String text) {
        assertThat(CongestionControl.isName(text)).isFalse();
        assertThatThrownBy(() -> new CongestionControl(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
