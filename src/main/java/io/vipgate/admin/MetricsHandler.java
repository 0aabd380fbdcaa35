package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import java.util.List;
import java.util.Map;

/**
 * {@code /metrics}, for any of the servers.
 *
 * <p>Thread-safe.
 */
public final class MetricsHandler implements Handler {
    private final MetricsSource metrics;

    /** A page of these. */
    public MetricsHandler(MetricsSource metrics) {
        this.metrics = metrics;
    }

    @Override
    public Response answer(Request call) throws RequestException {
        MetricsSource.Page page;
        try {
            page = metrics.scrape(call.accept().types())
                    .orElseThrow(() -> new RequestException(503, "too many scrapes at once", List.of()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestException(503, "shutting down", List.of());
        }
        return call.accept().isGzipWelcome()
                ? new Response(200, page.contentType(), page.gzipped(), Map.of("Content-Encoding", "gzip"))
                : new Response(200, page.contentType(), page.plain(), Map.of());
    }
}
