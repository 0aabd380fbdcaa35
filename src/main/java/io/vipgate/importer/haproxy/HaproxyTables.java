package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The stick-tables that frontends count their clients in, by {@code tcp-request ... track-sc0 src}.
 *
 * <p>Confined to one import.
 */
final class HaproxyTables {
    private static final Pattern TRACK = Pattern.compile("track-sc[0-9]{1,2}");

    private final HaproxySections sections;
    private final Map<String, Integer> users = new HashMap<>();

    HaproxyTables(HaproxySections sections) {
        this.sections = sections;
        sections.frontends().forEach(frontend -> trackers(frontend).stream().map(rule -> tableOf(rule, frontend))
                .distinct().forEach(table -> users.merge(table, 1, Integer::sum)));
    }

    /** The table of a section. */
    Optional<HaproxyTable> named(String section) {
        return sections.named(section).flatMap(each -> each.last("stick-table"))
                .map(line -> new HaproxyTable(section, line));
    }

    /** How many tcp frontends count their clients in the table of a section. */
    int users(String section) {
        return users.getOrDefault(section, 0);
    }

    static boolean isTracking(Statement rule) {
        return rule.is("tcp-request") && TRACK.matcher(rule.word(2)).matches();
    }

    static List<Statement> trackers(HaproxySection section) {
        return section.all("tcp-request").stream().filter(HaproxyTables::isTracking).toList();
    }

    /** The section whose table a rule counts in. */
    static String tableOf(Statement rule, HaproxySection section) {
        String named = HaproxyTable.valueOf(rule, "table");
        return named.isEmpty() ? section.name() : named;
    }
}
