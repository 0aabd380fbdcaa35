package io.vipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Throws damaged files at the loader. The seed is printed with a failure; set it here to repeat one. */
class ConfigFuzzTest {
    private static final int MUTATIONS = 3000;
    private static final String[] PIECES = {"\n", ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "!!str ", "\"", "'", "#",
        "${", "}", "<<: ",
        "---\n", "\t", "\\", "|\n", ">\n", "? ", "%YAML 1.1\n", "\u0000", "\uFEFF", "null", "99999999999999999999",
        "-1", "0x7f",
        "  ", "        ", "\r", "\u2028", "~", "@", "`", "pools:\n", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};

    @Test
    void anyFileIsLoadedOrRejected() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] full = Files.readAllBytes(SamplesTest.BASE.resolve("config/gateway-full.yaml"));
        byte[] small = Files.readAllBytes(SamplesTest.BASE.resolve("config/gateway.yaml"));
        long start = System.nanoTime();
        for (int i = 0; i < MUTATIONS && System.nanoTime() - start < Duration.ofSeconds(20).toNanos(); i++) {
            byte[] content = i % 2 == 0 ? full : small;
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                content = mutate(content, random);
            }
            check(content, seed);
        }
    }

    private static void check(byte[] content, long seed) {
        LoadResult result;
        try {
            result = ConfigLoader.parse("fuzz.yaml", content, Map.of(), () -> Loads.LOCAL);
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + ", content:\n" + new String(content, StandardCharsets.UTF_8), e);
        }
        switch (result) {
            case Loaded loaded -> {
                String printed = EffectiveConfig.print(loaded.config());
                assertThat(Loads.load(printed)).as("seed %d, printed:%n%s", seed, printed)
                        .isInstanceOfSatisfying(Loaded.class,
                                again -> assertThat(again.config()).isEqualTo(loaded.config()));
            }
            case Rejected rejected ->
                assertThat(rejected.problems()).as("seed %d", seed).isNotEmpty().allSatisfy(problem -> {
                    assertThat(problem.line()).isBetween(1, lines(content));
                    assertThat(problem.toString()).doesNotContain("\n");
                });
        }
    }

    private static int lines(byte[] content) {
        return (int) new String(content, StandardCharsets.UTF_8).chars().filter(c -> c == '\n' || c == '\r').count()
                + 2;
    }

    private static byte[] mutate(byte[] content, Random random) {
        int at = random.nextInt(content.length + 1);
        int length = Math.min(content.length - at, random.nextInt(1, 40));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(content, 0, at);
        switch (random.nextInt(5)) {
            case 0 -> out.write(content, at + length, content.length - at - length);
            case 1 -> {
                out.writeBytes(PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8));
                out.write(content, at, content.length - at);
            }
            case 2 -> {
                out.write(random.nextInt(256));
                out.write(content, Math.min(content.length, at + 1), content.length - Math.min(content.length, at + 1));
            }
            case 3 -> {
                int from = random.nextInt(content.length + 1);
                out.write(content, from, Math.min(content.length - from, length));
                out.write(content, at, content.length - at);
            }
            default -> {
                out.writeBytes(PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8));
                out.write(content, at + length, content.length - at - length);
            }
        }
        return out.toByteArray();
    }
}
