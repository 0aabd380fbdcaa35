package io.vipgate.admin.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends an answer piece by piece, each when its reader has taken the one before: what waits for a slow reader is one piece,
 * whatever the length of the answer.
 *
 * <p>Stateless.
 */
final class ResponseSender {
    private static final int PIECE_BYTES = 16 << 10;
    /** As RFC 9110 section 5.6.7 wants it. */
    private static final DateTimeFormatter DATE = DateTimeFormatter
            .ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private ResponseSender() {}

    /**
     * Sends; returns when the kernel has all of it.
     *
     * @throws IOException if the reader is too slow or gone
     */
    static void send(PieceSender sender, Exchange exchange, Response answer, BooleanSupplier isKept)
            throws IOException {
        try (Response.Body body = answer.body()) {
            boolean isHead = exchange.isHead();
            HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(answer.status()));
            fill(head, answer, body.length(), isKept.getAsBoolean());
            if (body.length() == 0 && !isHead && exchange.head().protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                HttpUtil.setTransferEncodingChunked(head, true);
            }
            try (Pieces out = new Pieces(sender, head)) {
                if (!isHead) {
                    body.writeTo(out);
                }
            }
        }
    }

    /** The headers; without a length when that is 0, for what ends when it ends. */
    private static void fill(HttpResponse head, Response answer, long length, boolean isKept) {
        head.headers().set(HttpHeaderNames.DATE, DATE.format(Instant.now()))
                .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType()).set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff");
        answer.headers().forEach(head.headers()::set);
        if (length > 0) {
            HttpUtil.setContentLength(head, length);
        }
        if (!isKept) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    /** An answer whose body is small and there already, as one message. */
    static FullHttpResponse whole(Response answer, boolean isHead, boolean isKept) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Response.Body body = answer.body()) {
            body.writeTo(bytes);
        } catch (IOException e) {
            // Into memory: that can't be.
            throw new UncheckedIOException(e);
        }
        FullHttpResponse whole = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(answer.status()),
                isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes.toByteArray()));
        fill(whole, answer, bytes.size(), isKept);
        return whole;
    }

    /** The head goes with the first piece. Confined to its thread. */
    private static final class Pieces extends OutputStream {
        private final PieceSender sender;
        private @Nullable HttpResponse head;
        private byte @Nullable [] buffer;
        private int filled;

        Pieces(PieceSender sender, HttpResponse head) {
            this.sender = sender;
            this.head = head;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[]{(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length >= PIECE_BYTES) {
                flush();
                for (int sent = 0; sent < length; sent += PIECE_BYTES) {
                    send(bytes, offset + sent, Math.min(PIECE_BYTES, length - sent));
                }
                return;
            }
            byte[] present = buffer;
            if (present == null) {
                present = new byte[PIECE_BYTES];
                buffer = present;
            }
            int first = Math.min(length, PIECE_BYTES - filled);
            System.arraycopy(bytes, offset, present, filled, first);
            filled += first;
            if (filled == PIECE_BYTES) {
                flush();
                System.arraycopy(bytes, offset + first, present, 0, length - first);
                filled = length - first;
            }
        }

        @Override
        public void flush() throws IOException {
            byte[] present = buffer;
            if (present != null && filled > 0) {
                int length = filled;
                filled = 0;
                send(present, 0, length);
            }
        }

        private void send(byte[] bytes, int offset, int length) throws IOException {
            sendHead();
            sender.send(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes, offset, length)));
        }

        private void sendHead() {
            HttpResponse first = head;
            if (first != null) {
                head = null;
                sender.sendWithNext(first);
            }
        }

        @Override
        public void close() throws IOException {
            flush();
            sendHead();
            sender.send(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }
}
