package io.vipgate.admin;

import io.vipgate.admin.http.CompressedText;
import io.vipgate.admin.http.HeapShare;
import io.vipgate.admin.http.NoRoomException;
import io.vipgate.admin.http.Response;
import io.vipgate.json.RecordWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answers that may be long: one at a time, and compressed for as long as readers take. The status is shared by all
 * who ask within 200 ms, and made anew after a change that was asked for here.
 *
 * <p>Thread-safe.
 */
final class Renderings {
    private static final long SHARED_NANOS = 200_000_000;
    private static final int BUFFER_CHARACTERS = 4 << 10;

    private final Operations operations;
    private final HeapShare share;
    private @Nullable CompressedText status;
    private long statusAt;

    Renderings(Operations operations, HeapShare share) {
        this.operations = operations;
        this.share = share;
    }

    /** Gives what is to be told. */
    interface Source {
        /**
         * Gives it.
         *
         * @throws RequestException if it can't be answered as asked
         */
        Record get() throws RequestException;
    }

    /** The answer that tells what a source gives. */
    synchronized Response of(Source source) throws RequestException {
        CompressedText text = render(source);
        try {
            return answer(text);
        } finally {
            text.release();
        }
    }

    Response status() throws RequestException {
        return new Response(200, Response.JSON, status("", "\n"), Map.of());
    }

    /** The status, on one line, between other texts. */
    synchronized Response.Body status(String before, String after) throws RequestException {
        CompressedText present = status;
        if (present == null || System.nanoTime() - statusAt > SHARED_NANOS) {
            forgetStatus();
            present = render(operations::status);
            status = present;
            statusAt = System.nanoTime();
        }
        return present.plain(before, after);
    }

    /** Something was changed. */
    synchronized void forgetStatus() {
        CompressedText old = status;
        status = null;
        if (old != null) {
            old.release();
        }
    }

    private static Response answer(CompressedText text) {
        return new Response(200, Response.JSON, text.plain("", "\n"), Map.of());
    }

    private CompressedText render(Source source) throws RequestException {
        try (HeapShare.Making _ = share.begin(2)) {
            Record told = source.get();
            return CompressedText.of(share, out -> {
                Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8),
                        BUFFER_CHARACTERS);
                RecordWriter.write(told, text);
                text.flush();
            });
        } catch (NoRoomException e) {
            throw RequestException.busy(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RequestException.stopping();
        } catch (IOException e) {
            // Into memory: that can't be.
            throw new UncheckedIOException(e);
        }
    }
}
