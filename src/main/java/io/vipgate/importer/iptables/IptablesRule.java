package io.vipgate.importer.iptables;

import java.util.List;
import java.util.Optional;

/**
 * One rule, as {@code iptables-save} prints it.
 *
 * <p>Immutable.
 *
 * @param line where it stands, from 1
 * @param table such as {@code nat}
 * @param chain such as {@code PREROUTING}
 * @param options in their order
 */
record IptablesRule(int line, String table, String chain, List<Option> options) {
    /**
     * An option and its values.
     *
     * @param name with its dashes, such as {@code --dport}
     * @param isNegated preceded by an exclamation mark
     */
    record Option(String name, boolean isNegated, List<String> values) {
        String value() {
            return values.isEmpty() ? "" : values.getFirst();
        }

        @Override
        public String toString() {
            return (isNegated ? "! " : "") + name + (values.isEmpty() ? "" : " " + String.join(" ", values));
        }
    }

    Optional<Option> option(String... names) {
        return options.stream().filter(option -> List.of(names).contains(option.name())).findFirst();
    }

    /** Where it jumps or goes; empty when it only counts. */
    String target() {
        return option("-j", "--jump", "-g", "--goto").map(Option::value).orElse("");
    }
}
