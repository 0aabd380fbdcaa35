package io.vipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GatewayRunTest {
    @ParameterizedTest
    @ValueSource(strings = {"run -c a.yaml", "run --config a.yaml"})
    void aPlainRunGoesPastPicocli(String line) {
        assertThat(GatewayRun.plain(line.split(" "))).isEqualTo(Path.of("a.yaml"));
        assertThat(byPicocli(line)).isEqualTo(Path.of("a.yaml"));
    }

    @Test
    void withoutAFileItIsTheOneByDefault() {
        assertThat(GatewayRun.plain("run")).isEqualTo(ConfigFile.locate(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "run -c", "run -c -h", "run -c @a.yaml", "run --help", "run -h -c", "run a.yaml",
        "run -c a.yaml -h", "run --config=a.yaml -V", "check -c a.yaml", "-c a.yaml run", "Run -c a.yaml"})
    void anythingElseIsForPicocli(String line) {
        assertThat(GatewayRun.plain(line.isEmpty() ? new String[0] : line.split(" "))).isNull();
    }

    @Test
    void anEmptyNameIsForPicocli() {
        assertThat(GatewayRun.plain("run", "-c", "")).isNull();
    }

    /** The file that the same words name there. */
    private static Path byPicocli(String line) {
        List<String> words = List.of(line.split(" "));
        CommandLine.ParseResult run = VipgateCommand.commandLine().parseArgs(words.toArray(String[]::new)).subcommand();
        return run.matchedOptionValue("--config", Path.of("none"));
    }
}
