package io.vipgate.clienthello;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where names of servers lead. An exact name decides before a wildcard, a longer wildcard before a shorter one. {@code
 * *.example.com} stands for one label or more before {@code .example.com}, not for {@code example.com} itself.
 *
 * <p>Immutable.
 *
 * @param <T> what names lead to
 */
final class ServerNameTable<T> {
    private static final String WILDCARD = "*.";

    private final Map<String, HelloRoute<T>> exact = new HashMap<>();
    /** By what follows the asterisk. */
    private final Map<String, HelloRoute<T>> suffixes = new HashMap<>();

    /**
     * Makes a table.
     *
     * @param entries by name or wildcard, in small letters and without a last dot
     */
    ServerNameTable(Map<String, T> entries) {
        entries.forEach((name, target) -> {
            if (name.startsWith(WILDCARD)) {
                suffixes.put(name.substring(1), new HelloRoute<>(HelloResult.WILDCARD, name, target));
            } else {
                exact.put(name, new HelloRoute<>(HelloResult.NAME, name, target));
            }
        });
    }

    /** Looks a usable name up, which is in small letters and has no last dot; null when it leads nowhere. */
    @Nullable
    HelloRoute<T> find(String name) {
        HelloRoute<T> route = exact.get(name);
        if (route != null || suffixes.isEmpty()) {
            return route;
        }
        for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
            route = suffixes.get(name.substring(dot));
            if (route != null) {
                return route;
            }
        }
        return null;
    }
}
