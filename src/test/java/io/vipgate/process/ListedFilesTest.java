package io.vipgate.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ConfigLoader;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.Loaded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListedFilesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private final ListedFiles listed = new ListedFiles();

    private GatewayConfig config(String entry) {
        String text = "listeners: { web: { bind: \"127.0.0.1:80\", pool: p, access: { deny: [\"file:" + directory + "/"
                + entry + "\"] } } }\npools: { p: { endpoints: { a: \"127.0.0.1:81\" } } }\n";
        return ((Loaded) ConfigLoader.parse("test", text.getBytes(StandardCharsets.UTF_8), Map.of())).config();
    }

    @Test
    void filesThatComeGoOrAreReplacedAreNoticedOnce() throws IOException {
        Files.writeString(directory.resolve("a.txt"), "192.0.2.1\n");
        GatewayConfig config = config("*.txt");
        assertThat(listed.haveChanged(config)).as("read just now").isFalse();
        assertThat(listed.haveChanged(config)).isFalse();

        Path next = Files.writeString(directory.resolve("next"), "192.0.2.2\n");
        Files.move(next, directory.resolve("a.txt"), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(listed.haveChanged(config)).as("replaced").isTrue();
        assertThat(listed.haveChanged(config)).isFalse();

        Files.writeString(directory.resolve("b.txt"), "192.0.2.3\n");
        assertThat(listed.haveChanged(config)).as("come").isTrue();
        Files.delete(directory.resolve("b.txt"));
        assertThat(listed.haveChanged(config)).as("gone").isTrue();
        assertThat(listed.haveChanged(config)).isFalse();
    }

    @Test
    void aWriteIntoAFileIsNotActedOnNorIsAnotherConfiguration() throws IOException {
        Files.writeString(directory.resolve("a.txt"), "192.0.2.1\n");
        GatewayConfig config = config("*.txt");
        listed.haveChanged(config);

        Files.writeString(directory.resolve("a.txt"), "192.0.2.1\n192.0.2.22\n");
        assertThat(listed.haveChanged(config)).isFalse();
        assertThat(listed.haveChanged(config("a.txt"))).isFalse();
        assertThat(listed.haveChanged(config)).isFalse();
    }
}
