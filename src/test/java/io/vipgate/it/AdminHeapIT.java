package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.FreePort;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.VipgateProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers of long answers, and the heap that relays need too. */
@SocketTest
final class AdminHeapIT {
    private static final int HEAP_MEBIBYTES = 48;
    private static final int SCRAPED_HEAP_MEBIBYTES = 56;
    private static final int ENDPOINTS = 3_000;
    private static final int READERS = 30;
    private static final int SCRAPERS = 8;
    /** Of 78 bytes each. */
    private static final int STATES = 50_000;
    private static final int ENDED = 0;
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private Path write(int adminPort) throws IOException {
        return write(adminPort, ENDPOINTS, "");
    }

    private Path write(int adminPort, int count, String more) throws IOException {
        String endpoints = IntStream.range(0, count)
                .mapToObj(i -> "endpoint-number-%d: \"127.0.%d.%d:80\"".formatted(i, 1 + i / 250, 1 + i % 250))
                .collect(Collectors.joining(", "));
        return Files.writeString(directory.resolve("gateway.yaml"), """
                listeners: { web: { bind: "127.0.0.1:%d", pool: many } }
                pools: { many: { probe: { type: none }, endpoints: { %s } } }
                admin: { bind: "127.0.0.1:%d", tokenFile: %s }
                %s
                """.formatted(FreePort.take(), endpoints, adminPort, directory.resolve("token"), more));
    }

    @Test
    void aStateFileAsLongAsItMayBeDoesNotExhaustTheHeap() throws Exception {
        Path state = directory.resolve("state");
        List<String> unknown = IntStream.range(0, STATES)
                .mapToObj("pool-that-nobody-knows-any-more-%1$06d/endpoint-%1$06d-xxxxxxxxxx state=maint"::formatted)
                .toList();
        Files.write(state, unknown);
        int adminPort = FreePort.take();
        try (VipgateProcess gateway = VipgateProcess.startWithHeap(HEAP_MEBIBYTES, directory, "run", "-c",
                write(adminPort, 3, "stateFile: " + state).toString()).awaitStart()) {
            String body = "{\"state\": \"drain\"}";
            assertThat(HttpAnswer.to(adminPort, """
                    PUT /api/v1/pools/many/endpoints/endpoint-number-1/state HTTP/1.1
                    Host: localhost
                    Connection: close
                    Authorization: Bearer %s
                    Content-Type: application/json
                    Content-Length: %d

                    """.formatted(Files.readString(directory.resolve("token")).strip(), body.length())
                    .replace("\n", "\r\n") + body).status()).isEqualTo(200);
            Await.until("the state is written", BOUND,
                    () -> !gateway.isAlive() || text(state).contains("many/endpoint-number-1 state=drain"));
            assertThat(gateway.isAlive()).as(gateway.errors()).isTrue();
            assertThat(new HashSet<>(Files.readAllLines(state)).containsAll(unknown)).as("all of them are kept")
                    .isTrue();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void slowReadersOfLongAnswersDoNotExhaustTheHeap() throws Exception {
        int adminPort = FreePort.take();
        try (VipgateProcess gateway = VipgateProcess
                .startWithHeap(HEAP_MEBIBYTES, directory, "run", "-c", write(adminPort).toString()).awaitStart()) {
            for (String path : new String[]{"/api/v1/status", "/api/v1/explain?listener=web&client=192.0.2.1",
                "/api/v1/history"}) {
                Map<Integer, Long> statuses = readSlowly(adminPort, path);
                assertThat(gateway.isAlive()).as("%s: %s", path, gateway.errors()).isTrue();
                assertThat(statuses).as(path).containsKey(200);
                assertThat(statuses.keySet()).as(path).isSubsetOf(200, 503, ENDED);
            }
            assertThat(gateway.errors()).doesNotContain("OutOfMemory");
        }
    }

    @Test
    void scrapesOfThousandsOfEndpointsDoNotExhaustTheHeap() throws Exception {
        int adminPort = FreePort.take();
        try (VipgateProcess gateway = VipgateProcess
                .startWithHeap(SCRAPED_HEAP_MEBIBYTES, directory, "run", "-c", write(adminPort).toString())
                .awaitStart()) {
            for (String accept : new String[]{"*/*", "application/openmetrics-text; version=1.0.0"}) {
                Await.until("a page: " + accept, BOUND,
                        () -> !gateway.isAlive() || scrape(adminPort, accept) == 200);
                assertThat(gateway.isAlive()).as("%s: %s", accept, gateway.errors()).isTrue();
                Queue<Integer> answers = new ConcurrentLinkedQueue<>();
                try (Tasks tasks = new Tasks()) {
                    for (int i = 0; i < SCRAPERS; i++) {
                        tasks.start(() -> answers.add(scrape(adminPort, accept)));
                    }
                    tasks.join(BOUND);
                }
                assertThat(gateway.isAlive()).as("%s: %s", accept, gateway.errors()).isTrue();
                assertThat(answers).as(accept).isSubsetOf(200, 503, ENDED);
            }
            assertThat(gateway.errors()).doesNotContain("OutOfMemory");
        }
    }

    /** Returns the status, having read an answer to its end; {@link #ENDED} where there is none. */
    private static int scrape(int adminPort, String accept) {
        try (Peer reader = Peer.connect(adminPort)) {
            reader.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: " + accept
                    + "\r\n\r\n");
            String line = new String(reader.socket().getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            if (line.length() < 12) {
                return ENDED;
            }
            int status = Integer.parseInt(line.substring(9));
            byte[] rest = new byte[64 << 10];
            while (reader.read(rest, rest.length) >= 0) {
                // Thirteen megabytes of no interest.
            }
            return status;
        } catch (IOException e) {
            // The gateway may be too busy with its heap to read a head in time.
            return ENDED;
        }
    }

    /** How often which status was answered. */
    private static Map<Integer, Long> readSlowly(int adminPort, String path) throws Exception {
        Queue<Integer> answers = new ConcurrentLinkedQueue<>();
        try (Tasks tasks = new Tasks()) {
            for (int i = 0; i < READERS; i++) {
                tasks.start(() -> {
                    try (Peer reader = Peer.connect("127.0.0.1", adminPort, 4096)) {
                        reader.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                        Thread.sleep(800);
                        answers.add(HttpAnswer.read(reader).status());
                    } catch (IOException e) {
                        // Whoever reads nothing for a second may be ended for another one.
                        answers.add(ENDED);
                    } catch (InterruptedException e) {
                        throw new AssertionError(path, e);
                    }
                });
            }
            tasks.join(BOUND);
        }
        return answers.stream().collect(Collectors.groupingBy(status -> status, Collectors.counting()));
    }
}
