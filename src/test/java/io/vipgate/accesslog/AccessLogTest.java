package io.vipgate.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.accesslog.AccessLogPlan.Form;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayInsides;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log as a whole, with its thread. */
@Timeout(30)
class AccessLogTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final Relay relay = RelayInsides.ended();

    private static boolean isWriting() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(each -> each.getName().equals("vipgate-accesslog"));
    }

    @Test
    void withoutAPlanThereIsNeitherAThreadNorAnEntry() {
        try (AccessLog log = new AccessLog()) {
            LoopAccessLog loopLog = log.forLoop();
            log.configure(null);
            for (int i = 0; i < 2 * AccessLog.CAPACITY; i++) {
                loopLog.onClosed(relay, CloseReason.CLIENT_FIN);
            }
            log.reopen();

            assertThat(isWriting()).isFalse();
            assertThat(log.dropped()).isZero();
        }
    }

    @Test
    void whatIsQueuedAtTheEndIsWritten() throws Exception {
        Path file = directory.resolve("log");
        try (AccessLog log = new AccessLog()) {
            LoopAccessLog loopLog = log.forLoop();
            log.configure(new AccessLogPlan(Form.TEXT, file, 1));
            for (int i = 0; i < 1_000; i++) {
                loopLog.onClosed(relay, CloseReason.CLIENT_FIN);
            }
        }

        assertThat(Files.readAllLines(file)).hasSize(1_000)
                .allSatisfy(line -> assertThat(line).contains(" in=7 out=10 attempts=1 pinned=false close=--"));
        assertThat(isWriting()).isFalse();
    }

    @Test
    void aFileThatBlocksHoldsNobodyUpForLong() throws Exception {
        Path pipe = directory.resolve("pipe");
        Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
        assertThat(mkfifo.waitFor()).isZero();
        int ends = AccessLog.CAPACITY + 2_000;
        long dropped;
        long begin = System.nanoTime();
        try (AccessLog log = new AccessLog()) {
            LoopAccessLog loopLog = log.forLoop();
            log.configure(new AccessLogPlan(Form.TEXT, pipe, 1));
            for (int i = 0; i < ends; i++) {
                loopLog.onClosed(relay, CloseReason.CLIENT_FIN);
            }
            log.reopen();
            log.configure(new AccessLogPlan(Form.JSON, directory.resolve("log"), 1));

            // The writer may have taken a batch before it stalled.
            dropped = log.dropped();
            assertThat(dropped).isBetween(1_000L, 2_000L);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));

        // A reader lets it go on, so that no thread stays behind.
        try (BufferedReader reader = Files.newBufferedReader(pipe)) {
            assertThat(reader.lines().count()).isEqualTo(ends - dropped);
        }
        while (isWriting()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aSampleThinsOutTheOrdinaryOnesAlone() throws Exception {
        Path file = directory.resolve("log");
        try (AccessLog log = new AccessLog()) {
            LoopAccessLog loopLog = log.forLoop();
            log.configure(new AccessLogPlan(Form.JSON, file, 0.25));
            for (int i = 0; i < 2_000; i++) {
                loopLog.onClosed(relay, CloseReason.ENDPOINT_FIN);
            }
            for (int i = 0; i < 100; i++) {
                loopLog.onClosed(relay, CloseReason.CLIENT_RESET);
            }
        }

        List<String> codes = Files.readAllLines(file).stream().map(line -> FlatJson.parse(line).get("close")).toList();
        assertThat(codes.stream().filter("CD"::equals)).hasSize(100);
        // Five hundred, and six times the deviation of such a draw either way.
        assertThat(codes.stream().filter("--"::equals).count()).isBetween(380L, 620L);
    }

    @Test
    void aChangeHoldsForWhatEndsAfterwards() throws Exception {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        try (AccessLog log = new AccessLog()) {
            LoopAccessLog loopLog = log.forLoop();
            log.configure(new AccessLogPlan(Form.TEXT, first, 1));
            loopLog.onClosed(relay, CloseReason.CLIENT_FIN);
            log.configure(null);
            loopLog.onClosed(relay, CloseReason.CLIENT_FIN);
            log.configure(new AccessLogPlan(Form.JSON, second, 1));
            loopLog.onClosed(relay, CloseReason.CLIENT_FIN);
            loopLog.onClosed(relay, CloseReason.CLIENT_FIN);
        }

        assertThat(Files.readAllLines(first)).hasSize(1);
        assertThat(Files.readAllLines(second)).hasSize(2).allMatch(line -> line.startsWith("{"));
    }
}
