package io.vipgate.importer.netfilter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the rules alone do not tell of a connection: its interface, its client, what a match that is not understood would say. Every
 * combination that is asked for is gone through, one after the other.
 *
 * <p>Confined to one thread.
 */
final class Unknowns {
    /** Which of its values an unknown has, from 0. */
    private final List<Choice> choices = new ArrayList<>();

    private record Choice(Unknown unknown, int value) {}

    /**
     * Something that is not known.
     *
     * @param values how many values it may have
     * @param isInterface whether it is an interface, which a listener on an address need not know
     */
    record Unknown(String name, int values, boolean isInterface) {}

    /** The value in this combination. */
    int valueOf(Unknown unknown) {
        for (Choice choice : choices) {
            if (choice.unknown.equals(unknown)) {
                return choice.value;
            }
        }
        choices.add(new Choice(unknown, 0));
        return 0;
    }

    /** What was asked for in this combination, and the values. */
    Map<Unknown, Integer> asked() {
        Map<Unknown, Integer> asked = new LinkedHashMap<>();
        choices.forEach(choice -> asked.put(choice.unknown, choice.value));
        return asked;
    }

    /** Goes to the next combination; false when there is none. */
    boolean advance() {
        while (!choices.isEmpty()) {
            Choice last = choices.removeLast();
            if (last.value + 1 < last.unknown.values) {
                choices.add(new Choice(last.unknown, last.value + 1));
                return true;
            }
        }
        return false;
    }
}
