package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that a gateway writes: who may read them, and what is in them when the disk was full. */
@SocketTest
final class FilesProcessIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final int ROOM = 20_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private Path config(int port, String endpoint) throws IOException {
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:%d", pool: p } }
                pools: { p: { probe: { type: none }, endpoints: { e: "%s" } } }
                stateFile: state
                accessLog: { format: text, file: access }
                """.formatted(port, endpoint));
    }

    private String mode(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "077", "277"})
    void modesAreTheSameWhateverTheUmask(String umask) throws Exception {
        Path config = config(FreePort.take(), "127.0.0.1:1");
        try (VipgateProcess gateway = VipgateProcess.startAfter("umask " + umask, directory, "run", "-c",
                config.toString())) {
            gateway.awaitStart();
            Await.until("both are there", BOUND,
                    () -> Files.exists(directory.resolve("state")) && Files.exists(directory.resolve("access")));

            Await.until("the modes are right", BOUND, () -> {
                try {
                    return mode("state").equals("rw-------") && mode("access").equals("rw-r-----");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Test
    void aDiskThatFilledLeavesNoHalfLineOnceThereIsRoomAgain() throws Exception {
        int port = FreePort.take();
        Path log = directory.resolve("access");
        Files.writeString(log, "half a line");
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c",
                        config(port, echo.address()).toString()).awaitStart()) {
            // A bound on the size of a file has half a line written as a full disk has, and needs no root.
            gateway.limit("fsize=" + ROOM + ":");
            connect(port, 400);
            Await.until("it is full", BOUND, () -> gateway.errors().contains("the access log can't be written to"));
            assertThat(Files.readString(log)).hasSizeLessThanOrEqualTo(ROOM).endsWith("\n");

            gateway.limit("fsize=unlimited:");
            connect(port, 10);

            Await.until("all lines are there", BOUND, () -> lines(log).size() == 411);
            assertThat(lines(log)).startsWith("half a line");
            assertThat(lines(log).subList(1, 411))
                    .allMatch(line -> line.matches("2\\S+ web 127\\.0\\.0\\.1:\\d+ -> p/e .* close=--"));
        }
    }

    private static void connect(int port, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (Peer client = Peer.connect(port)) {
                client.exchange();
            }
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
