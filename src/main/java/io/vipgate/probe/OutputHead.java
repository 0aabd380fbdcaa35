package io.vipgate.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The beginning of what a command prints; the rest is read too, so that the command never waits for a reader, and
 * dropped.
 *
 * <p>Confined to the thread of its check.
 */
final class OutputHead {
    private static final int KEPT_BYTES = 4 << 10;

    private final InputStream in;
    private final byte[] kept = new byte[KEPT_BYTES];
    private final byte[] dropped = new byte[KEPT_BYTES];
    private int length;

    /**
     * Reads nothing yet.
     *
     * @param in of a process, which loses nothing when the process ends
     */
    OutputHead(InputStream in) {
        this.in = in;
    }

    /**
     * Reads what there is now, never waiting for more, and not more than a pipe holds: a command that prints on and on
     * must not keep its reader from looking at the time.
     */
    void drain() throws IOException {
        for (int rounds = 0; rounds < 16; rounds++) {
            int available = in.available();
            if (available <= 0) {
                return;
            }
            int room = KEPT_BYTES - length;
            if (room > 0) {
                length += Math.max(0, in.read(kept, length, Math.min(room, available)));
            } else {
                int _ = in.read(dropped, 0, Math.min(KEPT_BYTES, available));
            }
        }
    }

    /** The last line that isn't blank, of what was kept; empty if there is none. */
    String lastLine() {
        return new String(kept, 0, length, StandardCharsets.UTF_8).lines().map(String::strip)
                .filter(line -> !line.isEmpty()).reduce("", (_, line) -> line);
    }
}
