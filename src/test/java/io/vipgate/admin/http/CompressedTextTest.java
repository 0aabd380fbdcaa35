package io.vipgate.admin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class CompressedTextTest {
    private static final byte[] LINE = "vipgate_endpoint_up{pool=\"nginx\"} 1.0\n".getBytes(StandardCharsets.UTF_8);

    private final HeapShare share = new HeapShare(8 << 20, _ -> true);

    private static byte[] read(Response.Body body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (body) {
            body.writeTo(out);
            assertThat(body.length()).isEqualTo(out.size());
        }
        return out.toByteArray();
    }

    @Test
    void isTheSamePlainAndCompressedAndItsLengthsAreRight() throws Exception {
        CompressedText text = CompressedText.of(share, out -> {
            for (int i = 0; i < 10_000; i++) {
                out.write(LINE);
            }
            // As writers do when they are done.
            out.close();
            out.write('#');
        });
        byte[] plain = read(text.plain());
        byte[] gzipped = read(text.gzipped());

        assertThat(plain).hasSize(10_000 * LINE.length + 1);
        assertThat(gzipped.length).isLessThan(plain.length / 10);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzipped))) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
        assertThat(new String(read(text.plain("data: ", "\n\n")), StandardCharsets.UTF_8)).startsWith("data: vipgate")
                .endsWith("#\n\n");
    }

    @Test
    void mayBeEmpty() throws Exception {
        assertThat(read(CompressedText.of(share, _ -> {}).plain())).isEmpty();
    }

    /** A quarter of a mebibyte that does not shrink. */
    private CompressedText large() throws IOException, NoRoomException {
        byte[] noise = new byte[256 << 10];
        new Random(7).nextBytes(noise);
        return CompressedText.of(share, out -> out.write(noise));
    }

    @Test
    void theShareOfTheHeapIsGivenBackWhenTheLastReaderIsDone() throws Exception {
        CompressedText first = large();
        Response.Body slow = first.plain();
        first.release();
        CompressedText second = large();
        CompressedText third = large();
        assertThatThrownBy(this::large).isInstanceOf(NoRoomException.class);

        slow.close();
        slow.close();
        CompressedText fourth = large();
        assertThatThrownBy(this::large).isInstanceOf(NoRoomException.class);

        second.share().release();
        second.release();
        third.release();
        fourth.release();
        for (int i = 0; i < 3; i++) {
            assertThat(read(large().gzipped())).isNotEmpty();
        }
    }
}
