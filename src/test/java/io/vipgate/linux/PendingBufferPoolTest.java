package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PendingBufferPoolTest {
    private static final int LARGEST = 64 << 10;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment source = arena.allocate(LARGEST, 8);
    private final PendingBufferPool pool = new PendingBufferPool(LARGEST);

    @AfterEach
    void free() {
        pool.close();
        arena.close();
    }

    private PendingBuffer keep(int bytes) {
        return pool.keep(source.address(), bytes);
    }

    private static byte[] content(PendingBuffer buffer) {
        return MemorySegment.ofAddress(buffer.address()).reinterpret(buffer.length()).toArray(ValueLayout.JAVA_BYTE);
    }

    @ParameterizedTest
    @CsvSource({"0, 4096", "1, 4096", "4096, 4096", "4097, 16384", "16384, 16384", "16385, 65536", "65536, 65536"})
    void aBufferTakesTheSmallestSizeThatFits(int bytes, int capacity) {
        PendingBuffer buffer = keep(bytes);

        assertThat(buffer.length()).isEqualTo(bytes);
        assertThat(buffer.capacity()).isEqualTo(capacity);
        assertThat(pool.inUse()).isEqualTo(capacity);
        pool.release(buffer);
        assertThat(pool.inUse()).isZero();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void bytesComeOutAsTheyWentInHoweverBuffersAreReused(long seed) {
        // given
        RandomGenerator random = new SplittableRandom(seed);
        List<PendingBuffer> pendingBuffers = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            int context = random.nextInt(3);
            if (pendingBuffers.size() < 20 && context == 0) {
                // when new bytes are kept
                byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 6_000 : LARGEST + 1)];
                random.nextBytes(bytes);
                MemorySegment.copy(bytes, 0, source, ValueLayout.JAVA_BYTE, 0, bytes.length);
                pendingBuffers.add(keep(bytes.length));
                expected.add(bytes);
            } else if (!pendingBuffers.isEmpty()) {
                int which = random.nextInt(pendingBuffers.size());
                PendingBuffer buffer = pendingBuffers.get(which);
                // then
                assertThat(content(buffer)).as("seed %d, step %d", seed, step).isEqualTo(expected.get(which));
                if (context == 1) {
                    // when some leave by the front
                    int consumed = random.nextInt(buffer.length() + 1);
                    buffer.consume(consumed);
                    expected.set(which, Arrays.copyOfRange(expected.get(which), consumed, expected.get(which).length));
                } else {
                    pool.release(buffer);
                    pendingBuffers.remove(which);
                    expected.remove(which);
                }
            }
        }
        pendingBuffers.forEach(pool::release);
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void aReleasedBufferIsUsedAgainAndStartsEmpty() {
        // given
        PendingBuffer first = keep(5_000);
        first.consume(1_000);
        pool.release(first);

        // when
        source.set(ValueLayout.JAVA_BYTE, 0, (byte) 42);
        PendingBuffer second = keep(4_500);

        // then
        assertThat(second).isSameAs(first);
        assertThat(second.length()).isEqualTo(4_500);
        assertThat(content(second)[0]).isEqualTo((byte) 42);
        assertThat(pool.inUse()).isEqualTo(16_384);
        pool.release(second);
    }

    @Test
    void readsBecomeSmallWhileSlowReadersHoldMuch() {
        // given
        List<PendingBuffer> held = new ArrayList<>();
        while (pool.inUse() + LARGEST < 16 << 20) {
            held.add(keep(LARGEST));
            assertThat(pool.readLimit()).isEqualTo(LARGEST);
        }

        // when
        held.add(keep(LARGEST));

        // then
        assertThat(pool.readLimit()).isEqualTo(4 << 10);
        pool.release(held.removeLast());
        assertThat(pool.readLimit()).isEqualTo(LARGEST);
        held.forEach(pool::release);
        assertThat(pool.inUse()).isZero();
    }

    @Test
    void theReadLimitIsTheConfiguredOne() {
        assertThat(new PendingBufferPool(20_000).readLimit()).isEqualTo(20_000);
    }

    @Test
    void aBurstIsFreedButForTwoMebibytes() {
        // given
        List<PendingBuffer> burst = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            burst.add(keep(LARGEST));
        }

        // when
        burst.forEach(pool::release);

        // then 32 of the 100 come again, the rest are new
        assertThat(pool.inUse()).isZero();
        List<PendingBuffer> again = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            again.add(keep(LARGEST));
        }
        assertThat(again.stream().filter(burst::contains)).hasSize(32);
        again.forEach(pool::release);
    }

    @Test
    void reuseGoesOnHoweverOftenATailHasBeenGivenBack() {
        PendingBuffer first = keep(LARGEST);
        pool.release(first);

        for (int i = 0; i < 1_000; i++) {
            PendingBuffer again = keep(LARGEST);
            assertThat(again).isSameAs(first);
            pool.release(again);
        }
    }
}
