package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.OnDown;
import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.Health;
import io.vipgate.process.Reloader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations that are only looked at, and such as go back unless they are confirmed. */
@SocketTest
final class ReloadTrialIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private Reloader reloader(TestGateway gateway, String text) throws IOException {
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, text);
        Reloader reloader = new Reloader(gateway.server(), file, null, Map.of());
        gateway.server().operations().configureBy(reloader);
        return reloader;
    }

    private static ReloadRequest within(Duration time) {
        return new ReloadRequest(false, time, Duration.ZERO);
    }

    private static OnDown onDown(TestGateway gateway) {
        return gateway.gateway().config().pools().values().iterator().next().onDown();
    }

    private static List<String> events(TestGateway gateway) {
        return gateway.server().operations().status().events().stream().map(event -> event.text()).toList();
    }

    @Test
    void dryRunTellsTheChangesAndMakesNone() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            ReloadRequest dryRun = new ReloadRequest(true, Duration.ZERO, Duration.ZERO);
            Reloader reloader = reloader(gateway,
                    TestGateway.with().endpoint("one", echo).pool("onDown: close").eventLoops(3).yaml());

            assertThat(reloader.reload(dryRun)).isInstanceOfSatisfying(ReloadOutcome.Previewed.class, preview -> {
                assertThat(preview.changes()).contains("pools.nginx.onDown: keep -> close");
                assertThat(preview.needRestart()).singleElement().asString().startsWith("runtime.eventLoops");
            });
            Files.writeString(reloader.file(), "listeners: 3\n");
            assertThat(reloader.reload(dryRun)).isInstanceOfSatisfying(ReloadOutcome.Refused.class,
                    refused -> assertThat(refused.problems()).isNotEmpty());
            assertThat(onDown(gateway)).isEqualTo(OnDown.KEEP);
            assertThat(events(gateway)).isEmpty();
        }
    }

    @Test
    void configurationThatIsNotConfirmedGoesBackAndServesWhomItCanUntilThen() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start();
                Peer open = gateway.connect()) {
            open.exchange();
            // The listener that clients use is gone; another is there.
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", echo).bind("127.0.0.1:0").yaml()
                    .replace("  web:", "  other:"));

            ReloadOutcome outcome = reloader.reload(within(Duration.ofSeconds(2)));
            assertThat(outcome).isInstanceOfSatisfying(ReloadOutcome.Applied.class,
                    applied -> assertThat(applied.confirmBy()).isAfter(Instant.now().minusSeconds(5)));
            assertThat(gateway.gateway().config().listeners()).containsOnlyKeys("other");
            open.exchange();

            Await.until("it goes back", BOUND, () -> gateway.gateway().config().listeners().containsKey("web"));
            Await.until("the old address serves", BOUND, () -> serves(gateway));
            open.exchange();
            assertThat(gateway.server().operations().status().confirmBy()).isNull();
            assertThat(events(gateway)).last().isEqualTo("reload taken back: it was not confirmed within 2 s");
        }
    }

    private static boolean serves(TestGateway gateway) {
        try (Peer client = gateway.connect()) {
            client.exchange();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void confirmedConfigurationStaysAndNoOtherIsLoadedBefore() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            Reloader reloader = reloader(gateway,
                    TestGateway.with().endpoint("one", echo).pool("onDown: close").yaml());
            assertThat(reloader.confirm())
                    .isEqualTo(new ReloadOutcome.Refused(List.of("no configuration is on trial")));
            reloader.reload(within(LONG));
            assertThat(gateway.server().operations().status().confirmBy()).isAfter(Instant.now());

            assertThat(reloader.reload()).isInstanceOfSatisfying(ReloadOutcome.Refused.class,
                    refused -> assertThat(refused.problems()).singleElement().asString()
                            .startsWith("the configuration that was loaded last is on trial until "));
            assertThat(reloader.confirm()).isInstanceOf(ReloadOutcome.Applied.class);
            assertThat(gateway.server().operations().status().confirmBy()).isNull();
            assertThat(onDown(gateway)).isEqualTo(OnDown.CLOSE);
            assertThat(reloader.reload()).isInstanceOf(ReloadOutcome.Applied.class);
        }
    }

    @Test
    void configurationGoesBackWhenItsPoolLosesItsLastEndpoint() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                SwitchedEndpoint dead = new SwitchedEndpoint('d');
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .probe("{ type: tcp, interval: 50ms, rise: 1, fall: 1 }").start()) {
            Await.until("it is up", BOUND, () -> gateway.state("one").health() == Health.UP);
            dead.stop();
            Reloader reloader = reloader(gateway, TestGateway.with().endpoint("one", dead.address())
                    .probe("{ type: tcp, interval: 50ms, rise: 1, fall: 1 }").yaml());

            ReloadOutcome outcome = reloader.reload(new ReloadRequest(false, Duration.ZERO, Duration.ofSeconds(1)));
            assertThat(outcome).isInstanceOfSatisfying(ReloadOutcome.Applied.class,
                    applied -> assertThat(applied.confirmBy()).isNull());
            Await.until("it goes back", BOUND,
                    () -> events(gateway).contains("reload taken back: pool nginx has had no endpoint up for 1 s"));
            Await.until("the endpoint is up again", BOUND, () -> gateway.state("one").health() == Health.UP);
            try (Peer client = gateway.connect()) {
                client.exchange();
            }
        }
    }

    @Test
    void rollbackBringsEarlierConfigurationsBackWithTheirOwnTextAfterARestartToo() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            String kept = "stateFile: " + directory.resolve("state");
            TestGateway.Builder keep = TestGateway.with().endpoint("one", echo).more(kept);
            TestGateway.Builder close = TestGateway.with().endpoint("one", echo).more(kept).pool("onDown: close");
            TestGateway.Builder drain = TestGateway.with().endpoint("one", echo).more(kept).pool("onDown: drain");
            try (TestGateway gateway = keep.start()) {
                Reloader reloader = reloader(gateway, keep.yaml());
                reloader.reload();
                assertThat(reloader.rollBack(1, false)).isEqualTo(new ReloadOutcome.Refused(
                        List.of("no earlier configuration is known")));
                Files.writeString(reloader.file(), close.yaml());
                reloader.reload();
                Files.writeString(reloader.file(), drain.yaml());
                reloader.reload();
                assertThat(reloader.earlier()).hasSize(3);

                assertThat(reloader.rollBack(2, true)).isInstanceOfSatisfying(ReloadOutcome.Previewed.class,
                        preview -> assertThat(preview.changes()).containsExactly("pools.nginx.onDown: drain -> keep"));
                assertThat(reloader.rollBack(1, false)).isInstanceOf(ReloadOutcome.Applied.class);
                assertThat(onDown(gateway)).isEqualTo(OnDown.CLOSE);
                assertThat(reloader.rollBack(1, false)).isInstanceOf(ReloadOutcome.Applied.class);
                assertThat(onDown(gateway)).isEqualTo(OnDown.KEEP);
                assertThat(reloader.earlier()).hasSize(1);
                assertThat(Files.readString(reloader.file())).as("the file").isEqualTo(drain.yaml());
                // What holds is another now, which begins at the front again.
                reloader.reload();
                assertThat(onDown(gateway)).isEqualTo(OnDown.DRAIN);
                assertThat(reloader.earlier()).hasSize(3);
            }
            try (TestGateway gateway = drain.start()) {
                Reloader reloader = reloader(gateway, drain.yaml());
                reloader.reload();
                assertThat(reloader.earlier()).hasSize(3);
                assertThat(reloader.rollBack(3, false)).isEqualTo(new ReloadOutcome.Refused(
                        List.of("no configuration is known that held 3 before this one (expected: at most 2)")));
                assertThat(reloader.rollBack(1, false)).isInstanceOf(ReloadOutcome.Applied.class);
                assertThat(onDown(gateway)).isEqualTo(OnDown.KEEP);
            }
        }
    }

    @Test
    void sixConfigurationsAreRememberedAtMost() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo).start()) {
            Reloader reloader = reloader(gateway, "");
            for (int weight = 1; weight < 10; weight++) {
                Files.writeString(reloader.file(),
                        TestGateway.with().endpoint("one", echo, "weight: " + weight).yaml());
                assertThat(reloader.reload()).isInstanceOf(ReloadOutcome.Applied.class);
            }
            assertThat(reloader.earlier()).hasSize(6);
            assertThat(reloader.rollBack(5, false)).isInstanceOf(ReloadOutcome.Applied.class);
            assertThat(gateway.state("one").weight()).isEqualTo(4);
        }
    }
}
