package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway that may not have the threads that it needs: it does not begin, so that it is never half there. */
@SocketTest
final class ThreadLimitIT {
    /** A user that nobody is, whose processes are the test's alone. */
    private static final List<String> OTHER_USER = List.of("setpriv", "--reuid=54321", "--clear-groups");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static List<String> behind(int limit) {
        return List.of(OTHER_USER.get(0), OTHER_USER.get(1), OTHER_USER.get(2), "prlimit", "--nproc=" + limit);
    }

    private static boolean canBeReadByOthers(Path file) throws Exception {
        List<String> command = List.of(OTHER_USER.get(0), OTHER_USER.get(1), OTHER_USER.get(2), "test", "-r",
                file.toString());
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 20, 23, 26})
    void tooFewThreadsEndTheStartWithOneLineThatNamesTheLimit(int limit) throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root and setpriv(1)");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:0", pool: p } }
                pools: { p: { endpoints: { a: "127.0.0.1:9" } } }
                metrics: { bind: "127.0.0.1:0" }
                """);
        assumeTrue(canBeReadByOthers(file) && canBeReadByOthers(Path.of(System.getProperty("vipgate.jar"))),
                "another user must be able to read the jar");

        try (VipgateProcess gateway = VipgateProcess.startBehind(behind(limit), directory, "run", "-c",
                file.toString())) {
            assertThat(gateway.awaitExit(Duration.ofSeconds(20))).isEqualTo(1);
            assertThat(gateway.output()).isEmpty();
            assertThat(gateway.errors().lines()).singleElement().asString().startsWith("vipgate: only ")
                    .contains("threads that a gateway needs can be started; raise the limit on processes: ulimit -u is "
                            + limit);
        }
    }
}
