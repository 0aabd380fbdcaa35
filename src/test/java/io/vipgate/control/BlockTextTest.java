package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.access.Block;
import io.vipgate.access.Blocks;
import io.vipgate.access.Prefix;
import io.vipgate.pool.AdminState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks in the state file. */
class BlockTextTest {
    private static final long NOW = 1_795_763_066_500L;
    private static final String LONGEST = "ü".repeat(64);
    private static final String LONGEST_OF_ASCII = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private final Blocks blocks = new Blocks(() -> Instant.ofEpochMilli(NOW));

    private static String line(Block block) throws IOException {
        StringBuilder line = new StringBuilder();
        BlockText.write(line, block);
        return line.toString();
    }

    private static Prefix network(String text) {
        return Prefix.parse(text).orElseThrow();
    }

    private OverrideStore storeOf(Path file) {
        OverrideStore store = new OverrideStore(blocks, new Standby(), new ListenerStates());
        store.use(store.open(Optional.of(file)));
        return store;
    }

    private static void saveAndEnd(OverrideStore store) throws Exception {
        store.save();
        assertThat(store.end(10_000)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sshd", "two words = and # signs", "größer, 日本", LONGEST_OF_ASCII})
    void whatIsWrittenIsReadAgainInWholeSeconds(String why) throws Exception {
        for (String network : List.of("198.51.100.7", "198.51.100.0/24", "2001:db8::/32", "::/0", "0.0.0.0/0")) {
            Block forGood = new Block(network(network), 5_000, Block.UNTIL_LIFTED, why);
            assertThat(BlockText.parse(line(forGood).strip())).contains(forGood);
            Block forAnHour = new Block(network(network), 5_999, 3_605_001, why);
            assertThat(BlockText.parse(line(forAnHour).strip()))
                    .contains(new Block(network(network), 5_000, 3_606_000, why));
        }
    }

    @Test
    void noLineIsLongerThanTheFileHasRoomFor() throws Exception {
        Block longest = new Block(network("2001:db8:1111:2222:3333:4444:5555:6666"), 99_999_999_999_000L,
                99_999_999_998_001L, LONGEST);

        assertThat(line(longest)).hasSizeLessThanOrEqualTo(BlockText.MAX_LINE);
        assertThat(BlockText.parse(line(longest).strip()).map(Block::why)).contains(LONGEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"block", "block 198.51.100.7", "block 198.51.100.7/24 since=1",
        "block 198.51.100.7 since=x",
        "block 198.51.100.7 since=1 until=", "block 198.51.100.7 until=1 since=1", "block example.com since=1",
        "block 198.51.100.7 since=1 colour=red", "block 198.51.100.7 since=999999999999"})
    void aLineThatIsNoneIsToldAndStays(String line) throws Exception {
        Path file = Files.writeString(directory.resolve("state"), line + "\nnginx/vip1 state=drain\n");
        OverrideStore store = storeOf(file);
        assertThat(blocks.isEmpty()).isTrue();
        assertThat(StateText.parse(Files.readString(file)).problems()).hasSize(1);
        blocks.add(network("192.0.2.1"), Block.UNTIL_LIFTED, "");

        saveAndEnd(store);

        assertThat(Files.readAllLines(file)).contains(line, "nginx/vip1 state=drain")
                .last().asString().startsWith("block 192.0.2.1 since=");
    }

    @Test
    void aHundredThousandFitAndNothingOfTheRestIsLost() throws Exception {
        Path file = directory.resolve("state");
        OverrideStore store = storeOf(file);
        store.put("nginx", Map.of("vip1", OperatorOverride.NONE.toAdmin(AdminState.DRAIN)));
        for (int i = 0; i < Blocks.MAX_SIZE; i++) {
            blocks.add(Prefix.of(0x2001_0db8_1111_2222L, 0x3333_4444_0000_0000L + i, 128), NOW + 3_600_000, LONGEST);
        }
        saveAndEnd(store);
        assertThat(store.problem()).isEmpty();

        Blocks restored = new Blocks(() -> Instant.ofEpochMilli(NOW));
        OverrideStore next = new OverrideStore(restored, new Standby(), new ListenerStates());
        next.use(next.open(Optional.of(file)));

        assertThat(next.problem()).isEmpty();
        assertThat(next.of("nginx")).containsKey("vip1");
        assertThat(restored.list()).hasSize(Blocks.MAX_SIZE).extracting(Block::network)
                .isEqualTo(blocks.list().stream().map(Block::network).toList());
        assertThat(next.inUse().states().orElseThrow().blocks()).as("held once, where they are in force").isEmpty();
        assertThat(next.end(10_000)).isTrue();
    }

    @Test
    void moreThanThereCanBeStayAsText() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i <= Blocks.MAX_SIZE; i++) {
            lines.add("block " + Prefix.of(0, 0xffff_0a00_0000L + i, 128) + " since=1");
        }
        KeptStates states = StateText.parse(String.join("\n", lines) + "\n");

        assertThat(states.blocks()).hasSize(Blocks.MAX_SIZE);
        assertThat(states.unread()).isEqualTo(lines.getLast() + "\n");
        assertThat(states.problemCount()).isEqualTo(1);
    }

    @Test
    void whatHasEndedIsNotRestoredAndAFileThatSaysAllIsNotTouched() throws Exception {
        Path file = Files.writeString(directory.resolve("state"), """
                # vipgate operator states, version 1: written at each change.
                block 198.51.100.7 since=1 until=1795763066 why=over
                block 198.51.100.8 since=1 until=1795763067 why=not yet
                block 198.51.100.9 since=1
                """);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));

        saveAndEnd(storeOf(file));

        assertThat(blocks.list()).extracting(block -> block.network().toString()).containsExactly("198.51.100.8",
                "198.51.100.9");
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.fromMillis(0));
    }

    @Test
    void aFileOfBlocksAloneIsAStateFile() throws Exception {
        assertThat(StateText.parse("block 198.51.100.9 since=1\nbad\n").blocks()).hasSize(1);
        assertThatThrownBy(() -> StateText.parse("block 198.51.100.9\n")).isInstanceOf(IOException.class);
        String old = "# Operator states and run-time weights, written by vipgate at each change.\np/a state=drain\n";
        assertThat(StateText.parse(old).byPool()).containsKey("p");
    }
}
