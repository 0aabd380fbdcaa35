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
public final class ServerNameTable<T> {
    private static final String WILDCARD = "*.";

    private final Map<String, T> exact = new HashMap<>();
    /** By what follows the asterisk. */
    private final Map<String, T> suffixes = new HashMap<>();

    /**
     * What a name has led to.
     *
     * @param isWildcard whether it was by a wildcard
     */
    public record Match<T>(T target, boolean isWildcard) {}

    /**
     * Makes a table.
     *
     * @param entries by name or wildcard, in small letters and without a last dot
     */
    public ServerNameTable(Map<String, T> entries) {
        entries.forEach((name, target) -> {
            if (name.startsWith(WILDCARD)) {
                suffixes.put(name.substring(1), target);
            } else {
                exact.put(name, target);
            }
        });
    }

    /** Looks a usable name up, which is in small letters and has no last dot; null when it leads nowhere. */
    public @Nullable Match<T> find(String name) {
        T target = exact.get(name);
        if (target != null) {
            return new Match<>(target, false);
        }
        if (suffixes.isEmpty()) {
            return null;
        }
        for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
            target = suffixes.get(name.substring(dot));
            if (target != null) {
                return new Match<>(target, true);
            }
        }
        return null;
    }
}
