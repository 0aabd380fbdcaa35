package io.vipgate.control;

import io.vipgate.access.AccessEntry;
import io.vipgate.access.AccessList;
import io.vipgate.access.Blocks;
import io.vipgate.access.SourceLimits;
import io.vipgate.access.SourceRules;
import io.vipgate.config.AccessConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.loops.EventLoopSet;
import io.vipgate.relay.AdmissionRules;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.ProxyAcceptance;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in to each listener, over time: what sources use of their limits is kept when a reload changes only the limits.
 *
 * <p>Confined to the control thread, but for what is said to be from any thread.
 */
public final class ListenerAdmissions {
    private final Blocks blocks;
    private final Map<String, SourceLimits> limits = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> waiting = new ConcurrentHashMap<>();
    private volatile Map<String, AccessList> lists = Map.of();

    /**
     * Makes those of a gateway without listeners.
     *
     * @param blocks of all listeners
     */
    public ListenerAdmissions(Blocks blocks) {
        this.blocks = blocks;
    }

    /**
     * Reads the access lists of a configuration with their files. From any thread; takes as long as a million networks take.
     *
     * @return by listener; those with the same entries share a list
     * @throws StartException with every fault of a listener's list, or if there are too many networks
     */
    public static Map<String, AccessList> read(GatewayConfig config) throws StartException {
        Map<String, AccessList> lists = new LinkedHashMap<>();
        Map<List<List<AccessEntry>>, AccessList> shared = new HashMap<>();
        for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
            Optional<AccessConfig> access = listener.getValue().access();
            if (access.isPresent()) {
                List<List<AccessEntry>> entries = List.of(access.get().allow(), access.get().deny());
                AccessList list = shared.get(entries);
                if (list == null) {
                    list = AdmissionMapping.access(listener.getKey(), access.get());
                    shared.put(entries, list);
                }
                lists.put(listener.getKey(), list);
            }
        }
        int networks = shared.values().stream().mapToInt(AccessList::size).sum();
        if (networks > AccessList.MAX_PREFIXES) {
            throw new StartException("access: " + networks + " networks over all listeners (expected: at most "
                    + AccessList.MAX_PREFIXES + ")");
        }
        return lists;
    }

    /** Has a listener, which every loop has, let in whom its configuration lets in. */
    void serve(EventLoopSet loops, String name, ListenerConfig config, @Nullable AccessList list) {
        Map<String, AccessList> next = new HashMap<>(lists);
        if (list == null) {
            next.remove(name);
        } else {
            next.put(name, list);
        }
        lists = Map.copyOf(next);
        AdmissionRules rules = new AdmissionRules(blocks, list,
                config.access().map(AccessConfig::dryRun).orElse(false),
                config.access().map(access -> access.answer() == AccessConfig.Answer.CLOSE).orElse(false),
                limits(name, config));
        ProxyAcceptance proxies = config.acceptProxy().map(AdmissionMapping::proxies).orElse(null);
        AtomicInteger itsWaiting = waiting.computeIfAbsent(name, _ -> new AtomicInteger());
        loops.onEach(context -> {
            LoopListener listener = Objects.requireNonNull(context.listeners().get(name));
            listener.admit(rules);
            listener.accept(proxies, itsWaiting);
        });
    }

    private @Nullable SourceLimits limits(String name, ListenerConfig config) {
        SourceRules rules = config.perSource().map(AdmissionMapping::limits).filter(SourceRules::isLimiting)
                .orElse(null);
        if (rules == null) {
            limits.remove(name);
            return null;
        }
        SourceLimits present = limits.get(name);
        if (present != null && present.canUpdate(rules)) {
            present.update(rules);
            return present;
        }
        SourceLimits fresh = new SourceLimits(rules);
        limits.put(name, fresh);
        return fresh;
    }

    void remove(String name) {
        limits.remove(name);
        waiting.remove(name);
        Map<String, AccessList> next = new HashMap<>(lists);
        next.remove(name);
        lists = Map.copyOf(next);
    }

    /** Of all listeners. From any thread. */
    public Blocks blocks() {
        return blocks;
    }

    /** The access lists, by listener. From any thread. */
    public Map<String, AccessList> lists() {
        return lists;
    }

    /** A listener's access list; empty where everybody may come in. From any thread. */
    public Optional<AccessList> list(String listener) {
        return Optional.ofNullable(lists.get(listener));
    }

    /** A listener's limits per source; empty where there are none. From any thread. */
    public Optional<SourceLimits> limits(String listener) {
        return Optional.ofNullable(limits.get(listener));
    }

    /** Clients of a listener whose first bytes are waited for. From any thread. */
    public int waiting(String listener) {
        AtomicInteger itsWaiting = waiting.get(listener);
        return itsWaiting == null ? 0 : itsWaiting.get();
    }
}
