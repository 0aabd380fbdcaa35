package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.HostPort;

/**
 * An address and port that rules send on.
 *
 * <p>Immutable.
 *
 * @param bind what a listener for it binds
 * @param fromOutside what becomes of clients' connections
 * @param fromHere what becomes of those that the machine itself makes
 */
record Served(HostPort bind, Finding fromOutside, Finding fromHere) {
    /** What counts for the listener: clients, if they are sent on at all. */
    Finding main() {
        return fromOutside.isStaying() ? fromHere : fromOutside;
    }

    boolean isStaying() {
        return fromOutside.isStaying() && fromHere.isStaying();
    }

    boolean isSameAs(Served other) {
        return fromOutside.isSameAs(other.fromOutside) && fromHere.isSameAs(other.fromHere);
    }
}
