package io.vipgate.admin.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A long text in memory, compressed, for any number of readers: the status of 3,000 endpoints takes 2 MB otherwise, their
 * metrics 18, which the heap of a gateway has no room for while slow readers read. Counted in the share of the heap
 * that answers may take, until the last one is done.
 *
 * <p>Thread-safe.
 */
public final class CompressedText {
    private static final int BUFFER_BYTES = 8 << 10;

    private final GzipPieces gzip;
    private final long plainBytes;
    /** Readers, and who made it. */
    private final AtomicInteger holders = new AtomicInteger(1);

    private CompressedText(GzipPieces gzip, long plainBytes) {
        this.gzip = gzip;
        this.plainBytes = plainBytes;
    }

    /** Writes the text. */
    @FunctionalInterface
    public interface Text {
        /** Writes all of it. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Makes one, to be released when no further readers may come.
     *
     * @throws NoRoomException if it would take more than readers leave of the share
     */
    public static CompressedText of(HeapShare share, Text text) throws IOException, NoRoomException {
        GzipPieces compressed = new GzipPieces(share);
        try (Gzip gzip = new Gzip(compressed); Uncloseable out = new Uncloseable(gzip)) {
            text.writeTo(out);
            gzip.finish();
            compressed.trim();
            return new CompressedText(compressed, gzip.written());
        } catch (IOException | RuntimeException | Error e) {
            compressed.release();
            throw e;
        }
    }

    /** For somebody else, who releases it too. */
    public CompressedText share() {
        holders.incrementAndGet();
        return this;
    }

    /** Lets it go; readers that are there keep it. */
    public void release() {
        if (holders.decrementAndGet() == 0) {
            gzip.release();
        }
    }

    /** For one reader, who closes it. */
    public Response.Body plain() {
        return new Plain("", "");
    }

    /** The same between other texts. */
    public Response.Body plain(String before, String after) {
        return new Plain(before, after);
    }

    /** For one reader, who closes it, with {@code Content-Encoding: gzip}. */
    public Response.Body gzipped() {
        return new Gzipped();
    }

    /** One reader's. Confined to its thread. */
    private abstract class Reading implements Response.Body {
        private boolean isClosed;

        Reading() {
            holders.incrementAndGet();
        }

        @Override
        public void close() {
            if (!isClosed) {
                isClosed = true;
                release();
            }
        }
    }

    /** Expanded while it is written. Confined to its thread. */
    private final class Plain extends Reading {
        private final byte[] before;
        private final byte[] after;

        Plain(String before, String after) {
            this.before = before.getBytes(StandardCharsets.UTF_8);
            this.after = after.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public long length() {
            return before.length + plainBytes + after.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(before);
            try (GZIPInputStream in = new GZIPInputStream(gzip.open(), BUFFER_BYTES)) {
                long _ = in.transferTo(out);
            }
            out.write(after);
        }
    }

    /** As it is. Confined to its thread. */
    private final class Gzipped extends Reading {
        @Override
        public long length() {
            return gzip.length();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            gzip.writeTo(out);
        }
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
}
