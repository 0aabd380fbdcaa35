package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import java.util.Optional;

/** What scrapers are told, for whoever serves {@code /metrics}. Thread-safe. */
public interface MetricsSource {
    /**
     * Reads every number now. Waits a fraction of a second at most for event loops that are busy, and some seconds for
     * others who scrape.
     *
     * @param accept the scraper's Accept header, empty when there is none
     * @return empty when too many scrape at once
     * @throws InterruptedException if the waiting thread is interrupted
     */
    Optional<Page> scrape(String accept) throws InterruptedException;

    /** Numbers as they were at one moment. Each body is for one reader, who closes it. Thread-safe. */
    interface Page extends AutoCloseable {
        /** The Content-Type of the body. */
        String contentType();

        /** The body. */
        Response.Body plain();

        /** The body with {@code Content-Encoding: gzip}. */
        Response.Body gzipped();

        /** Lets it go; bodies that were taken stay. */
        @Override
        void close();
    }
}
