package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.VipgateProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training, without a JVM that records it. */
@SocketTest
final class TrainProcessIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Pattern RESULT = Pattern.compile("trained by (\\d+) connections; 0 failed\\n");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void aTrainingWorksAGatewayFromStartToStop() throws Exception {
        try (VipgateProcess vipgate = VipgateProcess.start(directory, "train", "--seconds", "2")) {
            assertThat(vipgate.awaitExit(BOUND)).as(vipgate.errors()).isZero();
            Matcher result = RESULT.matcher(vipgate.output());
            assertThat(result.matches()).as(vipgate.output()).isTrue();
            assertThat(Integer.parseInt(result.group(1))).isGreaterThan(50);
            assertThat(vipgate.errors()).contains(" serves ").contains("reload").contains("stopping:")
                    .doesNotContain("ERROR");
        }
    }

    @Test
    void aLengthOutOfRangeIsRefused() throws Exception {
        try (VipgateProcess vipgate = VipgateProcess.start(directory, "train", "--seconds", "0")) {
            assertThat(vipgate.awaitExit(BOUND)).isEqualTo(2);
            assertThat(vipgate.errors()).contains("--seconds: 0 (expected: 1 to 600)");
        }
    }
}
