package io.vipgate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class CompressedPageTest {
    private static final byte[] LINE = "vipgate_endpoint_up{pool=\"nginx\"} 1.0\n".getBytes(StandardCharsets.UTF_8);

    @Test
    void isTheSamePlainAndCompressedAndItsLengthsAreRight() throws IOException {
        CompressedPage page = CompressedPage.of("text/plain", out -> {
            for (int i = 0; i < 10_000; i++) {
                out.write(LINE);
            }
            // As writers do when they are done.
            out.close();
            out.write('#');
        });
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        ByteArrayOutputStream gzipped = new ByteArrayOutputStream();

        page.plain().writeTo(plain);
        page.gzipped().writeTo(gzipped);

        assertThat(page.contentType()).isEqualTo("text/plain");
        assertThat(plain.size()).isEqualTo(10_000 * LINE.length + 1);
        assertThat(page.plain().length()).isEqualTo(plain.size());
        assertThat(page.gzipped().length()).isEqualTo(gzipped.size()).isLessThan(plain.size() / 10);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzipped.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.toByteArray());
        }
    }

    @Test
    void mayBeEmpty() throws IOException {
        CompressedPage page = CompressedPage.of("text/plain", _ -> {});
        ByteArrayOutputStream plain = new ByteArrayOutputStream();

        page.plain().writeTo(plain);

        assertThat(plain.size()).isZero();
        assertThat(page.plain().length()).isZero();
    }
}
