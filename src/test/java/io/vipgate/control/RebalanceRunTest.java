package io.vipgate.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.pool.Endpoint;
import io.vipgate.rebalance.CloseProgress;
import io.vipgate.rebalance.RelayShares;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether closing relays has helped. */
class RebalanceRunTest {
    private static final long MINUTE = CloseProgress.WINDOW_NANOS;

    private final RebalanceRun run = new RebalanceRun(false, 0);
    private final Endpoint one = endpoint("one");
    private final Endpoint two = endpoint("two");
    private final Endpoint three = endpoint("three");

    private static Endpoint endpoint(String name) {
        return new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), 0);
    }

    private static RelayShares.Part part(Endpoint endpoint, int relays) {
        return new RelayShares.Part(endpoint, relays, 40, true, false, 1);
    }

    private static RelayShares shares(RelayShares.Part... parts) {
        return new RelayShares(List.of(parts));
    }

    private void close(RelayShares shares, int count, long now) {
        run.onClosing(shares, -1, 80, 80, now);
        run.onClosed(count);
    }

    @Test
    void closesThatBringNothingForAMinuteAreVain() {
        RelayShares shares = shares(part(one, 120), part(two, 0), part(three, 0));
        close(shares, 80, 0);

        assertThat(run.vain(shares, -1, MINUTE - 1)).isEmpty();
        assertThat(run.vain(shares, -1, MINUTE)).isPresent();
    }

    @Test
    void clientsThatAreGoneWithAnEndpointDoNotMakeItVain() {
        close(shares(part(one, 120), part(two, 0), part(three, 0)), 80, 0);
        RelayShares left = shares(part(one, 60), part(three, 10));

        assertThat(run.vain(left, -1, 2 * MINUTE)).as("two went down with those that it had got").isEmpty();
        close(left, 60, 2 * MINUTE);
        assertThat(run.vain(left, -1, 3 * MINUTE)).as("judged anew").isPresent();
    }

    @Test
    void whatWasClosedBeforeItHadToWaitIsNotJudged() {
        RelayShares shares = shares(part(one, 120), part(two, 0), part(three, 0));
        close(shares, 80, 0);
        run.onInterrupted();

        assertThat(run.vain(shares, -1, 2 * MINUTE)).isEmpty();
        assertThat(run.closed()).isEqualTo(80);
    }
}
