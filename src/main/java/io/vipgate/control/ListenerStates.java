package io.vipgate.control;

import io.vipgate.relay.ListenerState;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the operator wants of listeners, by name, whether the configuration has them now or not: one that a reload takes away and
 * another brings back is as it was left.
 *
 * <p>Thread-safe; changed on the control thread alone.
 */
public final class ListenerStates {
    private volatile Map<String, ListenerHold> held = Map.of();
    /** Those that the operator has said anything about since the start. */
    private final Set<String> set = new HashSet<>();

    /** Makes those of a gateway whose listeners all take clients. */
    public ListenerStates() {}

    /** The listeners that take nobody, in the order of their names. */
    public Map<String, ListenerHold> held() {
        return held;
    }

    /** How a listener is held; empty while it takes clients. */
    public Optional<ListenerHold> hold(String listener) {
        return Optional.ofNullable(held.get(listener));
    }

    /** What the operator wants of a listener. */
    public ListenerState of(String listener) {
        return hold(listener).map(ListenerHold::state).orElse(ListenerState.READY);
    }

    /** What the operator wants of a listener from now on. */
    void set(String listener, ListenerState state, Instant now) {
        set.add(listener);
        Map<String, ListenerHold> next = new TreeMap<>(held);
        if (state == ListenerState.READY) {
            next.remove(listener);
        } else {
            next.put(listener, new ListenerHold(state, now));
        }
        held = Collections.unmodifiableMap(next);
    }

    /** What a state file says, which holds where the operator has said nothing. */
    void restore(Map<String, ListenerHold> kept) {
        Map<String, ListenerHold> next = new TreeMap<>(held);
        kept.forEach((listener, hold) -> {
            if (!set.contains(listener)) {
                next.putIfAbsent(listener, hold);
            }
        });
        held = Collections.unmodifiableMap(next);
    }

    /** Makes it again as it was. */
    void takeBack(Map<String, ListenerHold> before) {
        held = before;
    }
}
