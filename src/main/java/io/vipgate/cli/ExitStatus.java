package io.vipgate.cli;

/** Exit statuses of every command. Immutable. */
final class ExitStatus {
    /** All went well. */
    static final int OK = 0;
    /** It failed while it ran, or lost something that {@code --strict} does not allow. */
    static final int FAILED = 1;
    /** Bad usage or bad configuration. */
    static final int USAGE = 2;

    /** The running gateway could not be reached. */
    static final int UNREACHABLE = 3;

    private ExitStatus() {}
}
