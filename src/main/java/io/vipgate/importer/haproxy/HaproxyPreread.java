package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long a frontend waits for what clients begin with: {@code tcp-request inspect-delay}.
 *
 * <p>Confined to one import.
 */
final class HaproxyPreread {
    private static final Duration MIN = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofMinutes(1);

    private final Notes notes;
    private final HaproxySection frontend;
    private final Optional<Statement> delay;

    HaproxyPreread(Notes notes, HaproxySection frontend) {
        this.notes = notes;
        this.frontend = frontend;
        delay = frontend.last("tcp-request", "inspect-delay");
    }

    /**
     * Says what is other than it was.
     *
     * @param isPlain whether what clients begin with decides nothing
     */
    void report(boolean isPlain) {
        if (isPlain) {
            delay.ifPresent(line -> notes.add(line, "nothing is inspected, so nobody waits; it is left out"));
        } else if (delay.isPresent()) {
            notes.add(delay.get(),
                    "a client that has not sent its ClientHello by then is reset; HAProxy went by what had come. "
                            + "Servers that speak first need a listener of their own");
        } else {
            notes.add(frontend.section(),
                    "without tcp-request inspect-delay HAProxy decided by what had come when the connection "
                            + "was there; vipgate waits for the whole ClientHello. Servers that speak first need a listener of "
                            + "their own");
        }
    }

    /** What is written beside names. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        delay.ifPresent(line -> HaproxyTime.parse(line.word(2)).ifPresentOrElse(time -> {
            Duration kept = Durations.clamp(time, MIN, MAX);
            settings.put("timeout", Durations.print(kept));
            if (!kept.equals(time)) {
                notes.add(line, "becomes " + settings.get("timeout") + ", the nearest that vipgate takes");
            }
        }, () -> notes.leftOut(line, "not a duration")));
        return settings;
    }
}
