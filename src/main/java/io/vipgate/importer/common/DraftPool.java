package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A pool to be written.
 *
 * <p>Confined to one import.
 */
public final class DraftPool {
    private final int line;
    private final String name;
    private final Map<String, Object> settings = new LinkedHashMap<>();
    private List<DraftEndpoint> endpoints = new ArrayList<>();

    /** With the line where the other program's file has it, and the name it is to have. */
    public DraftPool(int line, String name) {
        this.line = line;
        this.name = name;
    }

    public int line() {
        return line;
    }

    public String name() {
        return name;
    }

    public List<DraftEndpoint> endpoints() {
        return endpoints;
    }

    public void add(DraftEndpoint endpoint) {
        endpoints.add(endpoint);
    }

    public void replaceEndpoints(List<DraftEndpoint> others) {
        endpoints = new ArrayList<>(others);
    }

    public void set(String key, Object value) {
        settings.put(key, value);
    }

    /** Keeps the first matching endpoint that is not a backup as the primary, and makes all others backups. */
    public void makeBackupsExceptFirst(Predicate<DraftEndpoint> isPrimary) {
        List<DraftEndpoint> ordered = new ArrayList<>();
        boolean hasPrimary = false;
        for (DraftEndpoint endpoint : endpoints) {
            boolean isFirst = !hasPrimary && !endpoint.isBackup() && isPrimary.test(endpoint);
            hasPrimary |= isFirst;
            ordered.add(isFirst ? endpoint : endpoint.asBackup());
        }
        endpoints = ordered;
    }

    /** Sets a key of one of its sections, {@code timeouts.idle}. */
    public void set(String section, String key, Object value) {
        Map<String, Object> inner = new LinkedHashMap<>();
        if (settings.get(section) instanceof Map<?, ?> old) {
            old.forEach((name, each) -> inner.put(name.toString(), each));
        }
        inner.put(key, value);
        settings.put(section, inner);
    }

    public void remove(String key) {
        settings.remove(key);
    }

    public Object setting(String key) {
        return settings.getOrDefault(key, "");
    }

    /** Whether the one would be written as the other is. */
    public boolean isSameAs(DraftPool other) {
        if (!name.equals(other.name) || !settings.equals(other.settings)
                || endpoints.size() != other.endpoints.size()) {
            return false;
        }
        for (int i = 0; i < endpoints.size(); i++) {
            if (!endpoints.get(i).withLine(0).equals(other.endpoints.get(i).withLine(0))) {
                return false;
            }
        }
        return true;
    }

    /** As it is written: the rule first, then the endpoints by their names. */
    public Map<String, Object> section() {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("balance", settings.getOrDefault("balance", "weighted-random"));
        UniqueNames names = new UniqueNames();
        Map<String, Object> written = new LinkedHashMap<>();
        for (DraftEndpoint endpoint : endpoints) {
            String wanted = endpoint.name().isEmpty() ? endpoint.address().host() : endpoint.name();
            written.put(names.unique(wanted, endpoint.address().port()), endpoint.section());
        }
        section.put("endpoints", written);
        settings.forEach(section::putIfAbsent);
        return section;
    }
}
