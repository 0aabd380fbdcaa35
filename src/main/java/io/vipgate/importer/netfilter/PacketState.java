package io.vipgate.importer.netfilter;

import java.util.HashMap;
import java.util.Map;

/**
 * What a connection's first packet carries through the rules besides its addresses, and how far the counters have counted.
 *
 * <p>Immutable.
 *
 * @param mark of the packet
 * @param connectionMark of its connection
 * @param turns by counter, the number that it gives next; those that are not named give 0
 * @param hashes by what is hashed, the number that this client has
 */
record PacketState(long mark, long connectionMark, Map<String, Integer> turns, Map<String, Integer> hashes) {
    PacketState {
        turns = Map.copyOf(turns);
        hashes = Map.copyOf(hashes);
    }

    /** A new packet, with the counters as they stand. */
    static PacketState with(Map<String, Integer> turns) {
        return new PacketState(0, 0, turns, Map.of());
    }

    PacketState withMark(boolean isOfConnection, long value) {
        return isOfConnection
                ? new PacketState(mark, value, turns, hashes)
                : new PacketState(value, connectionMark, turns, hashes);
    }

    long mark(boolean isOfConnection) {
        return isOfConnection ? connectionMark : mark;
    }

    PacketState afterTurn(NumberSource counter) {
        Map<String, Integer> counted = new HashMap<>(turns);
        counted.put(counter.key(), (turns.getOrDefault(counter.key(), 0) + 1) % counter.modulus());
        return new PacketState(mark, connectionMark, counted, hashes);
    }

    PacketState withHash(String key, int number) {
        Map<String, Integer> known = new HashMap<>(hashes);
        known.put(key, number);
        return new PacketState(mark, connectionMark, turns, known);
    }
}
