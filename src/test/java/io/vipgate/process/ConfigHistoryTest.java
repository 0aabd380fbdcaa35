package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigHistoryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private Instant now = Instant.parse("2026-11-27T20:00:00Z");

    /** A process's; each look at the clock is a second later. */
    private ConfigHistory started() {
        return new ConfigHistory(() -> now = now.plusSeconds(1));
    }

    private Optional<Path> state() {
        return Optional.of(directory.resolve("state"));
    }

    private Path kept() {
        return directory.resolve("state.configurations");
    }

    private void hold(ConfigHistory history, String... texts) {
        for (String text : texts) {
            history.onHeld(text, state());
        }
    }

    /** What a rollback leads to, step by step. */
    private static List<String> before(ConfigHistory history) {
        List<String> texts = new ArrayList<>();
        for (int steps = 1; history.before(steps).isPresent(); steps++) {
            texts.add(history.before(steps).orElseThrow().text());
        }
        return texts;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(kept())) {
            return files.sorted().toList();
        }
    }

    @Test
    void rollbackAfterARollbackAndAnotherReloadLeadsToWhatHeldBeforeThat() {
        ConfigHistory history = started();
        hold(history, "a", "b", "c");
        assertThat(before(history)).containsExactly("b", "a");
        history.onRolledBack(1, state());
        assertThat(before(history)).containsExactly("a");

        hold(history, "c");
        assertThat(before(history)).containsExactly("b", "a");
        history.onRolledBack(2, state());
        hold(history, "d");
        assertThat(before(history)).containsExactly("a", "c", "b");
        assertThat(before(startedAgain("d"))).containsExactly("a", "c", "b");
    }

    private ConfigHistory startedAgain(String text) {
        ConfigHistory history = started();
        hold(history, text);
        return history;
    }

    @Test
    void fiveBeforeThePresentOneOutliveARestartForTheOwnerAlone() throws Exception {
        hold(started(), "1", "2", "3", "4", "5", "6", "7");
        assertThat(before(startedAgain("7"))).containsExactly("6", "5", "4", "3", "2");
        assertThat(before(startedAgain("8"))).containsExactly("7", "6", "5", "4", "3");
        assertThat(files()).hasSize(6);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept()))).isEqualTo("rwx------");
        for (Path file : files()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        }
    }

    @Test
    void orderHoldsThoughTheClockIsSetBack() {
        ConfigHistory history = started();
        hold(history, "a", "b");
        now = now.minusSeconds(3600);
        hold(history, "c", "d");
        assertThat(before(history)).containsExactly("c", "b", "a");
        assertThat(before(startedAgain("d"))).containsExactly("c", "b", "a");
    }

    @Test
    void theyMoveAlongWithTheStateFileAndStandThereOnce() throws Exception {
        ConfigHistory history = started();
        hold(history, "a", "b");
        Optional<Path> other = Optional.of(directory.resolve("other"));
        history.onHeld("c", other);
        assertThat(before(history)).containsExactly("b", "a");
        ConfigHistory restarted = started();
        restarted.onHeld("c", other);
        assertThat(before(restarted)).containsExactly("b", "a");

        history.onHeld("c", state());
        assertThat(before(history)).containsExactly("b", "a");
        assertThat(files()).hasSize(3);
        history.onHeld("c", Optional.empty());
        hold(history, "d");
        assertThat(before(history)).containsExactly("c", "b", "a");
    }

    @Test
    void directoryThatOthersMayWriteToIsNeitherReadNorWritten() throws Exception {
        hold(started(), "a", "b");
        Files.setPosixFilePermissions(kept(), PosixFilePermissions.fromString("rwxrwx---"));
        ConfigHistory history = startedAgain("c");
        assertThat(before(history)).isEmpty();
        hold(history, "d");
        assertThat(before(history)).as("since the start").containsExactly("c");
        assertThat(files()).hasSize(2);
    }

    @Test
    void linkInPlaceOfTheDirectoryIsNotFollowed() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createSymbolicLink(kept(), elsewhere);
        hold(started(), "a", "b");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void whatIsNoFileOfItsOwnIsLeftOut() throws Exception {
        hold(started(), "a", "b");
        Path secret = Files.writeString(directory.resolve("secret"), "s");
        Files.createSymbolicLink(kept().resolve("20270101T000000.000Z.yaml"), secret);
        Files.createDirectory(kept().resolve("20270101T000001.000Z.yaml"));
        Files.writeString(kept().resolve("20270101T000002.000Z.yaml"), "#".repeat(ConfigLoader.MAX_BYTES + 1));
        Files.writeString(kept().resolve("notes.yaml"), "n");
        assertThat(new ProcessBuilder("mkfifo", kept().resolve("20270101T000003.000Z.yaml").toString()).inheritIO()
                .start().waitFor()).isZero();
        assertThat(before(startedAgain("c"))).containsExactly("b", "a");
    }

    @Test
    void whereNothingCanBeKeptTheyAreKnownUntilTheEnd() throws Exception {
        Files.writeString(kept(), "a file in place of the directory");
        ConfigHistory history = started();
        hold(history, "a", "b");
        assertThat(before(history)).containsExactly("a");
        assertThat(kept()).hasContent("a file in place of the directory");
    }
}
