package io.vipgate.gateway;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a reload. */
public sealed interface ReloadOutcome {
    /**
     * The configuration holds.
     *
     * @param changes what differs from before, one line each
     * @param needRestart those of them that require a restart
     * @param confirmBy when it goes back to the one before unless it is confirmed; null when it stays
     */
    record Applied(List<String> changes, List<String> needRestart,
            @Nullable Instant confirmBy) implements ReloadOutcome {}

    /**
     * Nothing has changed, as was asked for.
     *
     * @param changes what would differ, one line each
     * @param needRestart those of them that would require a restart
     */
    record Previewed(List<String> changes, List<String> needRestart) implements ReloadOutcome {}

    /**
     * Nothing has changed.
     *
     * @param problems why, one line each
     */
    record Refused(List<String> problems) implements ReloadOutcome {}

    /** Nothing has changed: the gateway has been told to stop. */
    record Stopping() implements ReloadOutcome {}
}
