package io.vipgate.config;

import io.vipgate.access.AccessEntry;
import java.util.List;

/** Who may come in to a listener: {@code listeners.L.access}. The longest network decides. <b>Immutable.</b> */
public record AccessConfig(
        @Key(doc = "networks, addresses, or files of them (`file:/etc/vipgate/allow/*.txt`); with any entry here everybody else is "
                + "turned away") List<AccessEntry> allow,
        @Key(doc = "who is turned away, written alike; of several networks that hold an address the longest decides, whichever "
                + "list it is in") List<AccessEntry> deny,
        @Key(byDefault = "false", doc = "turns nobody away, and counts who would have been in "
                + "`vipgate_listener_would_refuse_total`") boolean dryRun,
        @Key(byDefault = "reset", doc = "what who is turned away gets, by a block too: `reset` (RST), `close` (FIN)") Answer answer) {
    /** Keeps its own copies. */
    public AccessConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /** What who is turned away gets. */
    public enum Answer {
        /** RST. */
        RESET,
        /** FIN. */
        CLOSE
    }
}
