package io.vipgate.admin;

import io.vipgate.admin.http.Response;

/** Answers one kind of calls, on a virtual thread, several at the same time. Thread-safe. */
@FunctionalInterface
public interface Handler {
    /**
     * Answers.
     *
     * @throws RequestException if it can't be answered as asked
     */
    Response answer(Request call) throws RequestException;
}
