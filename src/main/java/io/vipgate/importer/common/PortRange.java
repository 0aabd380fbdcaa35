package io.vipgate.importer.common;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ports that one line binds.
 *
 * <p>Immutable.
 *
 * @param first 1..65535
 * @param last at least the first, at most 255 above it
 */
public record PortRange(int first, int last) {
    /** More ports than this are hardly meant as listeners. */
    public static final int MAX_PORTS = 256;

    /** {@code 80} or {@code 8000-8010}; empty if the text is none, or the range too long. */
    public static Optional<PortRange> parse(String text) {
        String[] ports = text.split("-", 2);
        OptionalInt first = HostPort.port(ports[0]);
        OptionalInt last = HostPort.port(ports[ports.length - 1]);
        if (first.isEmpty() || last.isEmpty() || last.getAsInt() < first.getAsInt()
                || last.getAsInt() - first.getAsInt() >= MAX_PORTS) {
            return Optional.empty();
        }
        return Optional.of(new PortRange(first.getAsInt(), last.getAsInt()));
    }
}
