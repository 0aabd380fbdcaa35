package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.pool.AdminState;
import io.vipgate.relay.ListenerState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private static KeptStates read(Path file) throws IOException {
        return StateFile.read(file).orElseThrow();
    }

    private static String text(Map<String, Map<String, OperatorOverride>> overrides, KeptStates kept) {
        StringBuilder text = new StringBuilder();
        try {
            StateText.write(text, Optional.empty(), Map.of(), overrides, kept.byPool().keySet(), kept);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return text.toString();
    }

    private static void write(Path file, Map<String, Map<String, OperatorOverride>> overrides, KeptStates kept)
            throws IOException {
        StateFile.write(file,
                out -> StateText.write(out, Optional.empty(), Map.of(), overrides, kept.byPool().keySet(), kept),
                _ -> {});
    }

    private static Map<String, Map<String, OperatorOverride>> overrides(KeptStates kept) {
        Map<String, Map<String, OperatorOverride>> all = new LinkedHashMap<>();
        kept.byPool().forEach((pool, endpoints) -> endpoints.forEach((endpoint, entry) -> all
                .computeIfAbsent(pool, _ -> new LinkedHashMap<>()).put(endpoint, entry.override())));
        return all;
    }

    @Test
    void standbyIsWrittenAndReadAgain() throws Exception {
        Path file = directory.resolve("state");
        Instant since = Instant.parse("2026-11-27T20:15:00Z");
        StateFile.write(file,
                out -> StateText.write(out, Optional.of(since), Map.of(), Map.of(), Set.of(), KeptStates.NONE),
                _ -> {});

        assertThat(Files.readString(file)).contains("\nstandby since=2026-11-27T20:15:00Z\n");
        assertThat(read(file).standbySince()).contains(since);
        Files.writeString(file, "standby since=noon\nnginx/vip1 state=maint\n");
        assertThat(read(file).standbySince()).isEmpty();
        assertThat(read(file).problems()).singleElement().asString().startsWith("1: standby since=noon: ");
    }

    @Test
    void listenersAreWrittenAndReadAgain() throws Exception {
        Path file = directory.resolve("state");
        Instant since = Instant.parse("2026-11-27T20:15:00Z");
        Map<String, ListenerHold> held = new TreeMap<>(Map.of("web", new ListenerHold(ListenerState.PAUSED, since),
                "mail", new ListenerHold(ListenerState.REFUSING, since)));
        StateFile.write(file,
                out -> StateText.write(out, Optional.empty(), held, Map.of(), Set.of(), KeptStates.NONE), _ -> {});

        assertThat(Files.readString(file)).endsWith("""
                .
                listener mail state=refusing since=2026-11-27T20:15:00Z
                listener web state=paused since=2026-11-27T20:15:00Z
                """);
        assertThat(read(file).listeners()).isEqualTo(held);
        assertThat(read(file).problems()).isEmpty();
    }

    @Test
    void linesOfListenersThatAreNotClearStay() throws Exception {
        Path file = directory.resolve("state");
        String good = "listener web state=paused since=2026-11-27T20:15:00Z";
        String unclear = """
                listener web since=2026-11-27T20:15:00Z
                listener web state=drain since=2026-11-27T20:15:00Z
                listener web state=paused since=noon
                listener web state=paused since=2026-11-27T20:15:00Z by=me
                listener
                """;
        Files.writeString(file, unclear + good + "\n" + good.replace("paused", "refusing") + "\n");

        KeptStates kept = read(file);
        assertThat(kept.listeners()).containsExactly(Map.entry("web",
                new ListenerHold(ListenerState.PAUSED, Instant.parse("2026-11-27T20:15:00Z"))));
        assertThat(kept.problems()).hasSize(6);
        assertThat(kept.problems().getLast()).startsWith("7: ").endsWith("stands twice; the first line holds");
        assertThat(kept.unread()).isEqualTo(unclear);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        Path file = directory.resolve("state");
        Map<String, Map<String, OperatorOverride>> overrides = Map.of("nginx", Map.of(
                "vip1", OperatorOverride.NONE.toAdmin(AdminState.DRAIN),
                "vip2", OperatorOverride.NONE.toWeight(3, 1),
                "vip.3-x", OperatorOverride.NONE.toAdmin(AdminState.MAINT).toWeight(0, 256)));

        write(file, overrides, KeptStates.NONE);

        assertThat(overrides(read(file))).isEqualTo(overrides);
        assertThat(read(file).unread()).isEmpty();
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".new"));
    }

    @Test
    void aMissingFileKeepsNothing() throws Exception {
        assertThat(StateFile.read(directory.resolve("none"))).isEmpty();
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
        assertThat(StateFile.read(link)).isEmpty();
    }

    @Test
    void whatCanNotBeReadIsToldAndKeptAndTheRestHolds() throws Exception {
        byte[] bytes = """
                # a comment

                nginx/vip1 state=drain
                nginx/vip2 state=asleep
                garb\u00e4ge
                nginx/vip3 state=ready weight=999 configured=1
                nginx/vip4 state=maint weight=
                nginx/vip5 state=drain reason=disk since=2031
                """.getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(directory.resolve("state"), bytes);

        KeptStates kept = read(file);

        assertThat(overrides(kept)).isEqualTo(Map.of("nginx", Map.of(
                "vip1", new OperatorOverride(AdminState.DRAIN, OptionalInt.empty(), 0),
                "vip3", new OperatorOverride(AdminState.READY, OptionalInt.of(256), 1),
                "vip4", new OperatorOverride(AdminState.MAINT, OptionalInt.empty(), 0),
                "vip5", new OperatorOverride(AdminState.DRAIN, OptionalInt.empty(), 0))));
        assertThat(kept.problemCount()).isEqualTo(3);
        write(file, overrides(kept), kept);
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("# a comment\n",
                "nginx/vip2 state=asleep\n", "garb\u00e4ge\n", "nginx/vip4 state=maint weight=\n",
                "nginx/vip5 state=drain reason=disk since=2031\n");
        assertThat(overrides(read(file))).isEqualTo(overrides(kept));
    }

    @Test
    void aWeightThatIsSetReplacesOneThatCouldNotBeRead() throws Exception {
        KeptStates kept = StateText.parse("nginx/vip1 state=maint weight=x since=1\n");

        String text = text(Map.of("nginx", Map.of("vip1", OperatorOverride.NONE.toWeight(3, 1))), kept);

        assertThat(text).endsWith("\nnginx/vip1 state=ready weight=3 configured=1 since=1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"# vipgate operator states, version 2\nnginx/vip1 state=drain\n",
        "# mine\n\n# vipgate operator states, version 2: written\nnginx/vip1 state=drain\n",
        "# version: 2\nnginx/vip1 state=drain\n", "{\"version\": 2}\n", "garbage\n", "\0\0\0\0", "a\nb\nc",
        "nginx/vip1 state=asleep\n", "# x version 99999999999999999999\n"})
    void whatIsNoStateFileOfThisVersionIsNotRead(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("state"), text);

        assertThatThrownBy(() -> StateFile.read(file)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"version2/a state=maint\n", "version2/a state=maint\n# nginx, version 3\n",
        "# mine, version 1\nversion2/a state=maint\n"})
    void dataAndCommentsAfterItTellNoVersion(String text) throws Exception {
        assertThat(overrides(StateText.parse(text))).isEqualTo(
                Map.of("version2", Map.of("a", OperatorOverride.NONE.toAdmin(AdminState.MAINT))));
    }

    @Test
    void aCommentThatIsKeptTellsNoVersionWhereNothingIsSet() throws Exception {
        KeptStates kept = StateText.parse("nginx/vip1 state=maint\n# moved to nginx, version 2\n");

        assertThat(StateText.parse(text(Map.of(), kept)).unread()).isEqualTo("# moved to nginx, version 2\n");
    }

    @Test
    void onlyTheWeightItselfIsReplaced() throws Exception {
        KeptStates kept = StateText.parse("p/b state=maint weight=x weights=7 configured-by=me\n");

        String text = text(Map.of("p", Map.of("b", OperatorOverride.NONE.toWeight(3, 1))), kept);

        assertThat(text).endsWith("\np/b state=ready weight=3 configured=1 weights=7 configured-by=me\n");
    }

    @Test
    void aSecondLineThatSaysSomethingElseIsToldAndKept() throws Exception {
        KeptStates kept = StateText.parse("p/a state=maint\np/a  state=maint\np/a state=drain\np/a state=maint x=1\n");

        assertThat(overrides(kept)).isEqualTo(
                Map.of("p", Map.of("a", OperatorOverride.NONE.toAdmin(AdminState.MAINT))));
        assertThat(kept.problems()).containsExactly(
                "3: p/a state=drain: the endpoint stands twice; the first line holds",
                "4: p/a state=maint x=1: the endpoint stands twice; the first line holds");
        assertThat(kept.unread()).isEqualTo("p/a state=drain\np/a state=maint x=1\n");
    }

    @Test
    void whatIsNoOrdinaryFileOrTooLargeIsNotRead() throws Exception {
        Path large = Files.write(directory.resolve("large"), new byte[(4 << 20) + 1]);
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor()).isZero();
        Path huge = Files.write(directory.resolve("huge"), "\n".repeat(30 << 20).getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> StateFile.read(large)).hasMessage("larger than 4 MiB without its blocks");
        assertThatThrownBy(() -> StateFile.read(huge)).hasMessage("larger than 28 MiB");
        assertThatThrownBy(() -> StateFile.read(directory)).hasMessage("not a regular file");
        assertThatThrownBy(() -> StateFile.read(pipe)).hasMessage("not a regular file");
        assertThatThrownBy(() -> StateFile.read(Path.of("/dev/zero"))).hasMessage("not a regular file");
    }

    @Test
    void manyBadLinesAreToldTenTimesAndTakeLittleTime() throws Exception {
        String bad = "x".repeat(40) + "\n";
        String text = "nginx/vip1 state=drain\n" + bad.repeat(90_000);
        String crafted = "nginx/vip1 state=drain\n" + "/".repeat(2 << 20) + "\n" + "a=b ".repeat(500_000) + "\n";

        long start = System.nanoTime();
        KeptStates kept = StateText.parse(text);
        KeptStates ofCrafted = StateText.parse(crafted);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(kept.problems()).hasSize(10).allSatisfy(problem -> assertThat(problem).hasSizeLessThan(300));
        assertThat(kept.problemCount()).isEqualTo(90_000);
        assertThat(kept.unread()).isEqualTo(bad.repeat(90_000));
        assertThat(ofCrafted.problemCount()).isEqualTo(2);
        assertThat(ofCrafted.problems()).allSatisfy(problem -> assertThat(problem).hasSizeLessThan(300));
    }

    @Test
    void onlyTheOwnerMayReadItWhateverItWasBefore() throws Exception {
        Path file = Files.writeString(directory.resolve("state"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        Path leftOver = Files.writeString(directory.resolve("state.new"), "half of it");
        Files.setPosixFilePermissions(leftOver, PosixFilePermissions.fromString("rw-rw-rw-"));

        StateFile.write(file, out -> out.append("new"), _ -> {});

        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void aLinkStaysOneAndNothingIsWrittenThroughTheOneBeside() throws Exception {
        Path real = Files.writeString(Files.createDirectory(directory.resolve("real")).resolve("state"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("state"), Path.of("real/state"));
        Path stranger = Files.writeString(directory.resolve("stranger"), "as it was");
        Files.createSymbolicLink(directory.resolve("real/state.new"), stranger);

        StateFile.write(link, out -> out.append("new"), _ -> {});

        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(real).hasContent("new");
        assertThat(stranger).hasContent("as it was");
    }

    @Test
    void whatCanNotBeWrittenSaysWhy() {
        assertThatThrownBy(() -> StateFile.write(directory.resolve("gone/state"), _ -> {}, _ -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("no such directory: ");
        assertThat(directory.resolve("gone")).doesNotExist();
    }
}
