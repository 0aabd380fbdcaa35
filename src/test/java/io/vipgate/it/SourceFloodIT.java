package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Clients;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.Tasks;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.relay.RefuseReason;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Three times as many sources as the table of rates has room for, over sockets. All of a million are in {@code
 * benchmarks/sources} and, without sockets, in {@code SourceLimitsThreadsTest}.
 */
@SocketTest
final class SourceFloodIT {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final int STRANGERS = 3_000;
    private static final int TABLE = 1_000;
    private static final int PER_SECOND = 2;
    private static final int BURST = 4;
    /** No stranger has it. */
    private static final int ABUSER = STRANGERS + 1;

    @Test
    void strangersAreServedAndTheOneOverItsLimitStaysLimited() throws Exception {
        AtomicInteger number = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        AtomicInteger admitted = new AtomicInteger();
        AtomicInteger tries = new AtomicInteger();
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", echo)
                        .listener("perSource: { maxConnections: 10, newPerSecond: %d, burst: %d, maxEntries: %d }"
                                .formatted(PER_SECOND, BURST, TABLE))
                        .start()) {
            long begin = System.nanoTime();
            Tasks.repeat(STRANGERS, 4, () -> {
                int stranger = number.incrementAndGet();
                served.addAndGet(isServed(gateway, stranger) ? 1 : 0);
                if (stranger % 10 == 0) {
                    tries.incrementAndGet();
                    admitted.addAndGet(isServed(gateway, ABUSER) ? 1 : 0);
                }
            });
            double seconds = (System.nanoTime() - begin) / 1e9;
            gateway.awaitIdle(BOUND);

            assertThat(served).hasValue(STRANGERS);
            assertThat((double) admitted.get()).isBetween(1.0, BURST + PER_SECOND * seconds + 1);
            assertThat(gateway.listenerSum(listener -> listener.refused(RefuseReason.SOURCE_RATE)))
                    .isEqualTo(tries.get() - admitted.get());
            assertThat(gateway.server().operations().sources(Optional.of("web"), STRANGERS).sources()).singleElement()
                    .satisfies(source -> assertThat(source.open()).isZero())
                    .satisfies(source -> assertThat(source.refused()).isEqualTo(tries.get() - admitted.get()))
                    .satisfies(source -> assertThat(source.source())
                            .isEqualTo(Clients.address(ABUSER).getHostAddress()));
        }
    }

    private static boolean isServed(TestGateway gateway, int client) {
        try (Peer peer = Clients.connect(gateway, client)) {
            peer.exchange();
            peer.reset();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
