package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.StalledPipe;
import io.vipgate.it.fixture.SwitchedEndpoint;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody reads what the gateway logs: it serves, changes and ends all the same. */
@SocketTest
final class StalledLogProcessIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration EXIT = Duration.ofSeconds(10);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final int port = FreePort.take();
    private final int metrics = FreePort.take();

    private String config(EchoEndpoint echo, SwitchedEndpoint other, String more) throws IOException {
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:%d", pool: p } }
                pools:
                  p: { probe: { type: none }, endpoints: { e: "%s" } }
                  q: { probe: { interval: 50ms, fastInterval: 20ms }, endpoints: { x: "%s" } }
                metrics: { bind: "127.0.0.1:%d" }
                %s
                """.formatted(port, echo.address(), other.address(), metrics, more)).toString();
    }

    private void exchange() throws IOException {
        try (Peer client = Peer.connect(port)) {
            client.exchange();
        }
    }

    private void awaitServing() {
        Await.until("it serves", BOUND, () -> {
            try {
                exchange();
                return isAnswering();
            } catch (IOException | AssertionError e) {
                return false;
            }
        });
    }

    private boolean isAnswering() {
        return !Scrape.of(metrics).samples().isEmpty();
    }

    private boolean isUp() {
        return Scrape.of(metrics).sum("vipgate_endpoint_up", "pool", "q") == 1;
    }

    @Test
    void healthClientsAndTheEndGoOnAndWhatIsDroppedIsTold() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                SwitchedEndpoint other = new SwitchedEndpoint('x');
                StalledPipe log = new StalledPipe(directory);
                VipgateProcess gateway = VipgateProcess.startAfter("exec 2>" + log.path(), directory, "run", "-c",
                        config(echo, other, "log: { level: debug }"))) {
            awaitServing();
            Await.until("it is up", BOUND, this::isUp);
            other.stop();
            Await.until("its end is seen", BOUND, () -> !isUp());
            other.start();
            Await.until("its return is seen", BOUND, this::isUp);

            for (int i = 0; i < 2_000 && Scrape.of(metrics).sum("vipgate_log_dropped_total") == 0; i++) {
                for (int k = 0; k < 10; k++) {
                    exchange();
                }
            }
            assertThat(Scrape.of(metrics).sum("vipgate_log_dropped_total")).isPositive();

            log.move();
            Await.until("it is told", BOUND, () -> log.read().contains(" lines of the log were dropped: "));
            assertThat(log.read()).contains(" serves web on ", "endpoint q/x is DOWN");

            log.stall();
            gateway.terminate();
            assertThat(gateway.awaitExit(EXIT)).isZero();
        }
    }

    @Test
    void descriptorsThatRunOutMeanwhileHoldNoEventLoopUp() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                SwitchedEndpoint other = new SwitchedEndpoint('x');
                StalledPipe log = new StalledPipe(directory);
                VipgateProcess gateway = VipgateProcess.startAfter("exec 2>" + log.path(), directory, "run", "-c",
                        config(echo, other, "runtime: { eventLoops: 2 }"))) {
            awaitServing();
            List<Peer> open = new ArrayList<>();
            try {
                for (int i = 0; i < 10; i++) {
                    Peer client = Peer.connect(port);
                    open.add(client);
                    client.exchange();
                }
                gateway.limit("nofile=" + gateway.files() + ":");
                for (int i = 0; i < 20; i++) {
                    open.add(Peer.connect(port));
                }
                for (int i = 0; i < 30; i++) {
                    for (Peer client : open.subList(0, 10)) {
                        client.exchange();
                    }
                    Thread.sleep(50);
                }
                gateway.limit("nofile=4096:");
                for (Peer client : open) {
                    client.exchange();
                }
            } finally {
                for (Peer client : open) {
                    client.close();
                }
            }
            log.move();
            Await.until("what was logged is there", BOUND, () -> log.read().contains("accept paused"));
        }
    }

    private static void askForStacks(VipgateProcess gateway, int times) throws Exception {
        String script = "for i in $(seq " + times + "); do kill -QUIT " + gateway.pid() + "; sleep 0.02; done";
        assertThat(new ProcessBuilder("bash", "-c", script).inheritIO().start().waitFor()).isZero();
    }

    /** The JVM writes them while everything else stands still. */
    @Test
    void stacksOfThreadsThatNobodyReadsHoldNothingUp() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                SwitchedEndpoint other = new SwitchedEndpoint('x');
                StalledPipe out = new StalledPipe(directory);
                VipgateProcess gateway = VipgateProcess.startAfter("exec >" + out.path(), directory, "run", "-c",
                        config(echo, other, ""))) {
            awaitServing();
            askForStacks(gateway, 100);

            exchange();
            assertThat(isAnswering()).isTrue();

            out.move();
            Await.until("somebody reads again", BOUND, () -> {
                askOnce(gateway);
                return out.read().contains("\"vipgate-control\"");
            });
            gateway.terminate();
            assertThat(gateway.awaitExit(EXIT)).isZero();
        }
    }

    private static void askOnce(VipgateProcess gateway) {
        try {
            askForStacks(gateway, 1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "accessLog: { format: text }"})
    void aSecondSignalEndsTheProcessWhateverIsOpenAndWhateverIsFull(String more) throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                SwitchedEndpoint other = new SwitchedEndpoint('x');
                StalledPipe log = new StalledPipe(directory);
                VipgateProcess gateway = VipgateProcess.startAfter("exec >" + log.path() + " 2>&1", directory, "run",
                        "-c", config(echo, other, more))) {
            awaitServing();
            try (Peer client = Peer.connect(port)) {
                client.exchange();
                gateway.terminate();
                Await.until("it takes nobody new", BOUND, () -> isRefusedWhile(client));

                gateway.terminate();

                client.expectBroken(EXIT);
                assertThat(gateway.awaitExit(EXIT)).isLessThan(2);
            }
        }
    }

    /** Whether nobody new is taken; the present client is not idle meanwhile, so that the drain goes on. */
    private boolean isRefusedWhile(Peer present) {
        try {
            present.exchange();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Peer client = Peer.connect(port)) {
            client.exchange();
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
