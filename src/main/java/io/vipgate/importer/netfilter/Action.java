package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.Intervals;
import java.util.List;

/**
 * What a rule does with a packet that it matches.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Action {
    /** Goes through another chain; comes back behind the rule, unless it is a goto. */
    record Jump(String chain, boolean isGoto) implements Action {}

    /** Goes back to where the chain was entered; to the policy in a base chain. */
    record Return() implements Action {}

    /** Ends the base chain. */
    record Accept() implements Action {}

    /** Ends the connection. */
    record Drop(String text) implements Action {}

    /** The kernel does not track the connection, so it is not translated. */
    record NoTrack() implements Action {}

    /** Goes to another address. */
    record Translate(Translation translation) implements Action {}

    /** Keeps some bits of a mark and flips others: {@code (mark & keep) ^ flip}. */
    record ChangeMark(boolean isOfConnection, long keep, long flip) implements Action {}

    /** Copies a mark, as {@code (to & ~toMask) ^ (from & fromMask)}. */
    record CopyMark(boolean isToConnection, long fromMask, long toMask) implements Action {}

    /** Several, one after the other; each gets what goes on behind the one before. */
    record Sequence(List<Action> actions) implements Action {
        /** Copies the list. */
        public Sequence {
            actions = List.copyOf(actions);
        }
    }

    /** What stands beside the first key that matches; behind the rule where none does. */
    record LookUp(List<Entry> entries) implements Action {
        /** Copies the list. */
        public LookUp {
            entries = List.copyOf(entries);
        }
    }

    /** A key and the action for it. */
    record Entry(List<Match> key, Action action) {
        /** Copies the list. */
        public Entry {
            key = List.copyOf(key);
        }
    }

    /** Sends a copy of the packet elsewhere as well. */
    record Copy(String text) implements Action {}

    /** Nothing that changes where a connection goes. */
    record Nothing() implements Action {}

    /** Something that changes where it goes, and that no listener can do. */
    record Unsupported(String text) implements Action {}

    /** One of several, by a number that is drawn; behind the rule where none is for that number. */
    record Draw(NumberSource source, List<Option> options) implements Action {
        /** Copies the list. */
        public Draw {
            options = List.copyOf(options);
        }
    }

    /** An action and the numbers that it is drawn for. */
    record Option(Intervals numbers, Action action) {}
}
