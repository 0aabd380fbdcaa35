package io.vipgate.admin;

import java.util.List;
import java.util.Map;

/**
 * {@code /metrics}, for any of the servers.
 *
 * <p>Thread-safe.
 */
public final class MetricsPage implements Page {
    private final MetricsSource metrics;

    /** A page of these. */
    public MetricsPage(MetricsSource metrics) {
        this.metrics = metrics;
    }

    @Override
    public Answer answer(Call call) throws CallException {
        MetricsSource.Page page;
        try {
            page = metrics.scrape(call.accept().types())
                    .orElseThrow(() -> new CallException(503, "too many scrapes at once", List.of()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallException(503, "the gateway stops", List.of());
        }
        return call.accept().isGzipWelcome()
                ? new Answer(200, page.contentType(), page.gzipped(), Map.of("Content-Encoding", "gzip"))
                : new Answer(200, page.contentType(), page.plain(), Map.of());
    }
}
