package io.vipgate.relay;

import io.vipgate.counters.EnumCounter;

/**
 * What was counted of a listener.
 *
 * <p>Confined to its event loop; a copy belongs to whoever has it.
 */
public final class ListenerCounts {
    private final EnumCounter<RefuseReason> refused = new EnumCounter<>(RefuseReason.class);
    private long accepted;
    private long open;

    /** Makes counts of nothing. */
    public ListenerCounts() {}

    void onAccepted() {
        accepted++;
        open++;
    }

    void onClosed() {
        open--;
    }

    void onRefused(RefuseReason reason) {
        refused.add(reason);
    }

    void add(ListenerCounts other) {
        accepted += other.accepted;
        open += other.open;
        refused.add(other.refused);
    }

    /** Clients that got a relay. */
    public long accepted() {
        return accepted;
    }

    /** Relays that are open. */
    public long open() {
        return open;
    }

    /** Clients that were refused; for descriptors, pauses in accepting. */
    public EnumCounter<RefuseReason> refused() {
        return refused;
    }
}
