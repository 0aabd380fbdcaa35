package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway's probes have started ends with it. */
@SocketTest
final class ProbeProcessIT {
    private static final Duration EXIT = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @AfterEach
    void leaveNothing() {
        recorded().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    /** A command that never ends, with a child, one in a session of its own, an orphan, and one without an environment. */
    private String configured(String more) throws IOException {
        Path script = Files.writeString(directory.resolve("check"), """
                echo $$ >> pids
                sleep 1000 & echo $! >> pids
                setsid sh -c 'echo $$ >> pids; exec sleep 1000' &
                (setsid sh -c 'echo $$ >> pids; sleep 1000 & echo $! >> pids; wait' &)
                (env -i setsid sh -c 'echo $$ >> pids; exec sleep 1000' > /dev/null 2>&1 &)
                wait
                """);
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:%d", pool: nginx } }
                pools:
                  nginx:
                    endpoints: { a: "127.0.0.1:9" }
                    probe: { type: exec, command: [/bin/sh, %s], timeout: 1m, interval: 10ms, fastInterval: 10ms }
                %s
                """.formatted(FreePort.take(), script, more)).toString();
    }

    private List<Long> recorded() {
        Path pids = directory.resolve("pids");
        try {
            return Files.exists(pids) ? Files.readAllLines(pids).stream().map(Long::valueOf).toList() : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Long> running() {
        return recorded().stream().filter(pid -> ProcessHandle.of(pid).isPresent() && !isZombie(pid)).toList();
    }

    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException _) {
            return true;
        }
    }

    @Test
    void aCommandAndItsDescendantsEndWithTheGateway() throws Exception {
        try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", configured(""))) {
            gateway.awaitStart();
            Await.until("the command runs", EXIT, () -> recorded().size() == 6);
            assertThat(running()).hasSize(6);

            gateway.terminate();

            assertThat(gateway.awaitExit(EXIT)).isZero();
            Await.until("nobody is left", EXIT, () -> running().isEmpty());
        }
    }

    @Test
    void theyEndWithAGatewayThatIsStoppedAtOnceToo() throws Exception {
        try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c",
                configured("shutdown: { grace: 1h }"))) {
            gateway.awaitStart();
            Await.until("the command runs", EXIT, () -> recorded().size() == 6);

            gateway.terminate();
            Await.until("it stops", EXIT, () -> gateway.errors().contains("stopping: "));
            assertThat(running()).as("probed as long as it serves").hasSize(6);
            gateway.terminate();

            assertThat(gateway.awaitExit(EXIT)).isZero();
            Await.until("nobody is left", EXIT, () -> running().isEmpty());
        }
    }
}
