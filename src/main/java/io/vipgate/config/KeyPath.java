package io.vipgate.config;

import io.vipgate.text.Sanitizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a value stands in the file. Kept in parts, since names may contain dots. <b>Immutable.</b>
 *
 * @param parts keys, names and {@code [0]} for items, outermost first
 */
record KeyPath(List<String> parts) {
    static final KeyPath ROOT = new KeyPath(List.of());

    KeyPath {
        parts = List.copyOf(parts);
    }

    static KeyPath of(String... parts) {
        return new KeyPath(List.of(parts));
    }

    KeyPath child(String name) {
        List<String> longer = new ArrayList<>(parts.size() + 1);
        longer.addAll(parts);
        longer.add(name);
        return new KeyPath(longer);
    }

    KeyPath item(int index) {
        return child("[" + index + "]");
    }

    boolean isRoot() {
        return parts.isEmpty();
    }

    /** The path one level up; the root's parent is the root. */
    KeyPath parent() {
        return isRoot() ? this : new KeyPath(parts.subList(0, parts.size() - 1));
    }

    // By hand, as paths are keys of maps: a record's own are made when they are first used, 10 ms of each start.

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyPath path && parts.equals(path.parts);
    }

    @Override
    public int hashCode() {
        return parts.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            if (!text.isEmpty() && !part.startsWith("[")) {
                text.append('.');
            }
            text.append(Sanitizer.name(part));
        }
        return text.toString();
    }
}
