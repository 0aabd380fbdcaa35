package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.accesslog.FlatJson;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running program does when its file changes. */
@SocketTest
final class ReloadProcessIT {
    private static final Duration BOUND = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static String yaml(int port, TestEndpoint endpoint, String more) {
        return """
                listeners:
                  web: { bind: "127.0.0.1:%d", pool: nginx }
                pools:
                  nginx:
                    probe: { type: none }
                    endpoints: { a: "%s" }
                %s
                """.formatted(port, endpoint.address(), more);
    }

    private void replace(Path file, String content) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String answer(int port) throws IOException {
        try (Peer client = Peer.connect(port)) {
            return new String(client.receiveAll(), StandardCharsets.US_ASCII);
        }
    }

    private static void awaitLog(VipgateProcess gateway, String pattern) {
        Await.until("the log says " + pattern, BOUND,
                () -> Pattern.compile(pattern).matcher(gateway.errors()).find());
    }

    @Test
    void hangUpLoadsTheFileAndSaysWhatHasChanged() throws Exception {
        int port = FreePort.take();
        Path file = directory.resolve("gateway.yaml");
        try (NamingEndpoint one = new NamingEndpoint('1'); NamingEndpoint two = new NamingEndpoint('2')) {
            Files.writeString(file, yaml(port, one, ""));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                assertThat(answer(port)).isEqualTo("1");
                Files.writeString(file, yaml(port, two, "runtime: { eventLoops: 1 }\nshutdown: { drain: 2s }"));
                gateway.hangUp();

                awaitLog(gateway, "INFO +reloaded .*pools.nginx.endpoints.a.address: \\S+ -> \\S+; "
                        + "shutdown.drain: 30s -> 2s; runtime.eventLoops: 0 -> 1");
                awaitLog(gateway, "WARN +requires a restart: runtime.eventLoops: 0 -> 1");
                assertThat(answer(port)).isEqualTo("2");
                gateway.terminate();
                assertThat(gateway.awaitExit(BOUND)).isZero();
                assertThat(gateway.errors()).contains("up to 2000 ms for open relays");
            }
        }
    }

    @Test
    void hangUpThatComesWhileTheGatewayStartsIsFollowedWhenItServes() throws Exception {
        Path file = directory.resolve("gateway.yaml");
        try (NamingEndpoint one = new NamingEndpoint('1')) {
            for (int i = 0; i < 4; i++) {
                Files.writeString(file, yaml(FreePort.take(), one, ""));
                try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString())) {
                    // Its signals are taken over by then, and it has not yet begun to wait for them.
                    while (gateway.isAlive() && !gateway.errors().contains(" serves ")) {
                        Thread.onSpinWait();
                    }
                    gateway.hangUp();
                    awaitLog(gateway, "INFO +reloaded .*: nothing has changed");
                    gateway.terminate();
                    assertThat(gateway.awaitExit(BOUND)).isZero();
                }
            }
        }
    }

    @Test
    void hangUpReadsTheFilesOfAccessListsAgainAndSaysWhichHaveChanged() throws Exception {
        int port = FreePort.take();
        Path file = directory.resolve("gateway.yaml");
        Path deny = Files.writeString(directory.resolve("deny.txt"), "192.0.2.1\n");
        try (NamingEndpoint one = new NamingEndpoint('1')) {
            Files.writeString(file, yaml(port, one, "")
                    .replace("pool: nginx }", "pool: nginx, access: { deny: [\"file:" + deny + "\"] } }"));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                gateway.hangUp();
                awaitLog(gateway, "INFO +reloaded .*: nothing has changed");
                Files.writeString(deny, "192.0.2.1\n192.0.2.128/25\n");
                gateway.hangUp();

                awaitLog(gateway,
                        "INFO +reloaded .*: listeners.web.access: files with other networks, 2 in all, 1 before");
                gateway.terminate();
                assertThat(gateway.awaitExit(BOUND)).isZero();
            }
        }
    }

    @Test
    void aBadFileChangesNothingAndSaysWhy() throws Exception {
        int port = FreePort.take();
        Path file = directory.resolve("gateway.yaml");
        try (NamingEndpoint one = new NamingEndpoint('1')) {
            Files.writeString(file, yaml(port, one, ""));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                Files.writeString(file, yaml(port, one, "shutdwn: {}"));
                gateway.hangUp();
                awaitLog(gateway, "ERROR reload of .* refused, nothing has changed: .*gateway.yaml:\\d+: shutdwn");
                assertThat(answer(port)).isEqualTo("1");

                Files.delete(file);
                gateway.hangUp();
                awaitLog(gateway, "refused, nothing has changed: .*no such file");
                assertThat(answer(port)).isEqualTo("1");
                gateway.terminate();
                assertThat(gateway.awaitExit(BOUND)).isZero();
            }
        }
    }

    @Test
    void hangUpOpensTheAccessLogByItsNameAgainEvenWhenTheFileIsRefused() throws Exception {
        int port = FreePort.take();
        Path file = directory.resolve("gateway.yaml");
        Path log = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        String accessLog = "accessLog: { format: text, file: \"" + log + "\" }";
        try (NamingEndpoint one = new NamingEndpoint('1')) {
            Files.writeString(file, yaml(port, one, accessLog));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                assertThat(answer(port)).isEqualTo("1");
                Await.until("a line", BOUND, () -> lines(log) == 1);
                Files.move(log, rotated);
                assertThat(answer(port)).isEqualTo("1");
                Await.until("a line more", BOUND, () -> lines(rotated) == 2);

                Files.writeString(file, yaml(port, one, "shutdwn: {}"));
                gateway.hangUp();
                Await.until("a new file", BOUND, () -> Files.exists(log));
                assertThat(answer(port)).isEqualTo("1");
                Await.until("a line in the new file", BOUND, () -> lines(log) == 1);
                assertThat(answer(port)).isEqualTo("1");
                gateway.terminate();
                assertThat(gateway.awaitExit(BOUND)).isZero();

                assertThat(lines(log)).as("what is queued at the end is written").isEqualTo(2);
                assertThat(lines(rotated)).isEqualTo(2);
                assertThat(gateway.errors()).doesNotContain("no effect yet");
            }
        }
    }

    @Test
    void theAccessLogOnStandardOutputHasNothingElseInIt() throws Exception {
        int port = FreePort.take();
        Path file = directory.resolve("gateway.yaml");
        try (NamingEndpoint one = new NamingEndpoint('1')) {
            Files.writeString(file, yaml(port, one, "accessLog: { format: json }"));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                assertThat(answer(port)).isEqualTo("1");
                assertThat(answer(port)).isEqualTo("1");
                gateway.terminate();
                assertThat(gateway.awaitExit(BOUND)).isZero();

                assertThat(gateway.output().lines().map(line -> FlatJson.parse(line).get("endpoint")))
                        .containsExactly("a", "a");
            }
        }
    }

    private static int lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file).size() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRenameOverTheFileIsLoadedWhereThatIsConfiguredAndAWriteIntoItIsNot() throws Exception {
        int port = FreePort.take();
        Path file = directory.resolve("gateway.yaml");
        String watch = "reload: { watch: true }";
        try (NamingEndpoint one = new NamingEndpoint('1'); NamingEndpoint two = new NamingEndpoint('2')) {
            Files.writeString(file, yaml(port, one, watch));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                Files.writeString(file, yaml(port, two, watch));
                awaitLog(gateway, "WARN .*written in place and is not loaded");
                assertThat(answer(port)).isEqualTo("1");

                replace(file, yaml(port, two, watch));
                awaitLog(gateway, "INFO +reloaded");
                assertThat(answer(port)).isEqualTo("2");
                gateway.terminate();
                assertThat(gateway.awaitExit(BOUND)).isZero();
            }
        }
    }

    @Test
    void accessListThatChangesIsReadWithoutTheFileThatNamesIt() throws Exception {
        int port = FreePort.take();
        Path file = directory.resolve("gateway.yaml");
        Path deny = Files.writeString(directory.resolve("deny.txt"), "192.0.2.1\n");
        try (NamingEndpoint one = new NamingEndpoint('1'); NamingEndpoint two = new NamingEndpoint('2')) {
            Files.writeString(file, watching(port, one, deny));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                Files.writeString(file, watching(port, two, deny));
                awaitLog(gateway, "WARN .*gateway.yaml was written in place and is not loaded");
                Pattern reloaded = Pattern.compile("INFO +reloaded the access lists: listeners.web.access: "
                        + "files with other networks, 2 in all, 1 before");
                // Again and again: a change before the first look, a second after the start, is not seen.
                Await.until("the list is read", BOUND, () -> {
                    put(deny, "192.0.2.1\n192.0.2.128/25\n");
                    return reloaded.matcher(gateway.errors()).find();
                });
                assertThat(answer(port)).isEqualTo("1");
                gateway.terminate();
                assertThat(gateway.awaitExit(BOUND)).isZero();
            }
        }
    }

    private void put(Path file, String content) {
        try {
            replace(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String watching(int port, TestEndpoint endpoint, Path deny) {
        return yaml(port, endpoint, "reload: { watch: true }")
                .replace("pool: nginx }", "pool: nginx, access: { deny: [\"file:" + deny + "\"] } }");
    }
}
