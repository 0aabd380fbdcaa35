package io.vipgate.accesslog;

import io.vipgate.relay.Conveyed;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines for people: {@code time listener client -> pool/endpoint connect=1.2ms duration=3.4s in=812 out=10240 attempts=1
 * pinned=false close=--}, and behind it {@code hedge=} where a second endpoint was tried beside one that was slow, {@code peer=} where a PROXY header conveyed the client, {@code sni=} where its ClientHello
 * was read. What is not there is {@code -}. A time of a second and more is in seconds.
 *
 * <p>Names are printed as they are while they are of visible ASCII characters without backslash; each other byte of their
 * UTF-8 form is {@code \xHH}, so that neither a field nor a line can be broken.
 *
 * <p>Confined to the writer's thread.
 */
final class TextFormat implements LineFormat {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Timestamp timestamp = new Timestamp();

    @Override
    public void append(Entry entry, LineBuffer lines) {
        timestamp.append(lines, entry.timeMillis);
        name(lines.append(' '), entry.listener);
        ClientText.append(lines.append(' '), entry.clientHigh, entry.clientLow, entry.clientPort);
        name(lines.append(" -> "), entry.pool);
        name(lines.append('/'), entry.endpoint == null ? "-" : entry.endpoint);
        time(lines.append(" connect="), entry.connectNanos);
        time(lines.append(" duration="), entry.durationNanos);
        lines.append(" in=").append(entry.bytesToBackend).append(" out=").append(entry.bytesToClient)
                .append(" attempts=").append(entry.attempts).append(" pinned=")
                .append(entry.isPinned ? "true" : "false")
                .append(" close=").append(entry.close);
        if (entry.hedge != null) {
            lines.append(" hedge=").append(entry.hedge);
        }
        Conveyed conveyed = entry.conveyed;
        if (conveyed != null && !conveyed.isLocal()) {
            ClientText.append(lines.append(" peer="), conveyed.peerHigh(), conveyed.peerLow(), conveyed.peerPort());
        }
        if (entry.hello != null) {
            serverName(lines.append(" sni="), entry.hello.serverName());
        }
        lines.endLine();
    }

    private static void time(LineBuffer lines, long nanos) {
        if (nanos < 0) {
            lines.append('-');
            return;
        }
        boolean isLong = nanos >= SECOND_NANOS;
        long tenths = nanos / (isLong ? SECOND_NANOS / 10 : SECOND_NANOS / 10_000);
        lines.append(tenths / 10).append('.').append(tenths % 10).append(isLong ? "s" : "ms");
    }

    /** Each character is a byte that was sent. */
    private static void serverName(LineBuffer lines, @Nullable String name) {
        if (name == null || name.isEmpty() || name.equals("-")) {
            lines.append(name == null ? "-" : name.isEmpty() ? "\"\"" : "\\x2d");
            return;
        }
        for (int i = 0; i < name.length(); i++) {
            if (isPlain(name.charAt(i))) {
                lines.append(name.charAt(i));
            } else {
                lines.append("\\x").hex(name.charAt(i), 2);
            }
        }
    }

    private static void name(LineBuffer lines, String name) {
        if (isPlain(name)) {
            lines.append(name);
            return;
        }
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain((char) (each & 0xFF))) {
                lines.append((char) each);
            } else {
                lines.append("\\x").hex(each & 0xFF, 2);
            }
        }
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!isPlain(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char each) {
        return each > ' ' && each < 0x7F && each != '\\';
    }
}
