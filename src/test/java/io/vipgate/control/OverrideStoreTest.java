package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.access.Blocks;
import io.vipgate.pool.AdminState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverrideStoreTest {
    private static final OperatorOverride MAINT = OperatorOverride.NONE.toAdmin(AdminState.MAINT);
    private static final OperatorOverride DRAIN = OperatorOverride.NONE.toAdmin(AdminState.DRAIN);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static OverrideStore startedWith(Path file) {
        OverrideStore store = new OverrideStore(new Blocks(), new Standby(), new ListenerStates());
        store.use(store.open(Optional.of(file)));
        return store;
    }

    private static void saveAndEnd(OverrideStore store) throws Exception {
        store.save();
        assertThat(store.end(10_000)).isTrue();
    }

    private Path file(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("state"), text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"# vipgate operator states, version 2\nnginx/vip1 state=maint\n", "\0\0\0",
        "{\"nginx/vip1\": \"maint\"}\n"})
    void aFileThatCanNotBeReadIsNeverWrittenOver(String text) throws Exception {
        Path file = file(text);
        OverrideStore store = startedWith(file);
        store.put("nginx", Map.of("vip1", DRAIN));

        saveAndEnd(store);

        assertThat(file).hasContent(text);
        assertThat(store.problem()).hasValueSatisfying(
                problem -> assertThat(problem).startsWith(file + " can't be read: "));
    }

    @Test
    void aStartThatChangesNothingDoesNotTouchTheFile() throws Exception {
        String text = "# mine\nnginx/vip1 state=maint\nnginx/vip2 state=asleep\nold/gone state=drain\n";
        Path file = file(text);
        OverrideStore store = startedWith(file);
        store.put("nginx", store.of("nginx"));

        saveAndEnd(store);

        assertThat(file).hasContent(text);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.fromMillis(0));
        assertThat(store.problem()).isEmpty();
    }

    @Test
    void whatTheConfigurationDoesNotNameStays() throws Exception {
        Path file = file("nginx/vip1 state=maint\nnginx/gone state=maint\nold/gone state=drain\nbad line\n");
        OverrideStore store = startedWith(file);
        assertThat(store.of("nginx")).containsEntry("vip1", MAINT).containsEntry("gone", MAINT);
        store.put("nginx", Map.of("vip1", OperatorOverride.NONE, "vip2", DRAIN, "gone", MAINT));

        saveAndEnd(store);

        assertThat(Files.readAllLines(file)).contains("nginx/vip2 state=drain", "nginx/gone state=maint",
                "old/gone state=drain", "bad line").doesNotContain("nginx/vip1 state=maint");
    }

    @Test
    void whatAFileSaysOfPoolsThatNobodyAskedForGoesAlongToTheNextFile() throws Exception {
        OverrideStore store = startedWith(file("p/a state=drain\nq/z state=maint\n"));
        store.put("p", Map.of("a", DRAIN));
        Path next = Files.writeString(directory.resolve("next"), "q/y state=drain\nr/x state=drain\n");

        store.use(store.open(Optional.of(next)));

        assertThat(store.of("q")).isEqualTo(Map.of("z", MAINT, "y", DRAIN));
        assertThat(store.of("r")).isEqualTo(Map.of("x", DRAIN));
        saveAndEnd(store);
        assertThat(Files.readAllLines(next)).contains("p/a state=drain", "q/z state=maint", "q/y state=drain",
                "r/x state=drain");
    }

    @Test
    void unknownFieldsAndPoolsStayWhenNothingIsSetAnyMore() throws Exception {
        Path file = file("""
                p/a state=drain note=broken-disk
                q/z state=ready x=1
                q/y state=ready
                p/b state=maint weight=5 configured=1 weights=7
                p/c state=drain
                """);
        OverrideStore store = startedWith(file);
        store.put("p", Map.of("a", OperatorOverride.NONE, "b", MAINT.toWeight(5, 1), "c", OperatorOverride.NONE));

        saveAndEnd(store);

        assertThat(Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")))
                .containsExactlyInAnyOrder("p/a state=ready note=broken-disk", "q/z state=ready x=1", "q/y state=ready",
                        "p/b state=maint weight=5 configured=1 weights=7");
    }

    @Test
    void aSecondLineForAnEndpointNeverComesToHold() throws Exception {
        Path file = file("p/a state=drain\np/a state=maint\n");
        OverrideStore store = startedWith(file);
        assertThat(store.of("p")).isEqualTo(Map.of("a", DRAIN));
        store.put("p", Map.of("a", OperatorOverride.NONE));

        saveAndEnd(store);

        assertThat(Files.readString(file)).endsWith("\np/a state=ready\np/a state=maint\n");
        assertThat(startedWith(file).of("p")).isEqualTo(Map.of("a", OperatorOverride.NONE));
    }

    @Test
    void aFileThatWasMovedAwayIsBegunAnew() throws Exception {
        Path file = file("of another program");
        OverrideStore store = startedWith(file);
        Files.move(file, directory.resolve("moved"));
        store.put("nginx", Map.of("vip1", DRAIN));
        store.save();
        store.put("nginx", Map.of("vip1", MAINT));

        saveAndEnd(store);

        assertThat(Files.readAllLines(file)).contains("nginx/vip1 state=maint");
        assertThat(store.problem()).isEmpty();
    }

    @Test
    void aFileThatWasMendedHoldsAtTheNextReload() throws Exception {
        Path file = file("of another program");
        OverrideStore store = startedWith(file);
        store.put("nginx", Map.of("vip1", DRAIN));
        Files.writeString(file, "nginx/vip1 state=maint\nnginx/vip2 state=maint\n");

        store.use(store.open(Optional.of(file)));

        assertThat(store.problem()).isEmpty();
        assertThat(store.of("nginx")).isEqualTo(Map.of("vip1", DRAIN, "vip2", MAINT));
        saveAndEnd(store);
        assertThat(Files.readAllLines(file)).contains("nginx/vip1 state=drain", "nginx/vip2 state=maint");
    }

    @Test
    void aFailureToWriteIsToldUntilItCanBeWritten() throws Exception {
        Path gone = directory.resolve("gone");
        OverrideStore store = startedWith(gone.resolve("state"));
        store.put("nginx", Map.of("vip1", DRAIN));
        store.save();
        io.vipgate.it.fixture.Await.until("it is told", java.time.Duration.ofSeconds(10),
                () -> store.problem().isPresent());
        Files.createDirectory(gone);

        saveAndEnd(store);

        assertThat(store.problem()).isEmpty();
        assertThat(Files.readAllLines(gone.resolve("state"))).contains("nginx/vip1 state=drain");
    }

    @Test
    void endpointsThatAreAsTheConfigurationHasThemAreNotWritten() throws Exception {
        Path file = directory.resolve("state");
        OverrideStore store = startedWith(file);
        store.put("nginx", Map.of("vip1", OperatorOverride.NONE));

        saveAndEnd(store);

        assertThat(Files.readString(file)).startsWith("#").doesNotContain("vip1");
    }
}
