package io.vipgate.admin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapShareTest {
    private final AtomicLong free = new AtomicLong();
    private final HeapShare share = new HeapShare(64 << 20, bytes -> bytes <= free.get());

    @Test
    void anAnswerIsMadeWhereTheHeapHasRoomForItAndSomeToSpare() throws Exception {
        free.set((5 << 20) - 1);
        assertThatThrownBy(() -> share.begin(4 << 20)).isInstanceOf(NoRoomException.class);

        free.set(5 << 20);
        share.begin(4 << 20).close();
        share.begin(share.part(16)).close();
    }

    @Test
    void whatDoesNotFitIsKnownBeforeItIsThereAndGivesAllBack() throws Exception {
        free.set(64 << 20);
        byte[] noise = new byte[9 << 20];
        new Random(3).nextBytes(noise);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> CompressedText.of(share, out -> out.write(noise)))
                    .isInstanceOf(NoRoomException.class);
        }
        CompressedText fits = CompressedText.of(share, out -> out.write(noise, 0, 7 << 20));
        assertThat(fits.gzipped().length()).isGreaterThan(7 << 20);
    }
}
