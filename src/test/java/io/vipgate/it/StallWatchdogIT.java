package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.HandedEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.StallReport;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A transfer that hangs leaves a file that says where, and the failure names it. */
@SocketTest
final class StallWatchdogIT {
    private static final Pattern FILE = Pattern.compile("saved in (\\S+\\.txt)");

    @Test
    void taskThatIsNotDoneNamesTheFileWithRelaysEpollSocketsAndThreads() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start();
                Peer client = Peer.connect("127.0.0.1", gateway.port(), 256 << 10);
                Peer endpoint = endpoints.next();
                Tasks tasks = new Tasks()) {
            tasks.start(() -> endpoint.send(new byte[64 << 20]));

            assertThatThrownBy(() -> tasks.join(Duration.ofSeconds(2))).isInstanceOf(AssertionError.class)
                    .satisfies(failure -> assertThat(reportNamedIn(failure)).contains("== relays",
                            "to the client: descriptor",
                            "== epoll", "tfd:", "== ss -tinm", ":" + gateway.port(), "skmem:", "== threads",
                            "vipgate-loop"));
            client.reset();
        }
    }

    @Test
    void conditionThatDoesNotComeNamesTheFileToo() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            client.send("hello");
            assertThat(endpoint.receiveText(5)).isEqualTo("hello");
            assertThatThrownBy(() -> Await.until("a miracle", Duration.ofMillis(50), () -> false))
                    .hasMessageStartingWith("a miracle within PT0.05S; saved in ")
                    .satisfies(failure -> assertThat(reportNamedIn(failure)).startsWith("a miracle\n"));
        }
    }

    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void testWhoseTimeIsNearlyOverLeavesAReportWhileEverythingIsThere() throws Exception {
        try (HandedEndpoint endpoints = new HandedEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("a", endpoints).start();
                Peer client = gateway.connect();
                Peer endpoint = endpoints.next()) {
            client.send("hello");
            assertThat(endpoint.receiveText(5)).isEqualTo("hello");
            assertThat(Await.quietly(Duration.ofMillis(9_800), () -> StallReport.latest().contains("nearly over")))
                    .isTrue();
            assertThat(StallReport.latest()).startsWith("testWhoseTimeIsNearlyOver")
                    .contains("to the client: descriptor");
        }
    }

    private static String reportNamedIn(Throwable failure) throws java.io.IOException {
        Matcher named = FILE.matcher(String.valueOf(failure.getMessage()));
        assertThat(named.find()).as(failure.getMessage()).isTrue();
        Path file = Path.of(named.group(1));
        String report = Files.readString(file);
        Files.delete(file);
        return report;
    }
}
