package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProbeType;
import io.vipgate.config.RedisRole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a check on the loop does besides talking: how it ends, what it leaves, and what it does to others. */
class PlainCheckTest {
    private static final ProbeConnection PLAIN = new ProbeConnection(Checks.AMPLE, ProbeHeader.NONE,
            ProbeOrigin.KERNELS, true);

    private final ProbeLoop loop = Checks.calm();

    @AfterEach
    void close() {
        loop.close();
    }

    private static Probe probe(Talk talk) {
        return new PlainProbe(PLAIN, () -> talk);
    }

    private CompletableFuture<ProbeResult> begin(Probe probe, InetSocketAddress address, Duration timeout) {
        return begin(loop, probe, address, timeout);
    }

    private static CompletableFuture<ProbeResult> begin(ProbeLoop loop, Probe probe, InetSocketAddress address,
            Duration timeout) {
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        loop.execute(() -> probe.begin(loop, Checks.target(address), System.nanoTime() + timeout.toNanos(),
                result::complete));
        return result;
    }

    private static ProbeResult result(CompletableFuture<ProbeResult> begun) throws Exception {
        return begun.get(30, TimeUnit.SECONDS);
    }

    /** Runs this on the loop and waits for it. */
    private <T> T onLoop(Supplier<T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> done.complete(task.get()));
        return done.get(10, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            await(latch);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static long sockets() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(PlainCheckTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException _) {
            return false;
        }
    }

    /** Cancels a check once it has come so far, and looks for what it leaves on this side. */
    private void cancelled(Probe probe, InetSocketAddress address, CountDownLatch hasComeSoFar) throws Exception {
        long before = sockets();
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        Probe.Check check = onLoop(() -> probe.begin(loop, Checks.target(address),
                System.nanoTime() + Checks.AMPLE.toNanos(), result::complete));
        await(hasComeSoFar);
        assertThat(onLoop(loop.stalls()::isTicking)).isTrue();

        onLoop(() -> {
            check.cancel();
            check.cancel();
            return check;
        });

        assertThat(onLoop(loop.stalls()::isTicking)).isFalse();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (sockets() > before) {
            assertThat(System.nanoTime() - end).as("its socket, and the endpoint's, are closed").isNegative();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertThat(result).isNotDone();
    }

    @Test
    void cancelledWhileItConnects() throws Exception {
        // A full accept queue: the kernel drops what comes then.
        List<Socket> queued = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
            for (int i = 0; i < 2; i++) {
                queued.add(new Socket(address.getAddress(), address.getPort()));
            }
            cancelled(Checks.probe(Checks.tcp(Checks.AMPLE)), address, new CountDownLatch(0));
        } finally {
            for (Socket each : queued) {
                each.close();
            }
        }
    }

    @Test
    void cancelledWhileItWaitsForAnAnswer() throws Exception {
        CountDownLatch waits = new CountDownLatch(2);
        try (ScriptedPeer peer = ScriptedPeer.silent()) {
            cancelled(probe(conversation -> {
                waits.countDown();
                waits.countDown();
                conversation.say(ScriptedPeer.bytes("hello"));
                return ProbeResult.pass("heard " + conversation.heard().read());
            }), peer.address(), waits);
        }
    }

    @Test
    void cancelledWhileWhatItSaysWaitsForRoom() throws Exception {
        CountDownLatch said = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            try {
                over.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        })) {
            byte[] muchMoreThanBuffersHold = new byte[16 << 20];
            Probe probe = probe(conversation -> {
                said.countDown();
                conversation.say(muchMoreThanBuffersHold);
                return ProbeResult.pass("sent");
            });
            CompletableFuture<ProbeResult> result = new CompletableFuture<>();
            Probe.Check check = onLoop(() -> probe.begin(loop, Checks.target(peer.address()),
                    System.nanoTime() + Checks.AMPLE.toNanos(), result::complete));
            await(said);
            onLoop(() -> {
                check.cancel();
                return check;
            });
            assertThat(result).isNotDone();
            over.countDown();
        }
    }

    @Test
    void theLeaveIsOverInTimeWhateverStillComes() throws Exception {
        CountDownLatch leaves = new CountDownLatch(1);
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            ScriptedPeer.waitForEnd(socket);
            leaves.countDown();
            try {
                // The FIN was heard; the reset that ends the check is heard here.
                socket.getOutputStream().write(new byte[64 << 10]);
                while (true) {
                    socket.getOutputStream().write(1);
                }
            } catch (IOException _) {
                // The probe has gone.
            }
        })) {
            assertThat(result(begin(probe(conversation -> {
                conversation.takeLeave();
                return ProbeResult.pass("gone");
            }), peer.address(), Checks.AMPLE))).as("whatever still comes").isEqualTo(ProbeResult.pass("gone"));
            await(leaves);
        }
    }

    @Test
    void aStallOfTheLoopSpoilsAFailureThatCameDuringIt() throws Exception {
        CountDownLatch stalled = new CountDownLatch(1);
        try (ProbeLoop watched = ProbeLoop.open();
                ScriptedPeer peer = ScriptedPeer.that(socket -> {
                    try {
                        stalled.await();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                    socket.getOutputStream().write(ScriptedPeer.bytes("-LOADING\r\n"));
                })) {
            CompletableFuture<ProbeResult> begun = begin(watched,
                    Checks.probe(Checks.protocol(ProbeType.REDIS, Checks.AMPLE, "", RedisRole.ANY)), peer.address(),
                    Checks.AMPLE);
            watched.execute(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
                stalled.countDown();
            });
            assertThat(result(begun)).isEqualTo(ProbeResult.inconclusive("gateway stalled: error: LOADING"));
        }
    }

    @Test
    void whatCameInTimeCountsEvenWhenTheLoopComesTooLate() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        AtomicBoolean isHeldUp = new AtomicBoolean();
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            int _ = socket.getInputStream().read();
            asked.countDown();
            socket.getOutputStream().write(ScriptedPeer.bytes("+PONG\r\n"));
            answered.countDown();
            ScriptedPeer.waitForEnd(socket);
        })) {
            Duration timeout = Duration.ofSeconds(2);
            CompletableFuture<ProbeResult> begun = begin(probe(conversation -> {
                conversation.say(ScriptedPeer.bytes("PING"));
                // From here on the loop is held up until the deadline is over.
                if (isHeldUp.compareAndSet(false, true)) {
                    loop.execute(() -> {
                        awaitQuietly(answered);
                        LockSupport.parkNanos(timeout.toNanos());
                    });
                }
                return ProbeResult.pass(new AnswerBytes(conversation.heard()).line());
            }), peer.address(), timeout);
            await(asked);
            assertThat(result(begun)).isEqualTo(ProbeResult.pass("+PONG"));
        }
    }

    /** Writes a banner and resets the connection, with a FIN before or without, while the loop is away. */
    private ProbeResult resultOfABannerBeforeAReset(String banner, boolean withFin) throws Exception {
        CountDownLatch isGone = new CountDownLatch(1);
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            socket.getOutputStream().write(ScriptedPeer.bytes(banner));
            if (withFin) {
                socket.shutdownOutput();
            }
            socket.setSoLinger(true, 0);
            socket.close();
            isGone.countDown();
        })) {
            CompletableFuture<ProbeResult> result = new CompletableFuture<>();
            Probe probe = Checks.probe(Checks.sendExpect(Checks.AMPLE, "", "220 ready"));
            loop.execute(() -> {
                probe.begin(loop, Checks.target(peer.address()),
                        System.nanoTime() + Checks.AMPLE.toNanos(), result::complete);
                try {
                    isGone.await();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            });
            return result(result);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatAResetFollowsCounts(boolean withFin) throws Exception {
        assertThat(resultOfABannerBeforeAReset("220 ready\r\n", withFin).outcome())
                .isEqualTo(ProbeResult.Outcome.PASS);
        ProbeResult half = resultOfABannerBeforeAReset("220 rea", withFin);
        assertThat(half.outcome()).isEqualTo(ProbeResult.Outcome.FAIL);
        assertThat(half.isLocal()).isFalse();
    }

    @Test
    void aFaultOfOursEndsOneCheckAlone() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.silent()) {
            assertThat(result(begin(probe(_ -> {
                throw new IllegalStateException("bug");
            }), peer.address(), Checks.AMPLE)))
                    .isEqualTo(ProbeResult.local("the probe itself failed: java.lang.IllegalStateException: bug"));
            assertThat(result(begin(probe(_ -> {
                throw new StackOverflowError("deep");
            }), peer.address(), Checks.AMPLE)).isLocal()).isTrue();
            loop.execute(() -> {
                throw new IllegalStateException("of a task");
            });
            assertThat(result(begin(Checks.probe(Checks.tcp(Checks.AMPLE)), peer.address(), Checks.AMPLE)))
                    .isEqualTo(ProbeResult.pass("connected"));
        }
    }

    @Test
    void whoFloodsHoldsNobodyUpAndIsNotKept() throws Exception {
        byte[] piece = new byte[64 << 10];
        try (ScriptedPeer flooding = ScriptedPeer.that(socket -> {
            socket.getOutputStream().write(ScriptedPeer.bytes("HTTP/1.1 200 OK\r\n\r\n"));
            while (true) {
                socket.getOutputStream().write(piece);
            }
        });
                ScriptedPeer quiet = ScriptedPeer.silent()) {
            Probe endless = probe(conversation -> {
                // Never has enough, and keeps nothing.
                while (conversation.heard().read() >= 0) {
                    conversation.settle();
                }
                return ProbeResult.pass("ended");
            });
            CompletableFuture<ProbeResult> flooded = begin(endless, flooding.address(), Duration.ofSeconds(1));
            for (int i = 0; i < 20; i++) {
                assertThat(result(begin(Checks.probe(Checks.tcp(Checks.AMPLE)), quiet.address(), Checks.AMPLE)))
                        .isEqualTo(ProbeResult.pass("connected"));
            }
            assertThat(result(flooded).cause()).endsWith("no answer in 10 s");
        }
    }

    @Test
    void anAnswerInVeryManyPiecesIsLookedAtLessOften() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        int pieces = 1500;
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            socket.setTcpNoDelay(true);
            for (int i = 0; i < pieces; i++) {
                socket.getOutputStream().write('x');
                LockSupport.parkNanos(100_000);
            }
            socket.getOutputStream().write('\n');
            ScriptedPeer.waitForEnd(socket);
        })) {
            assertThat(result(begin(probe(conversation -> {
                attempts.incrementAndGet();
                String line = new AnswerBytes(conversation.heard()).line();
                return ProbeResult.pass(line.length() + " bytes");
            }), peer.address(), Checks.AMPLE))).isEqualTo(ProbeResult.pass("1500 bytes"));
            assertThat(attempts.get()).isLessThan(pieces / 2);
        }
    }

    @Test
    void theEndOfTheLoopClosesWhatIsUnderWay() throws Exception {
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
            CompletableFuture<ProbeResult> begun = begin(
                    Checks.probe(Checks.sendExpect(Checks.AMPLE, "PING", "PONG")), peer.address(), Checks.AMPLE);
            await(connected);
            loop.close();
            await(ended);
            assertThat(begun).isNotDone();
        }
    }
}
