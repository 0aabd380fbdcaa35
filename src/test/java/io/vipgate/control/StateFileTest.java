package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.AdminState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void whatIsWrittenIsReadAgain() {
        Path file = directory.resolve("state");
        Map<String, Map<String, OperatorOverride>> overrides = Map.of("nginx", Map.of(
                "vip1", OperatorOverride.NONE.toAdmin(AdminState.DRAIN),
                "vip2", OperatorOverride.NONE.toWeight(3, 1),
                "vip.3-x", OperatorOverride.NONE.toAdmin(AdminState.MAINT).toWeight(0, 256)));

        StateFile.write(file, overrides);

        assertThat(StateFile.read(file)).isEqualTo(overrides);
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".new"));
    }

    @Test
    void endpointsThatAreAsTheConfigurationHasThemAreNotWritten() throws Exception {
        Path file = directory.resolve("state");

        StateFile.write(file, Map.of("nginx", Map.of("vip1", OperatorOverride.NONE)));

        assertThat(Files.readString(file)).doesNotContain("vip1");
    }

    @Test
    void aMissingFileKeepsNothing() {
        assertThat(StateFile.read(directory.resolve("none"))).isEmpty();
    }

    @Test
    void linesThatCanNotBeReadAreLeftOutAndTheOthersHold() throws Exception {
        Path file = Files.writeString(directory.resolve("state"), """
                # a comment

                nginx/vip1 state=drain
                nginx/vip2 state=asleep
                garbage
                nginx/vip3 state=ready weight=999 configured=1
                nginx/vip4 state=maint weight=
                """);

        assertThat(StateFile.read(file)).isEqualTo(Map.of("nginx", Map.of(
                "vip1", new OperatorOverride(AdminState.DRAIN, OptionalInt.empty(), 0),
                "vip3", new OperatorOverride(AdminState.READY, OptionalInt.of(256), 1))));
    }

    @Test
    void aDirectoryThatIsGoneIsNoFaultOfTheGateway() {
        Path file = directory.resolve("gone/state");

        StateFile.write(file, Map.of());

        assertThat(file).doesNotExist();
        assertThat(StateFile.read(directory)).isEmpty();
    }
}
