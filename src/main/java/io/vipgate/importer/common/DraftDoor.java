package io.vipgate.importer.common;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Who may come in to a listener, and as whom: what is to be written beside its address.
 *
 * <p>Immutable.
 *
 * @param acceptProxy empty: nobody sends a header
 * @param perSource empty: no limits
 */
public record DraftDoor(Map<String, Object> acceptProxy, DraftAccess access, Map<String, Object> perSource) {
    /** Copies the sections. */
    public DraftDoor {
        acceptProxy = new LinkedHashMap<>(acceptProxy);
        perSource = new LinkedHashMap<>(perSource);
    }

    /** How many networks it names. */
    public int size() {
        return access.size() + Stream.of(acceptProxy.get("from"), perSource.get("exempt"))
                .mapToInt(networks -> networks instanceof List<?> list ? list.size() : 0).sum();
    }

    /** Sets the sections of a listener. */
    public void applyTo(DraftListener listener) {
        if (!acceptProxy.isEmpty()) {
            listener.set("acceptProxy", acceptProxy);
        }
        listener.set(access);
        if (!perSource.isEmpty()) {
            listener.set("perSource", perSource);
        }
    }
}
