package io.vipgate.cli;

import java.util.List;

/** A command that ends with a message and a status of {@link ExitStatus}. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitStatus;
    private final List<String> details;

    CommandException(int exitStatus, String message, List<String> details) {
        super(message);
        this.exitStatus = exitStatus;
        this.details = List.copyOf(details);
    }

    CommandException(int exitStatus, String message) {
        this(exitStatus, message, List.of());
    }

    int exitStatus() {
        return exitStatus;
    }

    /** More than the message says, one line each. */
    List<String> details() {
        return details;
    }
}
