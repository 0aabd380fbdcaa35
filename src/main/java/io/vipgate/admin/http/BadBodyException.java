package io.vipgate.admin.http;

import java.io.IOException;

/** A request's body can't be taken. */
public final class BadBodyException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    BadBodyException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The status of HTTP to answer with: 400, 408 or 413. */
    public int status() {
        return status;
    }
}
