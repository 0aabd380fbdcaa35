package io.vipgate.control;

/** The gateway can't start; the message is one line that says what to do. */
public class StartException extends Exception {
    private static final long serialVersionUID = 1;

    /** Makes one with its line. */
    public StartException(String message) {
        super(message);
    }
}
