package io.vipgate.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A listener to be written.
 *
 * <p>Confined to one import.
 */
final class DraftListener {
    private final int line;
    private final String name;
    private final DraftPool pool;
    private final Map<String, Object> settings = new LinkedHashMap<>();
    private List<HostPort> binds;

    /** With the line where the other program's file has it, and the name it is to have. */
    DraftListener(int line, String name, List<HostPort> binds, DraftPool pool) {
        this.line = line;
        this.name = name;
        this.binds = List.copyOf(binds);
        this.pool = pool;
    }

    int line() {
        return line;
    }

    String name() {
        return name;
    }

    List<HostPort> binds() {
        return binds;
    }

    void replaceBinds(List<HostPort> others) {
        binds = List.copyOf(others);
    }

    DraftPool pool() {
        return pool;
    }

    void set(String key, Object value) {
        settings.put(key, value);
    }

    /** As it is written; the pool's name is known when all pools are. */
    Map<String, Object> section(String poolName) {
        Map<String, Object> section = new LinkedHashMap<>();
        List<String> addresses = new ArrayList<>();
        binds.forEach(bind -> addresses.add(bind.toString()));
        section.put("bind", addresses.size() == 1 ? addresses.getFirst() : addresses);
        section.put("pool", poolName);
        section.putAll(settings);
        return section;
    }
}
