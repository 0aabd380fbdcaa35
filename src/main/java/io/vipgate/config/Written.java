package io.vipgate.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the file really writes, and where, in file order. <b>Confined to one load.</b> */
final class Written {
    private final Map<KeyPath, Place> places = new LinkedHashMap<>();

    /** A key, a name or an item; only a key has a declaration. */
    record Place(int line, Node node, Optional<Key> key) {}

    void put(KeyPath path, int line, Node node, @Nullable Key key) {
        places.put(path, new Place(line, node, Optional.ofNullable(key)));
    }

    boolean has(KeyPath path) {
        return places.containsKey(path);
    }

    Optional<Place> at(KeyPath path) {
        return Optional.ofNullable(places.get(path));
    }

    Set<KeyPath> paths() {
        return places.keySet();
    }

    /** The line of the path, or of the nearest written thing above it. */
    int line(KeyPath path) {
        for (KeyPath p = path; !p.isRoot(); p = p.parent()) {
            Place place = places.get(p);
            if (place != null) {
                return place.line();
            }
        }
        return 1;
    }
}
