package io.vipgate.admin;

import io.vipgate.admin.http.Response;

/** A stretch of the history, as JSON. Thread-safe. */
public interface Samples extends Response.Body {
    /** Whether there is none. */
    boolean isEmpty();

    /** When the last one was taken, in milliseconds of Unix time; 0 if there is none. */
    long newest();
}
