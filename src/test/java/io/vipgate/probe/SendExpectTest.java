package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProxyProtocol;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendExpectTest {
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
            ProbeConnection connection = new ProbeConnection(Checks.SHORT, ProbeHeader.NONE, ProbeOrigin.KERNELS,
                    false);

            Checks.checkInVain(new PlainProbe(connection, () -> conversation -> {
                conversation.say(muchMoreThanBuffersHold);
                return ProbeResult.pass("sent");
            }), peer.address());
            over.countDown();
        }
    }

    @Test
    void cancellingEndsTheCheckAndItsConnection() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            connected.countDown();
            try {
                ScriptedPeer.waitForEnd(socket);
            } finally {
                ended.countDown();
            }
        })) {
            Checks.cancelEnds(Checks.probe(GREETING), peer.address(), () -> await(connected), () -> await(ended));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final ProbeConfig MASTER = Checks.steps(Checks.AMPLE, "PING\\r\\n", "+PONG", "info\\r\\n",
            "role:master",
            "QUIT\\r\\n", "+OK");

    private static ScriptedPeer redis(String info) throws IOException {
        return ScriptedPeer.that(socket -> {
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                socket.getOutputStream().write(ScriptedPeer.bytes(switch (line) {
                    case "PING" -> "+PONG\r\n";
                    case "info" -> info;
                    default -> "+OK\r\n";
                }));
            }
        });
    }

    @Test
    void everyStepMustBeAnswered() throws Exception {
        try (ScriptedPeer master = redis("$11\r\nrole:master\r\n");
                ScriptedPeer replica = redis("role:slave\r\n+OK\r\n")) {
            assertThat(Checks.check(MASTER, master.address())).isEqualTo(ProbeResult.pass("answered as expected"));
            assertThat(Checks.check(Checks.probe(MASTER), replica.address(), Checks.SHORT).outcome())
                    .as("it waits for the role, whatever else comes").isEqualTo(ProbeResult.Outcome.TIMEOUT);
        }
    }

    @Test
    void theStepThatFailsIsNamed() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.saying("+PONG\r\nrole:slave\r\n")) {
            assertThat(Checks.check(Checks.steps(Checks.AMPLE, "", "+PONG", "", "role:master"), peer.address()))
                    .isEqualTo(ProbeResult.fail("closed before the expected bytes of step 2"));
        }
    }

    @Test
    void whatIsExpectedIsLookedForBehindWhatWasFound() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.saying("one two")) {
            assertThat(Checks.check(Checks.steps(Checks.AMPLE, "", "one", "", "two"), peer.address()).outcome())
                    .isEqualTo(ProbeResult.Outcome.PASS);
            assertThat(Checks.check(Checks.steps(Checks.AMPLE, "", "two", "", "one"), peer.address()).outcome())
                    .isEqualTo(ProbeResult.Outcome.FAIL);
        }
    }
}
