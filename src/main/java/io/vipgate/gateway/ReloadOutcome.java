package io.vipgate.gateway;

import java.util.List;

/** What became of a reload. */
public sealed interface ReloadOutcome {
    /**
     * The configuration holds.
     *
     * @param changes what differs from before, one line each
     * @param needRestart those of them that require a restart
     */
    record Applied(List<String> changes, List<String> needRestart) implements ReloadOutcome {}

    /**
     * Nothing has changed.
     *
     * @param problems why, one line each
     */
    record Refused(List<String> problems) implements ReloadOutcome {}

    /** Nothing has changed: the gateway has been told to stop. */
    record Stopping() implements ReloadOutcome {}
}
