package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndpointTest {
    private static final int THREADS = 4;

    private static Endpoint endpoint(int maxConnections) {
        return new Endpoint("vip1", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), maxConnections);
    }

    /** Runs one action in several threads that start together, and returns when all are done. */
    private static void together(Runnable action) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(THREADS);
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    start.countDown();
                    start.await();
                    action.run();
                } catch (Throwable t) {
                    synchronized (failures) {
                        failures.add(t);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void connectionsAreCountedAsTheyOpenAndClose() {
        Endpoint endpoint = endpoint(0);

        assertThat(endpoint.tryOpen()).isTrue();
        assertThat(endpoint.tryOpen()).isTrue();
        endpoint.close();

        assertThat(endpoint.connections()).isEqualTo(1);
        assertThat(endpoint.isFull()).isFalse();
    }

    @Test
    void nothingOpensAtTheMaximumUntilOneCloses() {
        // given
        Endpoint endpoint = endpoint(2);
        assertThat(endpoint.tryOpen()).isTrue();
        assertThat(endpoint.isFull()).isFalse();
        assertThat(endpoint.tryOpen()).isTrue();

        // when
        boolean third = endpoint.tryOpen();

        // then
        assertThat(third).isFalse();
        assertThat(endpoint.isFull()).isTrue();
        assertThat(endpoint.connections()).isEqualTo(2);
        endpoint.close();
        assertThat(endpoint.isFull()).isFalse();
        assertThat(endpoint.tryOpen()).isTrue();
    }

    @Test
    void addressesOfOneNameShareItsMaximum() {
        ConnectionLimit limit = new ConnectionLimit(2);
        Endpoint first = Endpoint.ofHost("web", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80),
                "192.0.2.1", limit);
        Endpoint second = Endpoint.ofHost("web", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 80),
                "192.0.2.2", limit);

        assertThat(first.tryOpen()).isTrue();
        assertThat(second.tryOpen()).isTrue();
        assertThat(first.tryOpen()).isFalse();
        assertThat(first.isFull()).isTrue();
        assertThat(first.connections()).isEqualTo(1);
        second.close();
        assertThat(first.tryOpen()).isTrue();
        assertThat(first.label()).isEqualTo("web[192.0.2.1]");
        assertThat(first.name()).isEqualTo("web");
    }

    @Test
    void closingMoreThanWasOpenedIsNoticed() {
        Endpoint endpoint = endpoint(0);

        assertThatThrownBy(endpoint::close).isInstanceOf(AssertionError.class).hasMessageContaining("vip1");
    }

    @Test
    void exactlyTheMaximumOpensWhenManyThreadsTry() throws InterruptedException {
        Endpoint endpoint = endpoint(1_000);
        AtomicInteger opened = new AtomicInteger();

        together(() -> {
            for (int i = 0; i < 1_000; i++) {
                if (endpoint.tryOpen()) {
                    opened.incrementAndGet();
                }
            }
        });

        assertThat(opened).hasValue(1_000);
        assertThat(endpoint.connections()).isEqualTo(1_000);
    }

    @Test
    void theMaximumIsNeverExceededWhileThreadsOpenAndClose() throws InterruptedException {
        // given
        Endpoint endpoint = endpoint(2);
        AtomicInteger holders = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        // when
        together(() -> {
            for (int i = 0; i < 50_000; i++) {
                if (endpoint.tryOpen()) {
                    most.accumulateAndGet(holders.incrementAndGet(), Math::max);
                    holders.decrementAndGet();
                    endpoint.close();
                }
            }
        });

        // then
        assertThat(most.get()).isBetween(1, 2);
        assertThat(endpoint.connections()).isZero();
    }

    @Test
    void noCountIsLostWithoutAMaximum() throws InterruptedException {
        Endpoint endpoint = endpoint(0);

        together(() -> {
            for (int i = 0; i < 50_000; i++) {
                assertThat(endpoint.tryOpen()).isTrue();
                if (i % 2 == 0) {
                    endpoint.close();
                }
            }
        });

        assertThat(endpoint.connections()).isEqualTo(THREADS * 25_000);
    }

    @Test
    void itsTextNamesItAndItsAddress() {
        assertThat(endpoint(0)).hasToString("vip1 (192.0.2.1:80)");
    }
}
