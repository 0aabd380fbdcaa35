package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class LogOutputTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    /** Takes as many writes as it is let, some of them by halves. Thread-safe. */
    private static final class Reader implements WritableByteChannel {
        final Semaphore reads = new Semaphore(0);
        final List<String> written = new CopyOnWriteArrayList<>();
        volatile boolean isGone;

        @Override
        public int write(ByteBuffer from) throws IOException {
            reads.acquireUninterruptibly();
            if (isGone) {
                throw new IOException("Broken pipe");
            }
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            written.add(new String(bytes, StandardCharsets.UTF_8));
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private final Reader reader = new Reader();
    private final LogOutput output = new LogOutput(reader);

    private void offer(String text) {
        output.offer(text.getBytes(StandardCharsets.UTF_8));
    }

    private void start() {
        output.start(count -> offer(count + " dropped"));
    }

    @Test
    void whoLogsDoesNotWaitAndWhatIsDroppedIsToldWhenTheLogMovesAgain() {
        start();
        String line = "x".repeat(1023) + "\n";
        for (int i = 0; i < 300; i++) {
            offer(line);
        }
        assertThat(output.dropped()).isEqualTo(300 - LogOutput.MAX_BYTES / 1024);

        reader.reads.release(1_000);

        Await.until("it is told", BOUND, () -> reader.written.contains("44 dropped"));
        assertThat(reader.written).hasSize(257).startsWith(line, line);
        offer("after");
        Await.until("it goes on", BOUND, () -> reader.written.getLast().equals("after"));
        assertThat(reader.written).hasSize(258);
    }

    @Test
    void aLineLongerThanTheQueueIsTakenWhenNothingWaits() {
        start();
        reader.reads.release(1_000);

        offer("y".repeat(LogOutput.MAX_BYTES * 2));

        Await.until("it is written", BOUND, () -> !reader.written.isEmpty());
        assertThat(output.dropped()).isZero();
    }

    @Test
    void aReaderThatIsGoneIsCountedAndNotToldForEver() {
        start();
        reader.isGone = true;
        reader.reads.release(1_000);
        offer("a");
        offer("b");
        Await.until("both are counted", BOUND, () -> output.dropped() == 2);

        reader.isGone = false;
        offer("c");

        Await.until("it is told", BOUND, () -> reader.written.contains("2 dropped"));
        assertThat(reader.written).containsExactly("c", "2 dropped");
    }

    @Test
    void theEndWaitsForWhatIsLoggedButNotForEver() {
        start();
        offer("stuck");
        output.flush(50);
        assertThat(reader.written).isEmpty();

        reader.reads.release(1_000);
        output.flush(BOUND.toMillis());

        assertThat(reader.written).containsExactly("stuck");
    }

    @Test
    void whatIsPrintedDoesNotWaitEither() {
        start();
        PrintStream printed = output.asPrintStream();
        for (int i = 0; i < 100_000; i++) {
            printed.println("a line that is printed");
        }
        assertThat(output.dropped()).isPositive();
        reader.reads.release(1_000_000);

        Await.until("it is written", BOUND, () -> String.join("", reader.written).contains("a line that is printed\n"));
    }
}
