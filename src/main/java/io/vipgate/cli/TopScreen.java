package io.vipgate.cli;

import io.vipgate.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code vipgate top} shows at one moment, cut to the size of the terminal.
 *
 * <p>Stateless.
 */
final class TopScreen {
    private static final char ESCAPE = '\u001b';

    private TopScreen() {}

    /**
     * The lines.
     *
     * @param note what is to be said at the top, perhaps empty
     * @param rows lines of the terminal
     * @param columns characters of a line
     */
    static List<String> lines(Json status, AnsiStyle style, Instant now, String note, int rows, int columns) {
        StatusView view = new StatusView(status, style, now);
        List<String> lines = new ArrayList<>();
        if (!note.isEmpty()) {
            lines.add(style.red(note));
        }
        lines.addAll(view.head());
        lines.add(totals(status));
        lines.add("");
        lines.addAll(view.listeners());
        lines.add("");
        lines.addAll(view.endpoints());
        List<String> notes = view.notes();
        if (!notes.isEmpty()) {
            lines.add("");
            lines.addAll(notes);
        }
        lines.add("");
        lines.add(style.bold("LAST EVENTS"));
        lines.addAll(view.events(rows - lines.size() - 1));
        return lines.stream().limit(Math.max(1, rows - 1)).map(line -> cut(line, columns)).toList();
    }

    private static String totals(Json status) {
        double accepted = 0;
        for (Json listener : status.get("listeners").list()) {
            accepted += listener.get("acceptedPerSecond").number();
        }
        double in = 0;
        double out = 0;
        for (Json pool : status.get("pools").list()) {
            for (Json endpoint : pool.get("endpoints").list()) {
                in += endpoint.get("bytesToBackendPerSecond").number();
                out += endpoint.get("bytesToClientPerSecond").number();
            }
        }
        return Format.rate(accepted) + " clients/s, " + Format.bytes(in) + "/s in, " + Format.bytes(out)
                + "/s out, over the last " + status.get("ratesOverSeconds").text() + " s; q ends";
    }

    /** The first so many characters of a line; escape sequences take no room, and none is cut through. */
    static String cut(String line, int columns) {
        StringBuilder out = new StringBuilder();
        int width = 0;
        boolean isEscape = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == ESCAPE) {
                isEscape = true;
            }
            if (isEscape || width < columns) {
                out.append(c);
            }
            if (isEscape) {
                isEscape = c != 'm';
            } else {
                width++;
            }
        }
        return out.toString();
    }
}
