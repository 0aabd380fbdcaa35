package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.Map;

/**
 * Notes on statements that vipgate has no equivalent for.
 *
 * <p>Stateless.
 */
final class KeepalivedUnsupported {
    private static final String NO_HOOKS = "a script that keepalived runs when a real server comes or goes. No equivalent: "
            + "vipgate starts no scripts; alert on vipgate_endpoint_transitions_total";
    private static final String NO_QUORUM_HOOKS = "a script that keepalived runs when enough real servers are up, or no longer, "
            + "such as one that announces the address. No equivalent: ask /readyz, which readiness.pools makes depend on the "
            + "pool";
    private static final String NO_MAILS = "no equivalent: vipgate sends no mails; alert on vipgate_endpoint_up";
    private static final String FALLBACK = "not needed: source-hash always goes to another endpoint";

    private static final Map<String, String> REASONS = Map.ofEntries(Map.entry("notify_up", NO_HOOKS),
            Map.entry("notify_down", NO_HOOKS), Map.entry("quorum_up", NO_QUORUM_HOOKS),
            Map.entry("quorum_down", NO_QUORUM_HOOKS), Map.entry("smtp_alert", NO_MAILS),
            Map.entry("alpha", "no equivalent: after a start, an endpoint that has not been probed yet counts as up"),
            Map.entry("omega",
                    "no equivalent: it runs notify_down and quorum_down at the end, and vipgate starts no scripts"),
            Map.entry("ha_suspend", "no equivalent: a standby gateway probes too, and takes over with what it knows"),
            Map.entry("warmup", "no equivalent: probe.jitter spreads the probes"),
            Map.entry("hysteresis", "no equivalent: it dampens the quorum"),
            Map.entry("lthreshold",
                    "no equivalent: an endpoint gets connections again as soon as it is below maxConnections"),
            Map.entry("sh-fallback", FALLBACK), Map.entry("mh-fallback", FALLBACK), Map.entry("flag-1", FALLBACK),
            Map.entry("sorry_server_inhibit", "not needed: a backup is only passed over, its connections stay open"),
            Map.entry("sorry_server_lvs_method", "not needed: connections to the backup come from the gateway too"),
            Map.entry("ops", "concerns UDP only; it is left out"),
            Map.entry("persistence_engine", "no equivalent: clients are known by their address; it is left out"),
            Map.entry("log_all_failures", "no equivalent: changes of state are logged"),
            Map.entry("bind_port", "no equivalent: the kernel chooses the port that a probe comes from"),
            Map.entry("bind_if", "no equivalent: the routing table says where a probe goes out"),
            Map.entry("fwmark",
                    "no equivalent: probes are not marked, so a rule of the firewall or of the routing by this mark "
                            + "does not see them"),
            Map.entry("SSL", "no equivalent: probes show no certificate of their own"),
            Map.entry("user", "no equivalent: a probe's command runs as the user that vipgate runs as"));

    private KeepalivedUnsupported() {}

    /** Notes why a statement of a virtual server is not carried over. */
    static void report(Statement statement, Notes notes) {
        if (!reportIfUnresolved(statement, notes, true)) {
            notes.add(statement, KeepalivedKeywords.isKnown(statement.name())
                    ? REASONS.getOrDefault(statement.name(), "no equivalent; it is left out")
                    : "keepalived does not know this keyword and ignores the line; it is left out");
        }
    }

    /**
     * Reports what is more than a word with its values: conditions, loops, names without a definition.
     *
     * @param isLoss whether it can be a real server, a check or a weight
     */
    static boolean reportIfUnresolved(Statement statement, Notes notes, boolean isLoss) {
        String name = statement.name();
        String reason = switch (name.isEmpty() ? ' ' : name.charAt(0)) {
            case '@' -> "applies to some nodes only; it is left out";
            case '~' -> "a loop is not expanded; it is left out";
            case '$' -> "a parameter without a definition of one line; it is left out";
            default -> name.startsWith("include") && !name.equals("include_check")
                    ? "not followed: import that file too, or put its text in place of the line"
                    : "";
        };
        if (reason.isEmpty()) {
            return false;
        }
        if (isLoss) {
            notes.addLoss(statement, reason);
        } else {
            notes.add(statement, reason);
        }
        return true;
    }

    /** Reports words that keepalived does not know, and files that are not read, in a block that is not carried over. */
    static void reportUnknown(Statement section, Notes notes) {
        if (KeepalivedKeywords.hasFreeText(section.name())) {
            return;
        }
        for (Statement statement : section.block()) {
            boolean isSpecial = !statement.name().isEmpty() && "@~$".indexOf(statement.name().charAt(0)) >= 0;
            if (!isSpecial && !reportIfUnresolved(statement, notes, false)) {
                if (!KeepalivedKeywords.isKnown(statement.name())) {
                    notes.add(statement, "keepalived does not know this keyword and ignores the line");
                }
                reportUnknown(statement, notes);
            }
        }
    }
}
