package io.vipgate.importer.common;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Names that vipgate accepts: 1 to 63 letters, digits, {@code _ . -}, each used once in its section.
 *
 * <p>Confined to one import.
 */
final class UniqueNames {
    private static final int MAX_LENGTH = 63;
    private static final int SUFFIX_LENGTH = 12;

    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> counts = new HashMap<>();

    /** The name, or the nearest one that is left. */
    String unique(String wanted) {
        String name = clean(wanted);
        String free = name;
        while (!taken.add(free)) {
            free = shortened(name) + "-" + counts.merge(name, 2, (old, _) -> old + 1);
        }
        return free;
    }

    /** The name, with the port where the name alone is taken. */
    String unique(String wanted, int port) {
        String name = clean(wanted);
        return taken.add(name) ? name : unique(shortened(name) + "-" + port);
    }

    private static String shortened(String name) {
        return name.substring(0, Math.min(name.length(), MAX_LENGTH - SUFFIX_LENGTH));
    }

    private static String clean(String wanted) {
        String name = wanted.replaceAll("[^A-Za-z0-9_.-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
        return name.isEmpty() ? "unnamed" : name.substring(0, Math.min(name.length(), MAX_LENGTH));
    }
}
