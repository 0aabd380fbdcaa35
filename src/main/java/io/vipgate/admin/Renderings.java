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
import java.util.Optional;
import java.util.concurrent.Semaphore;
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
    /** Of the heap, for what is told while it is made: a sixteenth. */
    private static final int ANSWER_PART = 16;

    private final Operations operations;
    private final HeapShare share;
    private final Semaphore strangers = new Semaphore(1, true);
    private final Semaphore statusTurn = new Semaphore(1, true);
    private @Nullable CompressedText status;
    private long statusAt;
    private long changes;

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

    /** The answer that tells what a source gives. One stranger's is made at a time, so that the operator waits for no more. */
    Response of(Request call, Source source) throws RequestException {
        boolean isStranger = !call.isTrusted();
        try {
            if (isStranger) {
                strangers.acquire();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            CompressedText text = render(source);
            try {
                return answer(text);
            } finally {
                text.release();
            }
        } finally {
            if (isStranger) {
                strangers.release();
            }
        }
    }

    Response status() throws RequestException {
        return new Response(200, Response.JSON, status("", "\n"), Map.of());
    }

    /** The status, on one line, between other texts. */
    Response.Body status(String before, String after) throws RequestException {
        try {
            statusTurn.acquire();
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            Optional<Response.Body> shared = shared(before, after);
            return shared.isPresent() ? shared.get() : makeStatus(before, after);
        } finally {
            statusTurn.release();
        }
    }

    private synchronized Optional<Response.Body> shared(String before, String after) {
        CompressedText present = status;
        return present == null || System.nanoTime() - statusAt > SHARED_NANOS
                ? Optional.empty()
                : Optional.of(present.plain(before, after));
    }

    private Response.Body makeStatus(String before, String after) throws RequestException {
        long seen = forgetStatus();
        CompressedText made = render(operations::status);
        synchronized (this) {
            Response.Body body = made.plain(before, after);
            if (changes == seen) {
                status = made;
                statusAt = System.nanoTime();
            } else {
                made.release();
            }
            return body;
        }
    }

    /** Something was changed: the status is made anew. Waits for nothing. */
    synchronized long forgetStatus() {
        CompressedText old = status;
        status = null;
        if (old != null) {
            old.release();
        }
        return ++changes;
    }

    private static RequestException interrupted() {
        Thread.currentThread().interrupt();
        return RequestException.stopping();
    }

    private static Response answer(CompressedText text) {
        return new Response(200, Response.JSON, text.plain("", "\n"), Map.of());
    }

    private CompressedText render(Source source) throws RequestException {
        try (HeapShare.Making _ = share.begin(share.part(ANSWER_PART))) {
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
            throw interrupted();
        } catch (IOException e) {
            // Into memory: that can't be.
            throw new UncheckedIOException(e);
        }
    }
}
