package io.vipgate.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What differs between two configurations, key by key, defaults included. <b>Confined to one comparison.</b> */
public final class ConfigDiff {
    /** Keys and credentials must not end up in a log. */
    private static final Pattern SECRET = Pattern.compile("\\.hash\\.key$|\\.probe\\.http\\.headers\\.");

    private final List<Change> changes = new ArrayList<>();

    private ConfigDiff() {}

    /**
     * One key that differs. <b>Immutable.</b>
     *
     * @param path of the key, such as {@code pools.nginx.balance}
     * @param before its value, hidden where it is a secret; empty when it was not there
     * @param after the same, afterwards
     */
    public record Change(String path, Optional<String> before, Optional<String> after) {
        /** Keys that are read at the start alone, with all that is under them. */
        private static final List<String> START_ONLY = List.of("runtime", "admin.bind", "metrics");

        /** Whether a running gateway can't apply it. */
        public boolean needsRestart() {
            return path.equals("admin")
                    || START_ONLY.stream().anyMatch(key -> path.equals(key) || path.startsWith(key + "."));
        }

        /** One line, {@code pools.nginx.endpoints.vip1.weight: 1 -> 3} or {@code listeners.web: added}. */
        @Override
        public String toString() {
            if (before.isEmpty()) {
                return path + ": added";
            }
            return path + ": " + after.map(value -> before.get() + " -> " + value).orElse("removed");
        }
    }

    /** The differences, in the order of the keys. */
    public static List<Change> between(GatewayConfig before, GatewayConfig after) {
        ConfigDiff diff = new ConfigDiff();
        diff.section(Schema.of(GatewayConfig.class), before, after, KeyPath.ROOT);
        diff.orders(before, after);
        return List.copyOf(diff.changes);
    }

    private void section(Schema schema, Record before, Record after, KeyPath path) {
        for (Schema.Component component : schema.keys().values()) {
            compare(component.type(), component.valueIn(before), component.valueIn(after),
                    path.child(component.name()));
        }
    }

    private void compare(ValueType type, Object before, Object after, KeyPath path) {
        if (before.equals(after)) {
            return;
        }
        switch (type) {
            case ValueType.Section section -> section(section.schema(), (Record) before, (Record) after, path);
            case ValueType.Named named -> entries(named, (Map<?, ?>) before, (Map<?, ?>) after, path);
            case ValueType.Maybe maybe -> maybe(maybe, (Optional<?>) before, (Optional<?>) after, path);
            case ValueType.Single _,ValueType.Items _ ->
                add(path, Optional.of(text(type, before)), Optional.of(text(type, after)));
        }
    }

    private void entries(ValueType.Named type, Map<?, ?> before, Map<?, ?> after, KeyPath path) {
        Set<Object> names = new LinkedHashSet<>(before.keySet());
        names.addAll(after.keySet());
        for (Object name : names) {
            maybe(new ValueType.Maybe(type.element()), Optional.ofNullable(before.get(name)),
                    Optional.ofNullable(after.get(name)), path.child((String) name));
        }
    }

    /** The order of endpoints where the rule goes by it; maps are equal whatever their order. */
    private void orders(GatewayConfig before, GatewayConfig after) {
        before.pools().forEach((name, was) -> {
            PoolConfig is = after.pools().get(name);
            if (is == null || is.balance() != BalanceRule.FIRST) {
                return;
            }
            List<String> wasOrder = new ArrayList<>(was.endpoints().keySet());
            List<String> isOrder = new ArrayList<>(is.endpoints().keySet());
            wasOrder.retainAll(is.endpoints().keySet());
            isOrder.retainAll(was.endpoints().keySet());
            if (!wasOrder.equals(isOrder)) {
                add(KeyPath.ROOT.child("pools").child(name).child("endpoints"), Optional.of(wasOrder.toString()),
                        Optional.of(isOrder.toString()));
            }
        });
    }

    private void maybe(ValueType.Maybe type, Optional<?> before, Optional<?> after, KeyPath path) {
        if (before.isPresent() && after.isPresent()) {
            compare(type.element(), before.get(), after.get(), path);
        } else if (before.isPresent() || after.isPresent()) {
            add(path, before.map(value -> text(type.element(), value)),
                    after.map(value -> text(type.element(), value)));
        }
    }

    private void add(KeyPath path, Optional<String> before, Optional<String> after) {
        boolean isSecret = SECRET.matcher(path.toString()).find();
        changes.add(new Change(path.toString(), before.map(value -> isSecret ? "(hidden)" : value),
                after.map(value -> isSecret ? "(hidden)" : value)));
    }

    /** In full: what differs between two lists is not told otherwise. */
    private static String item(ValueType type, Object value) {
        return type instanceof ValueType.Section(Schema schema)
                ? schema.keys().values().stream()
                        .map(key -> key.name() + ": " + text(key.type(), key.valueIn((Record) value)))
                        .collect(Collectors.joining(", ", "{", "}"))
                : text(type, value);
    }

    private static String text(ValueType type, Object value) {
        return switch (type) {
            case ValueType.Single single -> single.type().write(value);
            case ValueType.Items items -> ((List<?>) value).stream().map(item -> item(items.element(), item))
                    .collect(Collectors.joining(", ", "[", "]"));
            case ValueType.Maybe maybe -> ((Optional<?>) value).map(inner -> text(maybe.element(), inner)).orElse("");
            case ValueType.Section _,ValueType.Named _ -> "{...}";
        };
    }
}
