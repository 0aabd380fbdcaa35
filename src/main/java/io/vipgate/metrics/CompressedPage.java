package io.vipgate.metrics;

import io.vipgate.admin.MetricsSource;
import io.vipgate.admin.http.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A page in memory, compressed: that of a thousand endpoints takes 6 MB otherwise, which the heap of a gateway has no room
 * for while slow scrapers read.
 *
 * <p>Immutable.
 */
final class CompressedPage implements MetricsSource.Page {
    private static final int BUFFER_BYTES = 8 << 10;

    private final String contentType;
    private final byte[] gzip;
    private final long plainBytes;

    private CompressedPage(String contentType, byte[] gzip, long plainBytes) {
        this.contentType = contentType;
        this.gzip = gzip;
        this.plainBytes = plainBytes;
    }

    /** Writes a page's text. */
    interface Text {
        void writeTo(OutputStream out) throws IOException;
    }

    static CompressedPage of(String contentType, Text text) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(BUFFER_BYTES);
        try (Gzip gzip = new Gzip(compressed); Uncloseable out = new Uncloseable(gzip)) {
            text.writeTo(out);
            gzip.finish();
            return new CompressedPage(contentType, compressed.toByteArray(), gzip.written());
        }
    }

    @Override
    public String contentType() {
        return contentType;
    }

    @Override
    public Response.Body plain() {
        return new Plain();
    }

    @Override
    public Response.Body gzipped() {
        return Response.bytes(gzip);
    }

    /** Counts what it is given. Confined to the thread that writes. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }

        long written() {
            return def.getBytesRead();
        }
    }

    /** A writer of the text may close it before another goes on. Confined to the thread that writes. */
    private static final class Uncloseable extends FilterOutputStream {
        Uncloseable(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() {}
    }

    /** Expanded while it is written. Immutable. */
    private final class Plain implements Response.Body {
        @Override
        public long length() {
            return plainBytes;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip), BUFFER_BYTES)) {
                long _ = in.transferTo(out);
            }
        }
    }
}
