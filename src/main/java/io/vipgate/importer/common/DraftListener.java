package io.vipgate.importer.common;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A listener to be written.
 *
 * <p>Confined to one import.
 */
public final class DraftListener {
    private static final Pattern BACKLOG = Pattern.compile("[1-9][0-9]{0,3}|[1-5][0-9]{4}");

    private final int line;
    private final String name;
    private final DraftPool pool;
    private final Map<String, Object> settings = new LinkedHashMap<>();
    private List<HostPort> binds;
    private DraftRoutes<DraftPool> routes;
    private Map<String, Object> helloSettings = Map.of();

    /** With the line where the other program's file has it, and the name it is to have. */
    public DraftListener(int line, String name, List<HostPort> binds, DraftPool pool) {
        this.line = line;
        this.name = name;
        this.binds = List.copyOf(binds);
        this.pool = pool;
        routes = DraftRoutes.plain(pool);
    }

    public int line() {
        return line;
    }

    public String name() {
        return name;
    }

    public List<HostPort> binds() {
        return binds;
    }

    public void replaceBinds(List<HostPort> others) {
        binds = List.copyOf(others);
    }

    public DraftPool pool() {
        return pool;
    }

    public void set(String key, Object value) {
        settings.put(key, value);
    }

    /**
     * Leads its clients by what they begin with.
     *
     * @param byHello whose own target is the listener's pool
     * @param hello what is written beside them: {@code timeout}, {@code maxHello}
     */
    public void lead(DraftRoutes<DraftPool> byHello, Map<String, Object> hello) {
        routes = byHello;
        helloSettings = new LinkedHashMap<>(hello);
    }

    /** Takes away what leads to pools that are not written. */
    void keepRoutesTo(Predicate<DraftPool> isWritten) {
        routes = routes.map(each -> each == pool || isWritten.test(each) ? Optional.of(each) : Optional.empty())
                .orElse(routes);
    }

    /** All pools that its clients are led to, its own first. */
    public List<DraftPool> pools() {
        return routes.targets();
    }

    /** Sets who may come in. */
    public void set(DraftAccess access) {
        if (!access.isEverybody()) {
            settings.put("access", access.section());
        }
    }

    /** A backlog as other programs have it; empty if vipgate does not take it. */
    public static OptionalInt backlog(String text) {
        return BACKLOG.matcher(text).matches() ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    /** As it is written; the pools' names are known when all pools are. */
    public Map<String, Object> section(Function<DraftPool, String> poolName) {
        Map<String, Object> section = new LinkedHashMap<>();
        List<String> addresses = new ArrayList<>();
        binds.forEach(bind -> addresses.add(bind.toString()));
        section.put("bind", addresses.size() == 1 ? addresses.getFirst() : addresses);
        section.put("pool", poolName.apply(pool));
        if (!routes.isPlain()) {
            Map<String, Object> tls = routes.section(poolName);
            tls.putAll(helloSettings);
            section.put("tls", tls);
        }
        section.putAll(settings);
        return section;
    }
}
