package io.vipgate.config;

import io.vipgate.config.Node.Entry;
import io.vipgate.config.Node.ListNode;
import io.vipgate.config.Node.MapNode;
import io.vipgate.config.Node.ScalarNode;
import io.vipgate.text.Sanitizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Nodes to records, by the records' own declarations. It never stops at a mistake: a bad value is reported and
 * replaced by the key's default, an element that cannot be replaced is left out of its map or list, so that
 * everything else is still checked. The walk follows the declarations, not the file, so its depth is bounded by
 * them. <b>Confined to one load.</b>
 */
final class Binder {
    private final Problems problems;
    private final Variables variables;
    private final Written written = new Written();

    Binder(Problems problems, Variables variables) {
        this.problems = problems;
        this.variables = variables;
    }

    /** The record of the whole file; empty only when a required single value is missing at the top. */
    <R extends Record> Optional<R> bind(Class<R> type, MapNode root) {
        return Optional.ofNullable(type.cast(section(Schema.of(type), root, KeyPath.ROOT)));
    }

    /** What was written, known after {@link #bind}. */
    Written written() {
        return written;
    }

    private @Nullable Object value(ValueType type, Node node, KeyPath path) {
        return switch (type) {
            case ValueType.Single single -> single(single.type(), node, path);
            case ValueType.Section section -> section(section.schema(), node, path);
            case ValueType.Named named -> named(named, node, path);
            case ValueType.Items items -> items(items, node, path);
            case ValueType.Maybe maybe -> maybe(maybe.element(), node, path);
        };
    }

    private @Nullable Object single(ScalarType<?> type, Node node, KeyPath path) {
        String text = text(node, path);
        return text == null ? null : single(type, text, node, path);
    }

    private @Nullable Object single(ScalarType<?> type, String text, Node node, KeyPath path) {
        try {
            return type.read(text);
        } catch (BadValueException e) {
            problems.error(node.line(), path, e, text);
            return null;
        }
    }

    /** The scalar's text with its variables replaced; null when there is none, which is then reported. */
    private @Nullable String text(Node node, KeyPath path) {
        if (!(node instanceof ScalarNode scalar)) {
            problems.error(node.line(), path,
                    kind(node) + " (expected: a single value; text with brackets or braces, such as an IPv6 address, "
                            + "must be quoted: " + AddressText.QUOTED_EXAMPLE + ")");
            return null;
        }
        if (scalar.isNull()) {
            problems.error(scalar.line(), path, "no value (expected: a value, or \"\" for empty text)");
            return null;
        }
        try {
            return variables.expand(scalar.text());
        } catch (BadValueException e) {
            problems.error(scalar.line(), path, e, scalar.text());
            return null;
        }
    }

    private @Nullable Record section(Schema schema, Node node, KeyPath path) {
        if (schema.shortForm().isPresent() && isShort(node, schema.shortForm().get().type())) {
            String key = schema.shortForm().get().name();
            return record(schema, Map.of(key, new Entry(node.line(), key, node)), node.line(), _ -> path);
        }
        Optional<MapNode> map = mapping(node, path,
                "a section with the keys " + String.join(", ", schema.keys().keySet()));
        if (map.isEmpty()) {
            return null;
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Entry entry : map.get().entries()) {
            Optional<Schema.Component> component = schema.find(entry.key());
            if (component.isPresent()) {
                known(component.get(), entry, entries, path);
            } else {
                problems.error(entry.line(), path.child(entry.key()), notAKey(schema, entry.key()));
            }
        }
        return record(schema, entries, written.at(path).map(Written.Place::line).orElse(node.line()), path::child);
    }

    /** Takes up a key that may be written by an earlier name. */
    private void known(Schema.Component component, Entry entry, Map<String, Entry> entries, KeyPath path) {
        String name = component.name();
        if (!entry.key().equals(name)) {
            problems.warn(entry.line(), path.child(entry.key()),
                    "renamed (expected: " + name + "; the earlier name is still read, a later version will refuse it)");
        }
        Entry other = entries.putIfAbsent(name, entry);
        if (other != null) {
            problems.error(entry.line(), path.child(entry.key()),
                    "the same as " + other.key() + " (expected: " + name + " alone)");
            return;
        }
        written.put(path.child(name), entry.line(), entry.value(), component.key());
    }

    /** Whether a section is written as the value of its main key. */
    private static boolean isShort(Node node, ValueType type) {
        return type instanceof ValueType.Items
                ? node instanceof ListNode
                : node instanceof ScalarNode scalar && !scalar.isNull();
    }

    private static String notAKey(Schema schema, String key) {
        return "unknown key (" + Suggestion.orElse(key, schema.keys().keySet(),
                "expected: one of " + String.join(", ", schema.keys().keySet())) + ")";
    }

    private @Nullable Record record(Schema schema, Map<String, Entry> entries, int line,
            Function<String, KeyPath> pathOf) {
        @Nullable
        Object[] values = new Object[schema.keys().size()];
        boolean complete = true;
        int i = 0;
        for (Schema.Component component : schema.keys().values()) {
            Entry entry = entries.get(component.name());
            KeyPath path = pathOf.apply(component.name());
            Object value = entry == null ? null : value(component.type(), entry.value(), path);
            if (entry == null && component.key().required()) {
                problems.error(line, path, "missing (expected: " + component.key().doc() + ")");
            }
            values[i] = value == null ? component.absent() : value;
            complete &= values[i] != null;
            i++;
        }
        return complete ? schema.create(values) : null;
    }

    private @Nullable Map<String, Object> named(ValueType.Named type, Node node, KeyPath path) {
        Optional<MapNode> map = mapping(node, path, "names with their values");
        if (map.isEmpty()) {
            return null;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Entry entry : map.get().entries()) {
            String key = type.keys().fold(entry.key());
            KeyPath child = path.child(key);
            written.put(child, entry.line(), entry.value(), null);
            String problem = type.keys().problem(entry.key());
            if (!problem.isEmpty()) {
                problems.error(entry.line(), child, problem);
            }
            Object value = value(type.element(), entry.value(), child);
            if (value != null && values.put(key, value) != null) {
                problems.error(entry.line(), child,
                        "the same as another key (expected: each once, in any case of letters)");
            }
        }
        return Collections.unmodifiableMap(values);
    }

    private @Nullable List<Object> items(ValueType.Items type, Node node, KeyPath path) {
        if (node instanceof ScalarNode scalar && !scalar.isNull() && type.orScalar()) {
            Object value = value(type.element(), node, path);
            return value == null ? null : List.of(value);
        }
        if (!(node instanceof ListNode list)) {
            problems.error(node.line(), path, kind(node) + " (expected: a list"
                    + (type.orScalar() ? " or a single value; text with brackets or braces must be quoted)" : ")"));
            return null;
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            Node item = list.items().get(i);
            KeyPath child = path.item(i);
            written.put(child, item.line(), item, null);
            Object value = value(type.element(), item, child);
            if (value != null) {
                values.add(value);
            }
        }
        return List.copyOf(values);
    }

    private @Nullable Object maybe(ValueType element, Node node, KeyPath path) {
        if (!(element instanceof ValueType.Single single)) {
            Object value = value(element, node, path);
            return value == null ? null : Optional.of(value);
        }
        String text = text(node, path);
        if (text == null) {
            return null;
        }
        // Empty text leaves an optional key out, so that ${NAME:-} can.
        Object value = text.isEmpty() ? null : single(single.type(), text, node, path);
        return Optional.ofNullable(value);
    }

    private Optional<MapNode> mapping(Node node, KeyPath path, String expected) {
        if (node instanceof ScalarNode scalar && scalar.isNull()) {
            return Optional.of(new MapNode(node.line(), List.of()));
        }
        if (node instanceof MapNode map) {
            return Optional.of(map);
        }
        problems.error(node.line(), path, kind(node) + " (expected: " + expected + ")");
        return Optional.empty();
    }

    private static String kind(Node node) {
        return switch (node) {
            case ScalarNode scalar -> scalar.isNull() ? "no value" : Sanitizer.value(scalar.text());
            case ListNode _ -> "a list";
            case MapNode _ -> "a mapping";
        };
    }
}
