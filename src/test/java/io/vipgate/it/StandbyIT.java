package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that its operator wants to stand by. */
@SocketTest
final class StandbyIT {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private TestGateway start(EchoEndpoint echo) throws Exception {
        return TestGateway.with().endpoint("one", echo).more("stateFile: " + directory.resolve("state"))
                .more("metrics: { bind: \"127.0.0.1:0\" }").start();
    }

    private boolean isKept() {
        try {
            Path file = directory.resolve("state");
            return Files.exists(file) && Files.readString(file).contains("standby since=");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void standbyServesSaysSoAndOutlivesARestart() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            try (TestGateway gateway = start(echo)) {
                assertThat(gateway.server().operations().reasonsAgainstClients()).isEmpty();
                assertThat(gateway.server().operations().toStandby(true).standby()).isTrue();
                assertThat(gateway.server().operations().reasonsAgainstClients()).singleElement().asString()
                        .startsWith("standby since ");
                assertThat(gateway.server().operations().status().ready()).isFalse();
                assertThat(Scrape.of(gateway).sum("vipgate_standby")).isEqualTo(1);
                try (Peer client = gateway.connect()) {
                    client.exchange();
                }
                Await.until("it is in the file", BOUND, this::isKept);
            }
            try (TestGateway gateway = start(echo)) {
                assertThat(gateway.server().operations().status().standbySince()).isNotNull();
                assertThat(gateway.server().operations().toStandby(false).since()).isNull();
                assertThat(gateway.server().operations().reasonsAgainstClients()).isEmpty();
                assertThat(Scrape.of(gateway).sum("vipgate_standby")).isZero();
                Await.until("it is not in the file", BOUND, () -> !isKept());
            }
            try (TestGateway gateway = start(echo)) {
                assertThat(gateway.server().operations().status().standbySince()).isNull();
            }
        }
    }

    @Test
    void anotherStateFileThatSaysNothingOfItDoesNotEndIt() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            Files.writeString(directory.resolve("state"), "standby since=2026-11-27T20:15:00Z\n");
            Files.writeString(directory.resolve("other"), "nginx/one state=drain\n");
            try (TestGateway gateway = start(echo)) {
                gateway.apply(TestGateway.with().endpoint("one", echo)
                        .more("stateFile: " + directory.resolve("other")));
                assertThat(gateway.server().operations().reasonsAgainstClients())
                        .containsExactly("standby since 2026-11-27T20:15:00Z");
            }
            assertThat(directory.resolve("other")).content().contains("standby since=2026-11-27T20:15:00Z");
        }
    }

    @Test
    void whereItCannotBeKeptItHoldsAndThatIsTold() throws Exception {
        Files.createDirectory(directory.resolve("state"));
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = start(echo)) {
            assertThat(gateway.server().operations().toStandby(true).standby()).isTrue();
            assertThat(gateway.server().operations().status().ready()).isFalse();
            assertThat(gateway.server().operations().status().stateFileProblem()).contains("not a regular file");
        }
    }
}
