package io.vipgate.importer.common;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration that an import builds. {@link #finish} corrects or leaves out, and notes, what vipgate would refuse: addresses
 * that overlap or are those of endpoints, a pool without an endpoint, weights that are too large.
 *
 * <p>Confined to one import.
 */
public final class ConfigDraft {
    /** How many endpoints and addresses fit a configuration that vipgate reads. */
    public static final int MAX_SIZE = 20_000;

    private static final String TOO_LARGE = "too large for one configuration (1 MiB, " + MAX_SIZE
            + " values): split the file";

    private final Notes notes;
    private final Map<String, List<DraftPool>> pools = new LinkedHashMap<>();
    private final List<DraftListener> listeners = new ArrayList<>();
    private final ListenAddresses listenAddresses = new ListenAddresses();

    private long size;
    private int missedListeners;
    private int missedEndpoints;

    /** An empty one. */
    public ConfigDraft(Notes notes) {
        this.notes = notes;
    }

    /** Whether it is too large already, so that the import need not go on. */
    public boolean isFull() {
        return size > MAX_SIZE;
    }

    /** Counts what has been read of the file and is not added, so that reading ends at some time. */
    public void count(int values) {
        size += values;
    }

    /** Counts a listener that the file asks for and that is not added; its note says why. */
    public void missListener() {
        missedListeners++;
    }

    /** Counts an endpoint that the file asks for and that is not added; its note says why. */
    public void missEndpoint() {
        missedEndpoints++;
    }

    /** Adds the pool, unless there is an equal one of the same name; returns the one to refer to. */
    public DraftPool addPool(DraftPool pool) {
        size += pool.endpoints().size();
        List<DraftPool> namesakes = pools.computeIfAbsent(pool.name(), _ -> new ArrayList<>());
        for (DraftPool other : namesakes) {
            if (other.isSameAs(pool)) {
                return other;
            }
        }
        if (!namesakes.isEmpty()) {
            notes.add(pool.line(), pool.name() + " is used with other settings too: each has a pool of its own, whose "
                    + "endpoints are probed for themselves, and whose connections, limits and pins are counted apart");
        }
        namesakes.add(pool);
        return pool;
    }

    /** Adds a listener that is to have this name, unless another one has it. */
    public DraftListener addListener(int line, String name, List<HostPort> binds, DraftPool pool) {
        DraftListener listener = new DraftListener(line, name, binds, pool);
        listeners.add(listener);
        size += binds.size();
        return listener;
    }

    /**
     * The configuration, or why there is none.
     *
     * @param firstNote what every operator must know
     * @param emptyReason why there is no configuration, when no listener is left
     */
    public ImportResult finish(String firstNote, String emptyReason) {
        if (isFull()) {
            return ImportResult.failed(TOO_LARGE, notes.inOrder());
        }
        int listenersFound = listeners.size() + missedListeners;
        int endpointsFound = countEndpoints() + missedEndpoints;
        EndpointBinds endpointBinds = new EndpointBinds(notes, usedPools().toList());
        listeners.forEach(endpointBinds::replaceIn);
        listeners.forEach(this::reserveBinds);
        pools.values().forEach(namesakes -> namesakes.forEach(this::finishPool));
        listeners.forEach(this::dropUnusableRoutes);
        listeners.removeIf(this::isUnusable);
        if (listeners.isEmpty()) {
            return ImportResult.failed(emptyReason, notes.inOrder());
        }
        String yaml = YamlWriter.write(sections());
        if (yaml.isEmpty()) {
            return ImportResult.failed(TOO_LARGE, notes.inOrder());
        }
        int written = (int) usedPools().count();
        return ImportResult.of(yaml, notes.inOrderAfter(firstNote),
                new ImportCounts(listeners.size(), listenersFound, written, countEndpoints(), endpointsFound));
    }

    private Stream<DraftPool> usedPools() {
        return listeners.stream().flatMap(listener -> listener.pools().stream()).distinct();
    }

    private int countEndpoints() {
        return usedPools().mapToInt(pool -> pool.endpoints().size()).sum();
    }

    /** Clients that are led to a pool that can't be written are treated as those that nothing is said of. */
    private void dropUnusableRoutes(DraftListener listener) {
        listener.keepRoutesTo(pool -> !isUnusable(listener, pool, "what leads to " + pool.name()));
    }

    private boolean isUnusable(DraftListener listener) {
        return isUnusable(listener, listener.pool(), listener.name()) || listener.binds().isEmpty();
    }

    private boolean isUnusable(DraftListener listener, DraftPool pool, String leftOut) {
        List<DraftEndpoint> endpoints = pool.endpoints();
        for (DraftEndpoint endpoint : endpoints) {
            Optional<HostPort> bind = listenAddresses.listenerReachedBy(endpoint.address());
            if (bind.isPresent()) {
                notes.addLoss(endpoint.line(), endpoint.address() + " is the gateway's own listener (" + bind.get()
                        + "), and it does not connect to itself; " + leftOut + " is left out");
                return true;
            }
        }
        boolean hasEndpoint = endpoints.stream().anyMatch(endpoint -> endpoint.weight() > 0);
        if (!hasEndpoint) {
            notes.addLoss(listener.line(), leftOut + ": no endpoint that takes connections; it is left out");
        }
        return !hasEndpoint;
    }

    private void reserveBinds(DraftListener listener) {
        List<HostPort> kept = new ArrayList<>();
        for (HostPort bind : listener.binds()) {
            Optional<HostPort> overlap = listenAddresses.add(bind);
            if (overlap.isEmpty()) {
                kept.add(bind);
                continue;
            }
            Optional<HostPort> rest = reserveRest(bind);
            if (!kept.contains(overlap.get())) {
                notes.addLoss(listener.line(), bind + " is already taken by a listener on " + overlap.get()
                        + rest.map(family -> "; " + listener.name() + " has " + family + " alone")
                                .orElse("; it is left out of " + listener.name()));
            }
            rest.ifPresent(kept::add);
        }
        listener.replaceBinds(kept);
    }

    /** Of both families the one that no other listener has. */
    private Optional<HostPort> reserveRest(HostPort bind) {
        return bind.host().isEmpty()
                ? Stream.of("::", "0.0.0.0").flatMap(host -> HostPort.address(host, bind.port()).stream())
                        .filter(family -> listenAddresses.add(family).isEmpty()).findFirst()
                : Optional.empty();
    }

    private void finishPool(DraftPool pool) {
        new WeightScale(notes, pool).apply();
        dropUnreachableSource(pool);
    }

    /** Vipgate refuses a source address from which no endpoint can be reached. */
    private void dropUnreachableSource(DraftPool pool) {
        Optional<InetAddress> source = HostPort.literal(pool.setting("source").toString());
        List<HostPort> addresses = pool.endpoints().stream().map(DraftEndpoint::address).toList();
        if (source.isPresent() && !addresses.isEmpty() && addresses.stream().noneMatch(
                address -> address.literal().isEmpty() || address.literal().get().getClass() == source.get()
                        .getClass())) {
            notes.add(pool.line(),
                    "source " + pool.setting("source") + " has another address family than every endpoint of "
                            + pool.name() + "; it is left out");
            pool.remove("source");
        }
    }

    private Map<String, Object> sections() {
        Map<DraftPool, String> names = new HashMap<>();
        Map<String, Object> poolSections = new LinkedHashMap<>();
        UniqueNames poolNames = new UniqueNames();
        Map<String, Object> listenerSections = new LinkedHashMap<>();
        UniqueNames listenerNames = new UniqueNames();
        for (DraftListener listener : listeners) {
            for (DraftPool pool : listener.pools()) {
                String name = names.computeIfAbsent(pool, each -> poolNames.unique(each.name()));
                poolSections.computeIfAbsent(name, _ -> pool.section());
            }
            listenerSections.put(listenerNames.unique(listener.name()),
                    listener.section(pool -> names.getOrDefault(pool, pool.name())));
        }
        Map<String, Object> sections = new LinkedHashMap<>();
        sections.put("listeners", listenerSections);
        sections.put("pools", poolSections);
        return sections;
    }
}
