package io.vipgate.probe;

import java.io.IOException;

/** The endpoint answered, but wrongly; the message is the cause to report. Immutable. */
final class BadAnswerException extends IOException {
    BadAnswerException(String cause) {
        super(cause);
    }
}
