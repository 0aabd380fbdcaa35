package io.vipgate.admin.http;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Puts a body together.
 *
 * <p>Confined to the loop but for {@link #await}.
 */
final class BodyCollector {
    private final int most;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean isWhole;

    BodyCollector(int most) {
        this.most = most;
    }

    /** Waits for all of it, on a thread that may wait. */
    byte[] await() throws IOException {
        try {
            return whole.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("shutting down", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BadBodyException bad ? bad : new IOException(e.getCause());
        }
    }

    /** Returns whether that is all, or more can't be taken. */
    boolean add(HttpContent piece) {
        if (piece.decoderResult().isFailure()) {
            fail(400, "body (expected: chunks as in RFC 9112)");
            return true;
        }
        int length = piece.content().readableBytes();
        if (failsBy((long) bytes.size() + length)) {
            return true;
        }
        byte[] read = new byte[length];
        piece.content().readBytes(read);
        bytes.writeBytes(read);
        if (piece instanceof LastHttpContent) {
            isWhole = true;
            whole.complete(bytes.toByteArray());
        }
        return isWhole;
    }

    boolean isWhole() {
        return isWhole;
    }

    /** Fails if it has so many bytes; returns whether it does. */
    boolean failsBy(long length) {
        if (length > most) {
            fail(413, "body (expected: at most " + (most >> 10) + " KiB)");
        }
        return length > most;
    }

    void fail(int status, String message) {
        whole.completeExceptionally(new BadBodyException(status, message));
    }

    void fail(IOException cause) {
        whole.completeExceptionally(cause);
    }
}
