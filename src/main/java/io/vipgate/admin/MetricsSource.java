package io.vipgate.admin;

import java.io.IOException;
import java.io.OutputStream;

/** What scrapers are told, for whoever serves {@code /metrics}. Thread-safe. */
public interface MetricsSource {
    /**
     * Reads every number now. Waits a fraction of a second at most for event loops that are busy.
     *
     * @param accept the scraper's Accept header, empty when there is none
     */
    Page scrape(String accept);

    /** Numbers as they were at one moment. Immutable. */
    interface Page {
        /** The Content-Type of the body. */
        String contentType();

        /** How long the body is, in bytes. */
        int length();

        /** Writes the body. */
        void writeTo(OutputStream out) throws IOException;
    }
}
