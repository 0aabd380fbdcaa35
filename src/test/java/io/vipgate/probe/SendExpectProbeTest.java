package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProxyProtocol;
import java.util.concurrent.CountDownLatch;
import javax.net.SocketFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendExpectProbeTest {
    private static final ProbeConfig GREETING = Checks.sendExpect(Checks.AMPLE, "", "220 ready\\r\\n");

    @Test
    void anAnswerInPiecesIsPutTogether() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.inPieces("220 220 ready\r\nmore")) {
            assertThat(Checks.check(GREETING, peer.address()))
                    .isEqualTo(ProbeResult.pass("answered as expected"));
        }
    }

    @Test
    void whatIsSentIsTheBytesMeant() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.listening()) {
            ProbeConfig config = Checks.sendExpect(Checks.AMPLE, "PING\\x01\\r\\n", "");

            assertThat(Checks.check(config, peer.address())).isEqualTo(ProbeResult.pass("sent"));
            assertThat(peer.heard()).isEqualTo("PING\u0001\r\n");
        }
    }

    @Test
    void theHeaderComesBeforeWhatIsSent() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering("PONG")) {
            Probe probe = Probes
                    .of(Checks.sendExpect(Checks.AMPLE, "PING\\r\\n\\r\\n", "PONG"), ProxyProtocol.V1, List.of())
                    .orElseThrow();

            assertThat(Checks.check(probe, peer.address(), Checks.AMPLE).outcome())
                    .isEqualTo(ProbeResult.Outcome.PASS);
            assertThat(peer.heard()).isEqualTo("PROXY UNKNOWN\r\nPING\r\n\r\n");
        }
    }

    @Test
    void whoClosesBeforeTheExpectedBytesFails() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.saying("220 rea")) {
            assertThat(Checks.check(GREETING, peer.address()))
                    .isEqualTo(ProbeResult.fail("closed before the expected bytes"));
        }
    }

    @Test
    void whoResetsFails() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.resetting()) {
            assertThat(Checks.check(GREETING, peer.address())).isEqualTo(ProbeResult.fail("connection reset"));
        }
    }

    @Test
    void whoTalksOfOtherThingsFailsAfter64KiB() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.saying("x".repeat(ByteSearch.MAX_BYTES - 3) + "220 ready\r\n")) {
            assertThat(Checks.check(GREETING, peer.address()))
                    .isEqualTo(ProbeResult.fail("first 64 KiB lack the expected bytes"));
        }
    }

    @Test
    void silenceEndsAtTheDeadline() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.silent()) {
            assertThat(Checks.checkInVain(Checks.probe(Checks.sendExpect(Checks.SHORT, "PING", "PONG")),
                    peer.address()).cause()).isEqualTo("no answer in 150 ms");
        }
    }

    @Test
    void aTrickleDoesNotPutOffTheDeadline() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.trickling("220 ", (byte) '.')) {
            Checks.checkInVain(Checks.probe(Checks.sendExpect(Checks.SHORT, "", "220 ready")), peer.address());
        }
    }

    @Test
    void whoNeverReadsDoesNotPutOffTheDeadline() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedPeer peer = ScriptedPeer.that(_ -> {
            try {
                over.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        })) {
            byte[] muchMoreThanBuffersHold = new byte[16 << 20];
            SocketCheck check = new SocketCheck(SocketFactory.getDefault(), Checks.SHORT, ProbeHeader.NONE,
                    ProbeOrigin.KERNELS, false);

            Checks.checkInVain(new SendExpectProbe(check, muchMoreThanBuffersHold, new byte[0]), peer.address());
            over.countDown();
        }
    }

    @Test
    void anInterruptEndsTheCheck() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            connected.countDown();
            ScriptedPeer.waitForEnd(socket);
        })) {
            Checks.interruptsEnd(Checks.probe(GREETING), peer.address(), () -> {
                try {
                    connected.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }
}
