package io.vipgate.control;

/** Nothing changes any more: the gateway stops. */
public final class StoppingException extends StartException {
    private static final long serialVersionUID = 1;

    /** Makes one. */
    public StoppingException() {
        super("shutting down");
    }
}
