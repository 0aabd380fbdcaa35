package io.vipgate.cli;

import java.io.IOException;

/** A call ended before all of it was sent: the gateway can't have done anything. */
final class UnsentException extends IOException {
    private static final long serialVersionUID = 1;

    UnsentException(IOException cause) {
        super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
}
