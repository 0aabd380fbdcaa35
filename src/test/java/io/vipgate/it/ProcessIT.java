package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Pause;
import io.vipgate.it.fixture.Payload;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SlowEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program as an operator starts it: exit statuses, messages, signals, and a small limit on open files. */
@SocketTest
final class ProcessIT {
    private static final Duration EXIT = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private String write(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "gateway", ".yaml"), yaml).toString();
    }

    private String config(int port, TestEndpoint endpoint, String more) throws IOException {
        return config(port, endpoint, "", more);
    }

    private String config(int port, TestEndpoint endpoint, String listener, String more) throws IOException {
        return write("""
                listeners:
                  web:
                    bind: 127.0.0.1:%d
                    pool: nginx
                %s
                pools:
                  nginx:
                    endpoints:
                      a: %s
                %s
                """.formatted(port, listener, endpoint.address(), more));
    }

    // ---- importing ----

    @Test
    void importPrintsAConfigurationThatCheckTakes() throws Exception {
        Path rules = Files.writeString(directory.resolve("rules"),
                """
                        *nat
                        -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 -m statistic --mode random --probability 0.5 -j DNAT --to-destination 198.51.100.1:80
                        -A PREROUTING -d 203.0.113.1/32 -p tcp --dport 80 -j DNAT --to-destination 198.51.100.2:80
                        COMMIT
                        """);
        try (VipgateProcess imports = VipgateProcess.start(directory, "import", "iptables", rules.toString())) {
            assertThat(imports.awaitExit(EXIT)).isZero();
            assertThat(imports.errors()).contains("warning: ", "proxyProtocol",
                    "summary: carried over: 1 listener, 1 pool, 2 endpoints", "summary: lost: nothing");
            try (VipgateProcess check = VipgateProcess.start(directory, "check", write(imports.output()))) {
                assertThat(check.awaitExit(EXIT)).isZero();
                assertThat(check.output()).contains("is valid");
            }
        }
        try (VipgateProcess nothing = VipgateProcess.start(directory, "import", "iptables", "/dev/null")) {
            assertThat(nothing.awaitExit(EXIT)).isEqualTo(2);
            assertThat(nothing.errors()).contains("no DNAT rule");
        }
    }

    @ParameterizedTest
    @CsvSource({"keepalived, keepalived-lvs.conf", "haproxy, haproxy.cfg", "nginx, nginx.conf"})
    void filesOfOtherProgramsBecomeConfigurationsThatCheckTakes(String program, String example) throws Exception {
        String file = Path.of("src/test/resources/io/vipgate/importer", program, example).toAbsolutePath().toString();
        try (VipgateProcess imports = VipgateProcess.start(directory, "import", program, file)) {
            assertThat(imports.awaitExit(EXIT)).isZero();
            assertThat(imports.errors()).contains("warning: ", "warning: line ", "proxyProtocol");
            try (VipgateProcess check = VipgateProcess.start(directory, "check", write(imports.output()))) {
                assertThat(check.awaitExit(EXIT)).isZero();
            }
        }
        Path broken = Files.writeString(directory.resolve("broken"), "a {\n\"\n");
        try (VipgateProcess imports = VipgateProcess.start(directory, "import", program, broken.toString())) {
            assertThat(imports.awaitExit(EXIT)).isEqualTo(2);
            assertThat(imports.errors()).contains("vipgate import: " + broken + ": line ");
        }
    }

    // ---- starting ----

    @Test
    void aSecondGatewayOnTheSamePortEndsAndNamesTheFirst() throws Exception {
        int port = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess first = VipgateProcess.start(directory, "run", "-c", config(port, echo, ""))
                        .awaitStart();
                VipgateProcess second = VipgateProcess.start(directory, "run", "-c", config(port, echo, ""))) {
            assertThat(second.awaitExit(EXIT)).isEqualTo(1);

            assertThat(second.errors()).contains("listeners.web.bind", "127.0.0.1:" + port, "in use",
                    "(pid " + first.pid() + ")").doesNotContain("\tat ");
            try (Peer client = Peer.connect(port)) {
                client.exchange();
            }
        }
    }

    @Test
    void aBadConfigurationEndsWithEveryProblem() throws Exception {
        String file = write("""
                listeners:
                  web:
                    bind: 127.0.0.1:99999
                    pool: apache
                pools:
                  nginx:
                    endpoints:
                      a: 127.0.0.1:8081
                    balance: fastest
                """);
        try (VipgateProcess run = VipgateProcess.start(directory, "run", "-c", file)) {
            assertThat(run.awaitExit(EXIT)).isEqualTo(2);

            assertThat(run.errors().lines())
                    .anyMatch(line -> line.contains(":3") && line.contains("listeners.web.bind"))
                    .anyMatch(line -> line.contains(":9") && line.contains("pools.nginx.balance"))
                    .noneMatch(line -> line.startsWith("\tat "));
        }
    }

    @Test
    void checkPrintsTenProblemsWithTheirLines() throws Exception {
        String file = write("""
                listeners:
                  web:
                    bind: 127.0.0.1:99999
                    pool: nginx
                    backlog: many
                    freebind: perhaps
                    colour: red
                pools:
                  nginx:
                    balance: fastest
                    connect: { timeout: 1500 }
                    timeouts:
                      idle: 10 parsecs
                      lifetimeJitter: 80 %
                    endpoints:
                      a: { address: 127.0.0.1:8081, weight: 300 }
                      b: { address: 127.0.0.1:8082, backup: on it }
                """);
        List<String> expected = List.of("3: listeners.web.bind", "5: listeners.web.backlog",
                "6: listeners.web.freebind", "7: listeners.web.colour", "10: pools.nginx.balance",
                "11: pools.nginx.connect.timeout", "13: pools.nginx.timeouts.idle",
                "14: pools.nginx.timeouts.lifetimeJitter", "16: pools.nginx.endpoints.a.weight",
                "17: pools.nginx.endpoints.b.backup");
        try (VipgateProcess check = VipgateProcess.start(directory, "check", "-c", file)) {
            assertThat(check.awaitExit(EXIT)).isEqualTo(2);

            List<String> problems = check.errors().lines().filter(line -> line.startsWith(file + ":")).toList();
            assertThat(problems).hasSize(10);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(problems.get(i)).startsWith(file + ":" + expected.get(i));
            }
            assertThat(check.errors()).contains("10 problems");
            assertThat(check.output()).isEmpty();
        }
    }

    @Test
    void checkSaysThatAGoodFileIsValid() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            String file = config(8080, echo, "");
            try (VipgateProcess check = VipgateProcess.start(directory, "check", "-c", file)) {
                assertThat(check.awaitExit(EXIT)).isZero();

                assertThat(check.output().strip()).isEqualTo(file + " is valid");
            }
        }
    }

    // ---- stopping ----

    @Test
    void sigtermEndsAnIdleRelayByFinAndTheProcessWithStatusZero() throws Exception {
        int port = FreePort.take();
        try (HandedEndpoint endpoints = new HandedEndpoint();
                VipgateProcess gateway = VipgateProcess
                        .start(directory, "run", "-c", config(port, endpoints, "shutdown: { drain: 10s }"))
                        .awaitStart();
                Peer client = Peer.connect(port);
                Peer endpoint = endpoints.next()) {
            client.send("x");
            assertThat(endpoint.receiveText(1)).isEqualTo("x");
            // Answered; otherwise an answer would be due, and the drain would wait for it.
            endpoint.send("y");
            assertThat(client.receiveText(1)).isEqualTo("y");
            assertThat(Path.of("/proc", Long.toString(gateway.pid()), "comm")).as("its name, for keepalived and ps")
                    .hasContent("vipgate-run");

            gateway.terminate();

            client.expectEnd();
            endpoint.expectEnd();
            client.fin();
            endpoint.fin();
            assertThat(gateway.awaitExit(EXIT)).isZero();
        }
    }

    @Test
    void aSecondSigtermStopsAtOnce() throws Exception {
        int port = FreePort.take();
        try (SlowEndpoint busy = new SlowEndpoint(Duration.ofMillis(50), 1_000_000);
                VipgateProcess gateway = VipgateProcess
                        .start(directory, "run", "-c", config(port, busy, "shutdown: { drain: 10m }")).awaitStart();
                Peer client = Peer.connect(port)) {
            assertThat(client.receive(1)).containsExactly(0);
            gateway.terminate();
            Await.until("it has begun to stop", EXIT, () -> gateway.errors().contains("stopping"));
            assertThat(client.receive(1)).containsExactly(1);
            assertThat(gateway.isAlive()).isTrue();

            gateway.terminate();

            assertThat(client.receiveUntilReset()).isNotNull();
            assertThat(gateway.awaitExit(EXIT)).isZero();
        }
    }

    // ---- few descriptors ----

    /** The listener's bound follows from the descriptors there are, and is met before they run out. */
    @Test
    void moreClientsThanDescriptorsAreTurnedAway() throws Exception {
        checkThatManyClientsAreSurvived("");
    }

    /** A bound above what there are descriptors for. */
    @Test
    void clientsBeyondTheDescriptorsAreTurnedAway() throws Exception {
        String said = checkThatManyClientsAreSurvived("    maxConnections: 10000");

        assertThat(said).contains("limit on open files");
    }

    private String checkThatManyClientsAreSurvived(String listener) throws Exception {
        int port = FreePort.take();
        ConcurrentLinkedQueue<Peer> load = new ConcurrentLinkedQueue<>();
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess gateway = VipgateProcess
                        .startWithFiles(200, directory, "run", "-c", config(port, echo, listener, "")).awaitStart();
                Peer before = Peer.connect(port)) {
            before.exchange();

            // when far more clients come than there are descriptors for, and stay
            Tasks.repeat(400, 16, () -> come(port, load));

            // then it serves on, and waits without spinning
            before.exchange();
            Duration cpuBefore = gateway.cpuTime();
            Pause.of(Duration.ofSeconds(1), "to see how much the gateway works when there is nothing to do");
            assertThat(gateway.cpuTime().minus(cpuBefore)).as("CPU time of a quiet second").isLessThan(
                    Duration.ofMillis(300));
            before.exchange();
            assertThat(echo.maxAtOnce()).as("relays at most").isBetween(16, 100);

            // when they leave, new ones are served
            for (Peer client : load) {
                client.close();
            }
            long end = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                Await.until("a new client is served", Duration.ofSeconds(2), () -> isServed(port));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - end)).as("until new clients are served").isLessThan(
                    Duration.ofSeconds(2));
            before.exchange();
            assertThat(gateway.isAlive()).isTrue();
            before.reset();
            gateway.terminate();
            assertThat(gateway.awaitExit(EXIT)).isZero();
            assertThat(gateway.errors()).doesNotContain("ERROR", "Exception");
            return gateway.errors();
        } finally {
            for (Peer client : load) {
                client.close();
            }
        }
    }

    /** The limit sinks below what the gateway has reckoned with, so that accept(2) and socket(2) fail with EMFILE. */
    @Test
    void descriptorsThatRunOutUnforeseenAreSurvived() throws Exception {
        int port = FreePort.take();
        ConcurrentLinkedQueue<Peer> load = new ConcurrentLinkedQueue<>();
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", config(port, echo, ""))
                        .awaitStart();
                Peer before = Peer.connect(port)) {
            before.exchange();
            gateway.limitFiles(gateway.files() + 11);

            Tasks.repeat(100, 16, () -> come(port, load));
            Await.until("it says what it lacks", Duration.ofSeconds(5),
                    () -> gateway.errors().contains("limit on open files"));

            before.exchange();
            Duration cpuBefore = gateway.cpuTime();
            Pause.of(Duration.ofSeconds(1), "to see how much the gateway works when there is nothing to do");
            assertThat(gateway.cpuTime().minus(cpuBefore)).as("CPU time of a quiet second").isLessThan(
                    Duration.ofMillis(300));
            before.exchange();
            for (Peer client : load) {
                client.close();
            }
            Await.until("a new client is served", Duration.ofSeconds(2), () -> isServed(port));
            before.exchange();
        } finally {
            for (Peer client : load) {
                client.close();
            }
        }
    }

    // ---- memory ----

    @Test
    void aSecondTransferNeedsNoMoreMemoryThanTheFirst() throws Exception {
        int port = FreePort.take();
        try (HandedEndpoint endpoints = new HandedEndpoint();
                VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", config(port, endpoints, ""))
                        .awaitStart()) {
            for (int i = 0; i < 2; i++) {
                transferToAReaderThatPauses(port, endpoints);
            }
            long before = gateway.residentBytes();

            transferToAReaderThatPauses(port, endpoints);

            assertThat(gateway.residentBytes() - before).isLessThan(16L << 20);
            assertThat(gateway.residentBytes()).isLessThan(192L << 20);
        }
    }

    private static void transferToAReaderThatPauses(int port, HandedEndpoint endpoints) throws Exception {
        long bytes = 64L << 20;
        try (Tasks tasks = new Tasks()) {
            for (int i = 0; i < 4; i++) {
                Peer client = Peer.connect(port);
                Peer endpoint = endpoints.next();
                tasks.start(() -> {
                    new Payload(1).send(endpoint, bytes, 256 << 10);
                    endpoint.fin();
                });
                tasks.start(() -> {
                    try (client; endpoint) {
                        Pause.of(Duration.ofMillis(500), "the sender fills every queue up to a reader that pauses");
                        assertThat(new Payload(1).receive(client, Long.MAX_VALUE)).isEqualTo(bytes);
                    }
                });
            }
            tasks.join(Duration.ofSeconds(60));
        }
    }

    private static void come(int port, ConcurrentLinkedQueue<Peer> load) throws IOException {
        try {
            Peer client = Peer.connect(port);
            load.add(client);
            client.send("x");
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*");
        }
    }

    private static boolean isServed(int port) {
        try (Peer client = Peer.connect(port)) {
            client.exchange();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
