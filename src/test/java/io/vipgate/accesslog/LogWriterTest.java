package io.vipgate.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vipgate.accesslog.AccessLogPlan.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** How lines get into files. */
class LogWriterTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private long now;
    private final List<EntryQueue> queues = new ArrayList<>(List.of(new EntryQueue(1024), new EntryQueue(1024)));
    private final LogWriter writer = new LogWriter(queues, () -> now);
    private final Logger logger = (Logger) LoggerFactory.getLogger(LogFile.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(logged);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private static AccessLogPlan text(Path file) {
        return new AccessLogPlan(Form.TEXT, file, 1);
    }

    private void note(int queue, AccessLogPlan plan, String listener) {
        assertThat(Entries.note(queues.get(queue), plan, listener)).isTrue();
    }

    /** The listeners in the lines of a file; the whole lines where they are JSON. */
    private static List<String> listeners(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.startsWith("{") ? FlatJson.parse(line).get("listener") + "*" : line.split(" ", -1)[1])
                .toList();
    }

    private List<String> messages() {
        return logged.list.stream().map(event -> event.getLevel() + " " + event.getFormattedMessage()).toList();
    }

    @Test
    void theFileIsMadeBeforeThereIsSomethingToWriteAndIsNotForEverybody() throws Exception {
        writer.turn(text(file("log")));

        assertThat(file("log")).isEmptyFile();
        assertThat(Files.getPosixFilePermissions(file("log"))).doesNotContain(PosixFilePermission.OTHERS_READ,
                PosixFilePermission.GROUP_WRITE);
    }

    @Test
    void whatAllLoopsHaveNotedIsAppended() throws Exception {
        Files.writeString(file("log"), "2026-11-23 before\n");
        AccessLogPlan plan = text(file("log"));
        note(0, plan, "a");
        note(1, plan, "b");
        writer.turn(plan);
        note(0, plan, "c");
        writer.turn(plan);

        assertThat(listeners(file("log"))).containsExactly("before", "a", "b", "c");
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void manyLinesAreWrittenInFewBatchesAndWhole() throws Exception {
        AccessLogPlan plan = text(file("log"));
        for (int i = 0; i < 1024; i++) {
            note(0, plan, "first" + i);
            note(1, plan, "second" + i);
        }
        writer.turn(plan);

        assertThat(listeners(file("log"))).hasSize(2048).startsWith("first0", "first1").endsWith("second1023");
    }

    @Test
    void aRenamedFileIsLeftAtTheReopeningAndNoLineIsLost() throws Exception {
        AccessLogPlan plan = text(file("log"));
        note(0, plan, "a");
        writer.turn(plan);
        Files.move(file("log"), file("log.1"));
        note(0, plan, "b");
        writer.turn(plan);
        assertThat(file("log")).doesNotExist();

        writer.reopen();
        note(0, plan, "c");
        writer.turn(plan);

        assertThat(listeners(file("log.1"))).containsExactly("a", "b");
        assertThat(listeners(file("log"))).containsExactly("c");
    }

    @Test
    void whatEndedBeforeAChangeGoesWhereItWouldHaveGone() throws Exception {
        AccessLogPlan old = text(file("old"));
        AccessLogPlan next = new AccessLogPlan(Form.JSON, file("new"), 1);
        note(0, old, "a");
        note(0, next, "b");
        note(1, old, "c");
        note(1, next, "d");
        writer.turn(next);
        note(0, next, "e");
        writer.turn(null);
        note(1, next, "late");
        writer.turn(null);

        assertThat(listeners(file("old"))).containsExactly("a", "c");
        assertThat(listeners(file("new"))).containsExactly("b*", "d*", "e*", "late*");
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void theFormMayChangeWithinAFile() throws Exception {
        note(0, text(file("log")), "a");
        note(0, new AccessLogPlan(Form.JSON, file("log"), 1), "b");
        writer.turn(text(file("log")));

        assertThat(listeners(file("log"))).containsExactly("a", "b*");
    }

    @Test
    void aFileThatCannotBeOpenedIsToldOnceAndTriedAgainAndNothingIsLost() throws Exception {
        Path missing = file("directory").resolve("log");
        AccessLogPlan plan = text(missing);
        writer.turn(plan);
        note(0, plan, "a");
        for (int i = 0; i < 10; i++) {
            now += SECOND;
            writer.turn(plan);
        }
        assertThat(messages()).singleElement().asString().startsWith("ERROR the access log can't be written to "
                + missing + ", tried again every second: java.nio.file.NoSuchFileException");

        Files.createDirectory(file("directory"));
        writer.turn(plan);
        assertThat(missing).as("not tried yet").doesNotExist();
        now += SECOND;
        writer.turn(plan);

        assertThat(listeners(missing)).containsExactly("a");
        assertThat(messages()).hasSize(2).last().asString()
                .isEqualTo("INFO the access log is written to " + missing + " again");
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void whenTheDiskIsFullTheQueuesFillAndTheRestIsCounted() {
        AccessLogPlan plan = text(FULL);
        int noted = 0;
        for (int i = 0; i < 10_000; i++) {
            noted += Entries.note(queues.getFirst(), plan, "web") ? 1 : 0;
            if (i % 100 == 0) {
                now += SECOND;
                writer.turn(plan);
            }
        }

        assertThat(messages()).singleElement().asString().contains("/dev/full", "No space left on device");
        assertThat(queues.getFirst().dropped()).isEqualTo(10_000 - noted).isPositive();
        assertThat(writer.dropped()).isZero();
        writer.end();
        assertThat(writer.dropped()).as("what waited").isEqualTo(noted);
        assertThat(queues.getFirst().peek()).isNull();
    }

    @Test
    void linesOfAFileThatIsLeftAndTakesNothingAreCounted() throws Exception {
        note(0, text(FULL), "lost");
        writer.turn(text(FULL));
        AccessLogPlan next = text(file("log"));
        note(0, next, "a");
        writer.turn(next);

        assertThat(listeners(file("log"))).containsExactly("a");
        assertThat(writer.dropped()).isEqualTo(1);
    }

    @Test
    void theReopeningTriesAtOnce() throws Exception {
        Path missing = file("directory").resolve("log");
        AccessLogPlan plan = text(missing);
        writer.turn(plan);
        Files.createDirectory(file("directory"));
        writer.reopen();
        writer.turn(plan);

        assertThat(missing).exists();
    }

    @Test
    void theEndWritesWhatIsThere() throws Exception {
        note(0, text(file("log")), "a");
        note(1, text(file("log")), "b");
        writer.end();

        assertThat(listeners(file("log"))).containsExactly("a", "b");
        assertThat(writer.dropped()).isZero();
    }
}
