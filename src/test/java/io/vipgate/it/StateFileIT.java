package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.EndpointState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator has set, over restarts and over reloads. */
@SocketTest
final class StateFileIT {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String KEPT = "vipgate_operator_states_kept";
    private static final String SERVED = "metrics: { bind: \"127.0.0.1:0\" }";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private TestGateway.Builder with(NamingEndpoint one, NamingEndpoint two) {
        return TestGateway.with().endpoint("one", one).endpoint("two", two)
                .more("stateFile: " + directory.resolve("state")).more(SERVED);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"# vipgate operator states, version 2\nnginx/one state=maint\n", "not a state file\n"})
    void aFileThatCanNotBeReadIsNotWrittenOverAndThatIsTold(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("state"), text);
        try (NamingEndpoint one = new NamingEndpoint('1'); NamingEndpoint two = new NamingEndpoint('2')) {
            try (TestGateway gateway = with(one, two).start()) {
                assertThat(gateway.server().operator().toAdmin("nginx", "two", AdminState.DRAIN))
                        .map(EndpointState::admin).contains(AdminState.DRAIN);
                gateway.apply(with(one, two));

                assertThat(gateway.server().operations().status().stateFileProblem())
                        .startsWith(file + " can't be read: ");
                assertThat(Scrape.of(gateway).sum(KEPT)).isZero();

                Files.writeString(file, "nginx/one state=maint\n");
                gateway.apply(with(one, two));

                assertThat(gateway.state("one").admin()).as("mended, it holds").isEqualTo(AdminState.MAINT);
                assertThat(gateway.state("two").admin()).isEqualTo(AdminState.DRAIN);
                assertThat(gateway.server().operations().status().stateFileProblem()).isNull();
                assertThat(Scrape.of(gateway).sum(KEPT)).isEqualTo(1);
                Await.until("it is kept", BOUND, () -> read(file).contains("nginx/two state=drain"));
                Files.writeString(file, text);
            }
            try (TestGateway _ = with(one, two).start()) {
                // Its end waits for what is to be written.
            }
            assertThat(file).hasContent(text);
        }
    }

    @Test
    void whatAReloadRemovesHasItsStateAgainWhenItComesBack() throws Exception {
        Path file = Files.writeString(directory.resolve("state"),
                "nginx/one state=maint\nother/x state=drain\nfuture thing\n");
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = with(one, two).start()) {
            gateway.apply(TestGateway.with().endpoint("two", two).more("stateFile: " + file).more(SERVED));
            assertThat(gateway.server().operator().toWeight("nginx", "two", 5)).isPresent();
            Await.until("it is written", BOUND, () -> read(file).contains("nginx/two state=ready weight=5"));
            assertThat(Files.readAllLines(file)).contains("nginx/one state=maint", "other/x state=drain",
                    "future thing");

            gateway.apply(with(one, two).and("b", "127.0.0.1:0", "other")
                    .pools("  other: { probe: { type: none }, endpoints: { x: \"" + one.address() + "\" } }\n"));

            assertThat(gateway.state("one").admin()).isEqualTo(AdminState.MAINT);
            assertThat(gateway.gateway().pool("other").snapshot().members().getFirst().state().admin())
                    .isEqualTo(AdminState.DRAIN);
        }
    }
}
