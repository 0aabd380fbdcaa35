package io.vipgate.importer.netfilter;

import io.vipgate.importer.netfilter.Unknowns.Unknown;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where connections go when what is unknown is so.
 *
 * <p>Immutable.
 *
 * @param asked what was asked for, and its value
 */
record Combination(Map<Unknown, Integer> asked, OutcomeShares shares) {
    Combination {
        asked = new LinkedHashMap<>(asked);
    }

    /** The interfaces among what was asked. */
    Map<Unknown, Integer> interfaces() {
        Map<Unknown, Integer> interfaces = new LinkedHashMap<>(asked);
        interfaces.keySet().removeIf(unknown -> !unknown.isInterface());
        return interfaces;
    }

    /** The value of what has that name; -1 where it was not asked. */
    int valueOf(String name) {
        return asked.entrySet().stream().filter(each -> each.getKey().name().equals(name)).map(Map.Entry::getValue)
                .findFirst().orElse(-1);
    }
}
