package io.vipgate.importer.haproxy;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Whose checks decide the health of a server: its own, or those of the server at the end of its {@code track} words.
 *
 * <p>Confined to one import.
 */
final class HaproxyTracks {
    private final HaproxySections sections;

    HaproxyTracks(HaproxySections sections) {
        this.sections = sections;
    }

    /**
     * A server that is checked.
     *
     * @param backend the section that it stands in
     */
    record Checked(HaproxySection backend, HaproxyServer server) {}

    /** Empty where no check is found at the end, as in a circle. */
    Optional<Checked> of(HaproxySection backend, HaproxyServer server) {
        HaproxySection section = backend;
        HaproxyServer at = server;
        Set<String> seen = new HashSet<>();
        while (at.has("track")) {
            String target = at.value("track").orElse("");
            int slash = target.lastIndexOf('/');
            Optional<HaproxySection> next = slash < 0
                    ? Optional.of(section)
                    : sections.backend(target.substring(0, slash));
            Optional<HaproxyServer> found = next.flatMap(each -> sections.server(each, target.substring(slash + 1)));
            if (found.isEmpty() || !seen.add(next.get().name() + "/" + found.get().name())) {
                return Optional.empty();
            }
            section = next.get();
            at = found.get();
        }
        return at.has("check") ? Optional.of(new Checked(section, at)) : Optional.empty();
    }
}
