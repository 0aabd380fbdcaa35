package io.vipgate.control;

import io.vipgate.relay.ListenerState;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * A listener's line in a state file: {@code listener NAME state=paused since=TIME}, or {@code refusing}.
 *
 * <p>Stateless.
 */
final class ListenerText {
    private static final String FIRST = "listener";
    private static final String STATE = "state=";
    private static final String SINCE = "since=";
    private static final int WORDS = 4;

    private ListenerText() {}

    /** Whether a line is meant to be one. */
    static boolean isMeant(String line) {
        return line.startsWith(FIRST + " ");
    }

    /** Reads a line; empty when it does not say all of it, and nothing else. */
    static Optional<Map.Entry<String, ListenerHold>> parse(String line) {
        StringTokenizer words = new StringTokenizer(line);
        if (words.countTokens() != WORDS || !words.nextToken().equals(FIRST)) {
            return Optional.empty();
        }
        String name = words.nextToken();
        String state = words.nextToken();
        String since = words.nextToken();
        if (!state.startsWith(STATE) || !since.startsWith(SINCE)) {
            return Optional.empty();
        }
        try {
            Instant time = Instant.parse(since.substring(SINCE.length()));
            return switch (state.substring(STATE.length())) {
                case "paused" -> Optional.of(Map.entry(name, new ListenerHold(ListenerState.PAUSED, time)));
                case "refusing" -> Optional.of(Map.entry(name, new ListenerHold(ListenerState.REFUSING, time)));
                default -> Optional.empty();
            };
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    static void write(Appendable out, String name, ListenerHold hold) throws IOException {
        out.append(FIRST).append(' ').append(name).append(' ').append(STATE).append(hold.state().label()).append(' ')
                .append(SINCE).append(hold.since().toString()).append('\n');
    }
}
