package io.vipgate.admin;

import io.vipgate.admin.http.Response;
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
        try (MetricsSource.Page page = metrics.scrape(call.accept().types())
                .orElseThrow(() -> RequestException.busy("too many scrapes at once"))) {
            return call.accept().isGzipWelcome()
                    ? new Response(200, page.contentType(), page.gzipped(), Map.of("Content-Encoding", "gzip"))
                    : new Response(200, page.contentType(), page.plain(), Map.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RequestException.stopping();
        }
    }
}
