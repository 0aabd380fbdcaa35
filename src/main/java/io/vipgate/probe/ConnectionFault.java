package io.vipgate.probe;

import io.vipgate.linux.Errno;
import java.io.IOException;

/** A connection on the probes' loop has failed. Immutable. */
final class ConnectionFault extends IOException {
    private final int errno;

    /** @param errno positive */
    ConnectionFault(int errno) {
        super(Errno.text(errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
