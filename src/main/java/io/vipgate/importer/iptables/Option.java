package io.vipgate.importer.iptables;

import java.util.List;

/**
 * An option of a command, with its values.
 *
 * <p>Immutable.
 *
 * @param name as {@code iptables-save} prints it, with its dashes
 * @param isNegated with an exclamation mark before it or before its value
 */
record Option(String name, boolean isNegated, List<String> values) {
    Option {
        values = List.copyOf(values);
    }

    String value() {
        return values.isEmpty() ? "" : values.getFirst();
    }

    @Override
    public String toString() {
        return (isNegated ? "! " : "") + name + (values.isEmpty() ? "" : " " + String.join(" ", values));
    }
}
