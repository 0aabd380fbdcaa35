package io.vipgate.metrics;

import io.vipgate.admin.MetricsSource;
import io.vipgate.admin.http.CompressedText;
import io.vipgate.admin.http.Response;

/**
 * A page in memory.
 *
 * <p>Thread-safe.
 */
record CompressedPage(String contentType, CompressedText text) implements MetricsSource.Page {
    @Override
    public Response.Body plain() {
        return text.plain();
    }

    @Override
    public Response.Body gzipped() {
        return text.gzipped();
    }

    @Override
    public void close() {
        text.release();
    }
}
