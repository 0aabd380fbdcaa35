package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteSearchTest {
    @Test
    void findsWhatAStringSearchFinds() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = word(random, 24);
            String wanted = word(random, 6);

            assertThat(search(wanted, text)).as("seed %d: %s in %s", seed, wanted, text).isEqualTo(
                    text.contains(wanted) ? ByteSearch.Outcome.FOUND : ByteSearch.Outcome.ENDED);
        }
    }

    @Test
    void bytesAbove127AreFound() throws IOException {
        assertThat(search("größer", "viel größer")).isEqualTo(ByteSearch.Outcome.FOUND);
    }

    @Test
    void readsNoMoreThanItsBound() throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(new byte[ByteSearch.MAX_BYTES + 10]);

        assertThat(new ByteSearch(new byte[]{1}).begin().in(in::read)).isEqualTo(ByteSearch.Outcome.BOUND_REACHED);
        assertThat(in.available()).isEqualTo(10);
    }

    private static ByteSearch.Outcome search(String wanted, String text) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return new ByteSearch(wanted.getBytes(StandardCharsets.UTF_8)).begin().in(in::read);
    }

    private static String word(Random random, int bound) {
        StringBuilder word = new StringBuilder();
        for (int length = random.nextInt(bound); length > 0; length--) {
            word.append((char) ('a' + random.nextInt(2)));
        }
        return word.toString();
    }
}
