package io.vipgate.config;

import java.util.List;

/** The YAML file as a tree of text with line numbers; scalars have no type yet. <b>Immutable.</b> */
sealed interface Node {
    /** The line on which the node begins, from 1. */
    int line();

    /**
     * One value, as text.
     *
     * @param plain written without quotes
     */
    record ScalarNode(int line, String text, boolean plain) implements Node {
        /** Whether nothing is written there: YAML's null. */
        boolean isNull() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }
    }

    /** A sequence. */
    record ListNode(int line, List<Node> items) implements Node {
        public ListNode {
            items = List.copyOf(items);
        }
    }

    /** A mapping in file order, its keys distinct. */
    record MapNode(int line, List<Entry> entries) implements Node {
        public MapNode {
            entries = List.copyOf(entries);
        }
    }

    /**
     * One key of a mapping.
     *
     * @param line the line of the key, which may lie before the line of its value
     */
    record Entry(int line, String key, Node value) {}
}
