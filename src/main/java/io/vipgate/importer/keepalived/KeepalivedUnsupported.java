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
    private static final String NO_HOOKS = "no equivalent: vipgate starts no scripts; alert on "
            + "vipgate_endpoint_transitions_total";
    private static final String NO_MAILS = "no equivalent: vipgate sends no mails; alert on vipgate_endpoint_up";
    private static final String HASH_OF_PORT = "no equivalent: only the client's address counts";

    private static final Map<String, String> REASONS = Map.ofEntries(Map.entry("notify_up", NO_HOOKS),
            Map.entry("notify_down", NO_HOOKS), Map.entry("quorum_up", NO_HOOKS), Map.entry("quorum_down", NO_HOOKS),
            Map.entry("smtp_alert", NO_MAILS), Map.entry("sh-port", HASH_OF_PORT), Map.entry("mh-port", HASH_OF_PORT),
            Map.entry("flag-2", HASH_OF_PORT),
            Map.entry("quorum", "no equivalent: a pool serves with whatever is up"),
            Map.entry("hysteresis", "no equivalent: a pool serves with whatever is up"),
            Map.entry("alpha", "no equivalent: an endpoint that has not been probed yet counts as up"),
            Map.entry("ha_suspend", "no equivalent: a standby gateway probes too, and takes over with what it knows"),
            Map.entry("warmup", "no equivalent: probe.jitter spreads the probes"),
            Map.entry("lthreshold",
                    "no equivalent: an endpoint gets connections again as soon as it is below maxConnections"),
            Map.entry("sh-fallback", "not needed: source-hash always goes to another endpoint"),
            Map.entry("mh-fallback", "not needed: source-hash always goes to another endpoint"),
            Map.entry("flag-1", "not needed: source-hash always goes to another endpoint"),
            Map.entry("log_all_failures", "no equivalent: changes of state are logged"),
            Map.entry("misc_dynamic",
                    "no equivalent: an exit status other than 0 is a failure; weights are set with vipgate weight"),
            Map.entry("user", "no equivalent: a probe's command runs as the user that vipgate runs as"));

    private KeepalivedUnsupported() {}

    /** Notes why a statement is not carried over. */
    static void report(Statement statement, Notes notes) {
        if (!reportIfUnresolved(statement, notes)) {
            notes.add(statement, KeepalivedKeywords.isKnown(statement.name())
                    ? REASONS.getOrDefault(statement.name(), "no equivalent; it is left out")
                    : "keepalived does not know this keyword and ignores the line; it is left out");
        }
    }

    /** Reports what is more than a word with its values: conditions, loops, names without a definition. */
    static boolean reportIfUnresolved(Statement statement, Notes notes) {
        String name = statement.name();
        String reason = switch (name.isEmpty() ? ' ' : name.charAt(0)) {
            case '@' -> "applies to some nodes only; it is left out";
            case '~' -> "a loop is not expanded; it is left out";
            case '$' -> "a parameter without a definition of one line; it is left out";
            default -> name.startsWith("include") && !name.equals("include_check")
                    ? "not followed: import that file too, or put its text in place of the line"
                    : "";
        };
        if (!reason.isEmpty()) {
            notes.add(statement, reason);
        }
        return !reason.isEmpty();
    }

    /** Reports words that keepalived does not know, and files that are not read, in a block that is not carried over. */
    static void reportUnknown(Statement section, Notes notes) {
        if (KeepalivedKeywords.hasFreeText(section.name())) {
            return;
        }
        for (Statement statement : section.block()) {
            boolean isSpecial = !statement.name().isEmpty() && "@~$".indexOf(statement.name().charAt(0)) >= 0;
            if (!isSpecial && !reportIfUnresolved(statement, notes)) {
                if (!KeepalivedKeywords.isKnown(statement.name())) {
                    notes.add(statement, "keepalived does not know this keyword and ignores the line");
                }
                reportUnknown(statement, notes);
            }
        }
    }
}
