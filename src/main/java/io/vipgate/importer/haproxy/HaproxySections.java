package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The sections of a file by what they are, each with what it inherits.
 *
 * <p>Confined to one import.
 */
final class HaproxySections {
    private final Notes notes;
    private final List<HaproxySection> frontends = new ArrayList<>();
    private final Map<String, HaproxySection> backends = new LinkedHashMap<>();
    private final Map<String, List<Statement>> defaults = new HashMap<>();
    private final Map<HaproxySection, Map<String, HaproxyServer>> servers = new HashMap<>();
    private final Map<String, Integer> tableUsers = new HashMap<>();
    private final HaproxyTables tables;
    private List<Statement> latestDefaults = List.of();

    HaproxySections(Notes notes, List<Statement> sections) {
        this.notes = notes;
        sections.forEach(this::read);
        tables = new HaproxyTables(this);
    }

    /** The tables that clients are counted in. */
    HaproxyTables tables() {
        return tables;
    }

    /** Frontends and listen sections that are carried over, in their order. */
    List<HaproxySection> frontends() {
        return frontends.stream().filter(HaproxySection::isTcp).toList();
    }

    /** Backends and listen sections, those in another mode among them. */
    Stream<HaproxySection> backends() {
        return backends.values().stream();
    }

    Optional<HaproxySection> backend(String name) {
        return Optional.ofNullable(backends.get(name));
    }

    /** A section of any kind, for its stick-table; a backend before a frontend of the same name. */
    Optional<HaproxySection> named(String name) {
        return backend(name)
                .or(() -> frontends.stream().filter(section -> section.name().equals(name)).findFirst());
    }

    /** How many tcp sections keep their clients by the table of this section. */
    int tableUsers(String table) {
        if (tableUsers.isEmpty()) {
            backends().filter(HaproxySection::isTcp).forEach(section -> section.all("stick").stream()
                    .map(HaproxyStickTable::tableOf).map(other -> other.isEmpty() ? section.name() : other).distinct()
                    .forEach(used -> tableUsers.merge(used, 1, Integer::sum)));
        }
        return tableUsers.getOrDefault(table, 0);
    }

    /** A server of a section, by its name. */
    Optional<HaproxyServer> server(HaproxySection section, String name) {
        return Optional.ofNullable(servers.computeIfAbsent(section, HaproxySections::byName).get(name));
    }

    private static Map<String, HaproxyServer> byName(HaproxySection section) {
        Map<String, HaproxyServer> byName = new HashMap<>();
        new HaproxyServers(new Notes()).of(section).forEach(each -> byName.putIfAbsent(each.name(), each));
        return byName;
    }

    private void read(Statement section) {
        switch (section.name()) {
            case "defaults" -> {
                String name = section.word(1).equals("from") ? "" : section.word(1);
                List<Statement> all = HaproxySection.overridden(inherited(section, name.isEmpty() ? 1 : 2, List.of()),
                        section.block());
                latestDefaults = all;
                defaults.put(name, all);
            }
            case "frontend", "backend", "listen" ->
                add(new HaproxySection(section, inherited(section, 2, latestDefaults)));
            case "global" -> notes.leftOut(section, "concerns HAProxy's own process");
            case "resolvers" -> notes.leftOut(section, "names are looked up by the machine's resolver, every "
                    + "resolve.interval");
            case "peers" -> notes.leftOut(section, "pins are not shared with another gateway");
            default -> notes.add(section, "no equivalent; the section is left out");
        }
    }

    private List<Statement> inherited(Statement section, int from, List<Statement> orElse) {
        int at = section.words().indexOf("from");
        if (at < from) {
            return orElse;
        }
        List<Statement> found = defaults.get(section.word(at + 1));
        if (found == null) {
            notes.addLoss(section, "no such defaults section before it; what it says is not known");
        }
        return found == null ? orElse : found;
    }

    private void add(HaproxySection section) {
        if (section.isFrontend()) {
            frontends.add(section);
        }
        if (section.isBackend()) {
            backends.putIfAbsent(section.name(), section);
        }
        if (section.isDisabled()) {
            notes.leftOut(section.section(), "disabled");
        } else if (!section.isTcp()) {
            notes.leftOut(section.section(), "mode " + section.mode() + " is layer 7, vipgate is layer 4");
        }
    }
}
