package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as an operator types them, next to a gateway that runs. */
@SocketTest
final class AdminProcessIT {
    private static final Duration EXIT = Duration.ofSeconds(20);
    private static final Duration BOUND = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private String write(int port, int adminPort, TestEndpoint endpoint, String more) throws IOException {
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:%d", pool: nginx, maxConnections: 5000 } }
                pools:
                  nginx:
                    %s
                    endpoints: { a: "%s" }
                admin: { bind: "127.0.0.1:%d", tokenFile: %s }
                """.formatted(port, more, endpoint.address(), adminPort, directory.resolve("token"))).toString();
    }

    private String run(int status, String... arguments) throws Exception {
        try (VipgateProcess command = VipgateProcess.start(directory, arguments)) {
            assertThat(command.awaitExit(EXIT)).as("%s: %s", List.of(arguments), command.errors()).isEqualTo(status);
            return command.output() + command.errors();
        }
    }

    @Test
    void commandsFindTheGatewayByItsConfiguration() throws Exception {
        int port = FreePort.take();
        int adminPort = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint()) {
            String file = write(port, adminPort, echo, "balance: random");
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file).awaitStart()) {
                assertThat(gateway.errors()).doesNotContain("no effect yet");
                assertThat(run(0, "status", "-c", file)).contains("pid " + gateway.pid(), "nginx/a")
                        .doesNotContain("\u001b");
                assertThat(run(0, "drain", "nginx/a", "-c", file)).contains("nginx/a: drain");
                assertThat(gateway.errors()).contains("admin: nginx/a to drain, requested by 127.0.0.1:");
                String _ = write(port, adminPort, echo, "balance: round-robin");
                assertThat(run(0, "reload", "-c", file)).contains("pools.nginx.balance: random -> round-robin");
                String _ = write(port, adminPort, echo, "balance: fastest");
                assertThat(run(2, "reload", "--admin", "http://127.0.0.1:" + adminPort, "--token-file",
                        directory.resolve("token").toString())).contains("fastest (expected: ");
                assertThat(run(2, "top", "--admin", "http://127.0.0.1:" + adminPort)).contains("must be a terminal");
                gateway.terminate();
                assertThat(gateway.awaitExit(EXIT)).isZero();
            }
            assertThat(run(3, "status", "--admin", "http://127.0.0.1:" + adminPort)).contains("can't be reached");
        }
    }

    @Test
    void commandsUseTheUnixSocketFirstAndNeedNoTokenThere() throws Exception {
        Path socket = directory.resolve("admin.sock");
        int adminPort = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint()) {
            Path file = Path.of(write(FreePort.take(), adminPort, echo, "probe: { type: none }"));
            Files.writeString(file, Files.readString(file).replace("bind: \"127.0.0.1:" + adminPort + "\"",
                    "bind: [\"127.0.0.1:" + adminPort + "\", \"unix:" + socket + "\"]"));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file.toString()).awaitStart()) {
                Files.delete(directory.resolve("token"));
                assertThat(run(0, "drain", "nginx/a", "-c", file.toString())).contains("nginx/a: drain");
                assertThat(run(0, "ready", "nginx/a", "--admin", "unix:" + socket)).contains("nginx/a: ready");
                assertThat(gateway.errors()).contains("admin: nginx/a to drain, requested by uid ");
                gateway.terminate();
                assertThat(gateway.awaitExit(EXIT)).isZero();
            }
            assertThat(socket).doesNotExist();
            assertThat(run(3, "status", "--admin", "unix:" + socket)).contains("can't be reached");
        }
    }

    @Test
    void stopDuringATrialSaysWhatAStartReadsAndARollbackLeadsBackThen() throws Exception {
        int port = FreePort.take();
        int adminPort = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint()) {
            String file = write(port, adminPort, echo, "balance: random");
            Files.writeString(Path.of(file),
                    Files.readString(Path.of(file)) + "stateFile: " + directory.resolve("state"));
            String confirmed = Files.readString(Path.of(file));
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file).awaitStart()) {
                Files.writeString(Path.of(file), confirmed.replace("random", "round-robin"));
                assertThat(run(0, "reload", "--confirm", "1h", "-c", file)).contains("random -> round-robin");
                gateway.terminate();
                assertThat(gateway.awaitExit(EXIT)).isZero();
                assertThat(gateway.errors())
                        .contains("stopping while a configuration is on trial: a start reads " + file);
            }
            try (VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c", file).awaitStart()) {
                assertThat(run(0, "rollback", "-c", file)).contains("pools.nginx.balance: round-robin -> random");
                gateway.terminate();
                assertThat(gateway.awaitExit(EXIT)).isZero();
            }
        }
    }

    @Test
    void callsWhileTheGatewayStopsAreAnsweredOrTold503() throws Exception {
        int port = FreePort.take();
        int adminPort = FreePort.take();
        Queue<HttpAnswer> answers = new ConcurrentLinkedQueue<>();
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess gateway = VipgateProcess.start(directory, "run", "-c",
                        write(port, adminPort, echo, "probe: { type: none }")).awaitStart();
                Tasks tasks = new Tasks()) {
            String head = " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + Files.readString(directory.resolve("token")).strip() + "\r\nContent-Type: application/json\r\n";
            for (String call : List.of("GET /api/v1/status" + head + "\r\n", "POST /api/v1/reload" + head + "\r\n",
                    "PUT /api/v1/pools/nginx/endpoints/a/weight" + head
                            + "Content-Length: 13\r\n\r\n{\"weight\": 1}")) {
                tasks.start(() -> {
                    while (gateway.isAlive()) {
                        try (Peer caller = Peer.connect(adminPort)) {
                            caller.send(call);
                            caller.fin();
                            answers.add(HttpAnswer.read(caller));
                        } catch (IOException e) {
                            // It does not listen any more.
                        }
                    }
                });
            }
            Await.until("calls are answered", BOUND, () -> answers.size() > 20);
            gateway.terminate();
            assertThat(gateway.awaitExit(EXIT)).isZero();
            tasks.join(BOUND);
            assertThat(gateway.errors()).doesNotContain(" ERROR ", "\tat ");
        }
        assertThat(answers).filteredOn(answer -> answer.status() != 200 && answer.status() != 503)
                .extracting(answer -> answer.status() + " " + answer.body()).isEmpty();
        assertThat(answers).filteredOn(answer -> answer.status() == 503)
                .allSatisfy(answer -> assertThat(answer.error()).contains("shutting down"))
                .allSatisfy(answer -> assertThat(answer.header("Connection")).isEqualToIgnoringCase("close"));
    }

    @Test
    void theAdminServerAnswersWhenClientsHaveTakenEveryDescriptor() throws Exception {
        int port = FreePort.take();
        int adminPort = FreePort.take();
        try (EchoEndpoint echo = new EchoEndpoint();
                VipgateProcess gateway = VipgateProcess
                        .startWithFiles(400, directory, "run", "-c",
                                write(port, adminPort, echo, "probe: { type: none }"))
                        .awaitStart()) {
            List<Peer> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 300; i++) {
                    connectOrBeRefused(port, clients);
                }
                Await.until("there is no room for clients", BOUND,
                        () -> gateway.errors().contains("there is no room for another connection"));

                HttpAnswer status = HttpAnswer.to(adminPort,
                        "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                assertThat(status.status()).isEqualTo(200);
                assertThat(status.json().get("openRelays").text())
                        .isEqualTo(status.json().get("maxRelays").text());
                HttpAnswer closed = HttpAnswer.to(adminPort,
                        "DELETE /api/v1/relays?pool=nginx HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                + "Authorization: Bearer " + Files.readString(directory.resolve("token")).strip()
                                + "\r\n\r\n");
                assertThat(closed.status()).isEqualTo(200);
            } finally {
                for (Peer client : clients) {
                    client.close();
                }
            }
        }
    }

    private static void connectOrBeRefused(int port, List<Peer> clients) throws IOException {
        try {
            clients.add(Peer.connect(port));
        } catch (SocketException e) {
            // Reset before the connect returned.
            assertThat(e).hasMessageContaining("reset");
        }
    }
}
