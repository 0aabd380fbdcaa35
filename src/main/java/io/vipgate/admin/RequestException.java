package io.vipgate.admin;

import io.vipgate.admin.http.Response;
import java.util.List;

/** A call that is not answered as asked, but with a status and a reason. */
public final class RequestException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final List<String> details;

    /**
     * Makes one.
     *
     * @param status of HTTP, 400 to 599
     * @param details more than the message says, one line each
     */
    public RequestException(int status, String message, List<String> details) {
        super(message);
        this.status = status;
        this.details = List.copyOf(details);
    }

    /** Nothing has that name. */
    public static RequestException notFound(String message) {
        return new RequestException(404, message, List.of());
    }

    /** The body, or a parameter, is not what was expected. */
    public static RequestException bad(String message) {
        return new RequestException(422, message, List.of());
    }

    /** The gateway has been told to stop, and does not do that any more. */
    public static RequestException stopping() {
        return new RequestException(503, "the gateway is shutting down", List.of());
    }

    /** There is no room for an answer now. */
    static RequestException busy(String message) {
        return new RequestException(503, message, List.of());
    }

    Response answer() {
        return status == 503
                ? Response.busy(String.valueOf(getMessage()))
                : Response.error(status, String.valueOf(getMessage()), details);
    }
}
