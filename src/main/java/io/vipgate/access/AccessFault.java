package io.vipgate.access;

/**
 * One thing wrong in an access list or in a file of it.
 *
 * <p>Immutable.
 *
 * @param line the configuration's entry that it comes from
 * @param origin where it stands: {@code /etc/vipgate/deny/a.txt:12}, a file as a whole, or the configuration's own line
 * @param message what is wrong, in the form {@code value (expected: rule)} where there is a value
 */
public record AccessFault(AccessLine line, String origin, String message) {
    /** One line, {@code /etc/vipgate/deny/a.txt:12: 192.0.2.1/24 (expected: 192.0.2.0/24)}. */
    @Override
    public String toString() {
        return origin + ": " + message;
    }
}
