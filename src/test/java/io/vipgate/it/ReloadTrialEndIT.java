package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.OnDown;
import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import io.vipgate.process.Reloader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How trials of configurations end where it is not plain: going back at once, late, or for a pool that was dark. */
@SocketTest
final class ReloadTrialEndIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String PROBE = "{ type: tcp, interval: 50ms, fastInterval: 50ms, rise: 1, fall: 1 }";
    private static final ReloadRequest LONG_TRIAL = new ReloadRequest(false, Duration.ofMinutes(10), Duration.ZERO);
    private static final ReloadRequest UNLESS = new ReloadRequest(false, Duration.ofMinutes(10), Duration.ofSeconds(1));

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private Reloader reloader(TestGateway gateway, TestGateway.Builder next) throws IOException {
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, next.yaml());
        return new Reloader(gateway.server(), file, null, Map.of());
    }

    private static OnDown onDown(TestGateway gateway) {
        return gateway.gateway().config().pools().values().iterator().next().onDown();
    }

    private static boolean hasEvent(TestGateway gateway, String text) {
        return gateway.server().operations().status().events().stream().anyMatch(event -> event.text().contains(text));
    }

    @Test
    void rollbackEndsATrialAtOnce() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", echo).pool("onDown: close"));
            reloader.reload(LONG_TRIAL);

            assertThat(reloader.rollBack(1, true)).isInstanceOfSatisfying(ReloadOutcome.Previewed.class,
                    preview -> assertThat(preview.changes()).containsExactly("pools.nginx.onDown: close -> keep"));
            assertThat(reloader.rollBack(2, false)).isInstanceOf(ReloadOutcome.Refused.class);
            assertThat(onDown(gateway)).isEqualTo(OnDown.CLOSE);
            assertThat(reloader.rollBack(1, false)).isInstanceOf(ReloadOutcome.Applied.class);
            assertThat(onDown(gateway)).isEqualTo(OnDown.KEEP);
            assertThat(reloader.confirmBy()).isEmpty();
            assertThat(reloader.confirm()).isInstanceOf(ReloadOutcome.Refused.class);
        }
    }

    @Test
    void configurationGoesBackOnceItsAddressIsFreeAgain() throws Exception {
        int port = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).bind("127.0.0.1:" + port).start()) {
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", echo));
            reloader.reload(new ReloadRequest(false, Duration.ofSeconds(1), Duration.ZERO));
            try (ServerSocket other = new ServerSocket()) {
                other.setReuseAddress(true);
                other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                Await.until("it can't go back", BOUND,
                        () -> hasEvent(gateway, "return to the configuration before the trial refused"));
                assertThat(reloader.reload()).as("meanwhile").isInstanceOf(ReloadOutcome.Refused.class);
            }
            Await.until("it goes back", BOUND, () -> hasEvent(gateway, "reload taken back"));
            assertThat(gateway.gateway().ports("web")).containsExactly(port);
            assertThat(reloader.reload()).isInstanceOf(ReloadOutcome.Applied.class);
        }
    }

    @Test
    void rollbackThatDoesNotApplyAnyMoreChangesNothing() throws Exception {
        int port = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", echo).bind("127.0.0.1:" + port));
            reloader.reload();
            Files.writeString(reloader.file(), TestGateway.with().endpoint("one", echo).pool("onDown: close").yaml());
            reloader.reload();
            try (ServerSocket other = new ServerSocket()) {
                other.setReuseAddress(true);
                other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                assertThat(reloader.rollBack(1, false)).isInstanceOfSatisfying(ReloadOutcome.Refused.class,
                        refused -> assertThat(refused.problems()).singleElement().asString().contains(":" + port));
            }
            assertThat(onDown(gateway)).isEqualTo(OnDown.CLOSE);
            assertThat(hasEvent(gateway, "rollback to the configuration of ")).isTrue();
            assertThat(reloader.rollBack(1, false)).isInstanceOf(ReloadOutcome.Applied.class);
            assertThat(gateway.gateway().ports("web")).containsExactly(port);
        }
    }

    @Test
    void confirmationDoesNotWaitForADryRunOfAFileThatIsBeingWritten() throws Exception {
        AtomicBoolean isWriting = new AtomicBoolean(true);
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", echo).pool("onDown: close"));
            reloader.reload(LONG_TRIAL);
            // It has just been read, and so was quiet: the dry run is not to find it so.
            touch(reloader.file());
            Thread writer = Thread.ofPlatform().start(() -> {
                while (isWriting.get()) {
                    touch(reloader.file());
                }
            });
            CompletableFuture<ReloadOutcome> dryRun = CompletableFuture.supplyAsync(
                    () -> reloader.reload(new ReloadRequest(true, Duration.ZERO, Duration.ZERO)));
            ReloadOutcome confirmed = reloader.confirm();
            boolean wasRunning = !dryRun.isDone();
            isWriting.set(false);
            writer.join();
            assertThat(confirmed).isInstanceOf(ReloadOutcome.Applied.class);
            assertThat(wasRunning).isTrue();
            assertThat(dryRun.get()).isInstanceOf(ReloadOutcome.Previewed.class);
        }
    }

    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void poolThatTheReloadLeavesWithNothingButWhatIsDownHasNoneUp() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                SwitchedEndpoint two = new SwitchedEndpoint('2');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two.address())
                        .probe(PROBE).start()) {
            two.stop();
            Await.until("two is down", BOUND, () -> gateway.state("two").health() == Health.DOWN);
            Reloader reloader = reloader(gateway,
                    TestGateway.with().endpoint("two", two.address()).probe(PROBE));
            reloader.reload(UNLESS);
            Await.until("it goes back", BOUND,
                    () -> hasEvent(gateway, "reload taken back: pool nginx has had no endpoint up for 1 s"));
            assertThat(gateway.gateway().pool("nginx").snapshot().named("one")).isNotEmpty();
        }
    }

    @Test
    void newPoolWhoseNameHasNoAddressHasNoneUp() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).names(_ -> List.of()).start()) {
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", echo)
                    .pools("  other: { probe: { type: none }, endpoints: { it: \"nowhere.example:80\" } }\n")
                    .and("second", "127.0.0.1:0", "other"));
            reloader.reload(UNLESS);
            Await.until("it goes back", BOUND,
                    () -> hasEvent(gateway, "reload taken back: pool other has had no endpoint up for 1 s"));
        }
    }

    @Test
    void poolThatHadNoneUpBeforeIsNotTheReloadsDoing() throws Exception {
        try (SwitchedEndpoint dead = new SwitchedEndpoint('d'); SwitchedEndpoint other = new SwitchedEndpoint('o')) {
            TestGateway.Builder before = dark(dead, other);
            try (TestGateway gateway = before.start()) {
                dead.stop();
                Await.until("it is down", BOUND, () -> gateway.state("one").health() == Health.DOWN);
                Reloader reloader = reloader(gateway, dark(dead, other).pool("onDown: close"));
                reloader.reload(UNLESS);
                // What the condition is true of goes back, and tells that it was looked for all the time.
                other.stop();
                Await.until("it goes back", BOUND, () -> hasEvent(gateway, "reload taken back"));
                assertThat(hasEvent(gateway, "reload taken back: pool other has had no endpoint up for 1 s")).isTrue();
            }
        }
    }

    private static TestGateway.Builder dark(SwitchedEndpoint dead, SwitchedEndpoint other) {
        return TestGateway.with().endpoint("one", dead.address()).probe(PROBE)
                .pools("  other: { probe: " + PROBE + ", endpoints: { it: \"" + other.address() + "\" } }\n")
                .and("second", "127.0.0.1:0", "other");
    }

    @Test
    void configurationsAreKeptBesideTheStateFileOfTheOneThatWasConfirmed() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", echo)
                    .more("stateFile: " + directory.resolve("state")));
            reloader.reload(LONG_TRIAL);
            assertThat(directory.resolve("state.configurations")).doesNotExist();
            reloader.confirm();
            assertThat(directory.resolve("state.configurations")).isNotEmptyDirectory();
        }
    }
}
