package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /api/v1/stream}: the status once a second, and the samples of the history as they come (server-sent events, HTML
 * Living Standard section 9.2). The status is made once for all streams.
 *
 * <p>A stream ends after ten seconds, before the server would cut it off as too slow an answer; who follows asks again with the
 * moment of the last sample, and misses nothing. Nothing is queued for a reader who is slow: he gets what is new when he
 * can take it.
 *
 * <p>Thread-safe.
 */
final class EventStream implements Handler {
    static final int MAX_STREAMS = 8;
    private static final String TOO_MANY = "streams: " + MAX_STREAMS
            + " are open already (expected: fewer; /api/v1/status and /api/v1/history tell the same)";
    private static final long LENGTH_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Operations operations;
    private final Semaphore strangers = new Semaphore(MAX_STREAMS);
    private final Semaphore trusted = new Semaphore(MAX_STREAMS);
    private final Renderings renderings;

    EventStream(Operations operations, Renderings renderings) {
        this.operations = operations;
        this.renderings = renderings;
    }

    @Override
    public Response answer(Request call) throws RequestException {
        long since = AdminRoutes.since(call);
        Semaphore places = call.isTrusted() ? trusted : strangers;
        if (!places.tryAcquire()) {
            return Response.busy(TOO_MANY);
        }
        return new Response(200, "text/event-stream", new Events(since, places), Map.of());
    }

    /** All streams wake at the same moments, so that one status serves them. */
    private static void sleepUntilNextSecond() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(SECOND_NANOS - Math.floorMod(System.nanoTime(), SECOND_NANOS));
    }

    /** What one reader gets. Confined to its thread. */
    private final class Events implements Response.Body {
        private final Semaphore places;
        private long since;

        Events(long since, Semaphore places) {
            this.since = since;
            this.places = places;
        }

        @Override
        public boolean isStream() {
            return true;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            long end = System.nanoTime() + LENGTH_NANOS;
            write(out, "retry: 500\n\n");
            try {
                while (System.nanoTime() < end && !operations.isStopping()) {
                    writeSamples(out);
                    writeStatus(out);
                    out.flush();
                    sleepUntilNextSecond();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** A status for which there is no room now is left out. */
        private void writeStatus(OutputStream out) throws IOException {
            try (Response.Body status = renderings.status("event: status\ndata: ", "\n\n")) {
                status.writeTo(out);
            } catch (RequestException e) {
                write(out, ": " + e.getMessage() + "\n\n");
            }
        }

        private void writeSamples(OutputStream out) throws IOException {
            try (Samples samples = operations.history(since)) {
                if (!samples.isEmpty()) {
                    write(out, "event: history\ndata: ");
                    samples.writeTo(out);
                    write(out, "\n\n");
                    since = samples.newest();
                }
            }
        }

        private static void write(OutputStream out, String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            places.release();
        }
    }
}
