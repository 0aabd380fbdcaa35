package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.HostPort;

/**
 * Where a connection ends up.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Outcome {
    /** At another address. */
    record Target(HostPort address) implements Outcome {}

    /** At the address that it was made to: no rule sends it on. */
    record Stays() implements Outcome {}

    /** Nowhere. */
    record Dropped(int line, String text) implements Outcome {}

    /** Somewhere that no listener can send it to. */
    record Lost(int line, String text) implements Outcome {}
}
