package io.vipgate.accesslog;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Times as ISO 8601 has them, in UTC and with milliseconds. The part up to the second is made once a second.
 *
 * <p>Confined to the writer's thread.
 */
final class Timestamp {
    private static final DateTimeFormatter SECONDS = DateTimeFormatter
            .ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private long second = Long.MIN_VALUE;
    private String text = "";

    /**
     * Appends a time.
     *
     * @param millis since 1970-01-01 UTC
     */
    void append(LineBuffer lines, long millis) {
        long present = Math.floorDiv(millis, 1000L);
        if (present != second) {
            second = present;
            text = SECONDS.format(Instant.ofEpochSecond(present));
        }
        lines.append(text).append('.').append(Math.floorMod(millis, 1000L), 3).append('Z');
    }
}
