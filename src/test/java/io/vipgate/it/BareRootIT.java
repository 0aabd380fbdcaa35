package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gateway says where the system lacks something: in a mount namespace of its own, which ends with it. */
@SocketTest
final class BareRootIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** Runs the gateway after some commands in a mount namespace of its own; returns what it said. */
    private String run(String preparation) throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root and unshare(1)");
        Path file = Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:0", pool: p } }
                pools: { p: { endpoints: { a: "127.0.0.1:9" } } }
                """);
        String script = preparation + "; exec \"$@\"";
        try (VipgateProcess gateway = VipgateProcess.startBehind(
                List.of("unshare", "--mount", "bash", "-ec", script, "bash"), directory, "run", "-c",
                file.toString())) {
            assertThat(gateway.awaitExit(BOUND)).isEqualTo(1);
            return gateway.errors();
        }
    }

    @Test
    void aReadOnlyTemporaryDirectoryIsOneLineThatSaysWhatIsNeeded() throws Exception {
        String said = run("mkdir \"$PWD/empty\"; mount -t tmpfs -o ro none \"$PWD/empty\"; "
                + "export JDK_JAVA_OPTIONS=-Djava.io.tmpdir=\"$PWD/empty\"");

        assertThat(said.lines().filter(line -> !line.startsWith("NOTE: "))).singleElement().asString()
                .contains("native epoll is not available: ", "Read-only file system",
                        "a temporary directory that is writable and not mounted noexec: /tmp, or "
                                + "VIPGATE_JAVA_OPTS=-Djava.io.tmpdir=DIRECTORY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "random", "urandom"})
    void aMissingDeviceIsOneLine(String missing) throws Exception {
        String said = run("mkdir -p \"$PWD/dev\"; mount -t tmpfs none \"$PWD/dev\"; "
                + "for name in null urandom random; do touch \"$PWD/dev/$name\"; "
                + "mount --bind /dev/$name \"$PWD/dev/$name\"; done; umount \"$PWD/dev/" + missing
                + "\"; rm \"$PWD/dev/"
                + missing + "\"; mount --move \"$PWD/dev\" /dev");

        assertThat(said.lines()).singleElement().asString().startsWith("vipgate: /dev/" + missing + " is missing; ");
    }
}
