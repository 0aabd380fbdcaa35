package io.vipgate.config;

import io.vipgate.config.Node.ScalarNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds what a file asks for and this version does not do yet. <b>Stateless.</b> */
final class PendingKeys {
    private PendingKeys() {}

    /** The paths, in file order; of nested ones the outermost. */
    static List<String> in(Written written) {
        List<KeyPath> pending = new ArrayList<>();
        Set<KeyPath> covered = new HashSet<>();
        for (KeyPath path : written.paths()) {
            boolean asks = written.at(path).flatMap(Written.Place::key).filter(Key::pending)
                    .map(key -> !isOff(key, path, written))
                    .orElse(false);
            if (covered.contains(path.parent())) {
                covered.add(path);
            } else if (asks) {
                covered.add(path);
                pending.add(path);
            }
        }
        return pending.stream().sorted(Comparator.comparingInt(written::line)).map(KeyPath::toString).toList();
    }

    private static boolean isOff(Key key, KeyPath path, Written written) {
        int equals = key.off().indexOf('=');
        KeyPath decisive = equals < 0 ? path : path.child(key.off().substring(0, equals));
        String off = key.off().substring(equals + 1);
        return !off.isEmpty() && written.at(decisive).map(Written.Place::node)
                .map(node -> node instanceof ScalarNode scalar && scalar.text().equals(off)).orElse(false);
    }
}
