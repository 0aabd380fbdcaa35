package io.vipgate.cli;

/**
 * An endpoint as a command line names it, {@code POOL/ENDPOINT}.
 *
 * <p>Immutable.
 */
record EndpointName(String pool, String endpoint) {
    /**
     * Reads one.
     *
     * @throws CommandException if it is none
     */
    static EndpointName parse(String text) {
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1 || text.indexOf('/', slash + 1) >= 0) {
            throw new CommandException(ExitStatus.USAGE, text + " (expected: POOL/ENDPOINT, for example nginx/vip1)");
        }
        return new EndpointName(text.substring(0, slash), text.substring(slash + 1));
    }

    /** The path of one of its calls. */
    String path(String what) {
        return "/api/v1/pools/" + AdminClient.encode(pool) + "/endpoints/" + AdminClient.encode(endpoint) + "/" + what;
    }

    @Override
    public String toString() {
        return pool + "/" + endpoint;
    }
}
