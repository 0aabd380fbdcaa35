package io.vipgate.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * {@code /metrics}, for any of the servers.
 *
 * <p>Thread-safe.
 */
public final class MetricsPage implements Page {
    /** Scrapes at once: each holds a page of all numbers in memory. */
    private static final int MOST_SCRAPES = 2;
    private static final long PATIENCE_MILLIS = 4_000;

    private final MetricsSource metrics;
    private final Semaphore scrapes = new Semaphore(MOST_SCRAPES);

    /** A page of these. */
    public MetricsPage(MetricsSource metrics) {
        this.metrics = metrics;
    }

    @Override
    public Answer answer(Call call) throws CallException {
        try {
            if (!scrapes.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new CallException(503, "too many scrapes at once", List.of());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallException(503, "the gateway stops", List.of());
        }
        try {
            MetricsSource.Page page = metrics.scrape(call.accept());
            return new Answer(200, page.contentType(), new Numbers(page), Map.of());
        } finally {
            scrapes.release();
        }
    }

    private record Numbers(MetricsSource.Page page) implements Answer.Body {
        @Override
        public int length() {
            return page.length();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            page.writeTo(out);
        }
    }
}
