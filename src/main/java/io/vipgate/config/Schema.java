package io.vipgate.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a record says of its section of the file; read once per record. <b>Immutable.</b>
 *
 * @param constructor the canonical one
 * @param keys by name, in the order of the components
 * @param renamed keys by their earlier names
 * @param shortForm the key whose value may stand for the whole section
 */
record Schema(Constructor<? extends Record> constructor, Map<String, Component> keys, Map<String, Component> renamed,
        Optional<Component> shortForm) {
    private static final ClassValue<Schema> SCHEMAS = new ClassValue<>() {
        @Override
        protected Schema computeValue(Class<?> type) {
            return read(type.asSubclass(Record.class));
        }
    };

    /**
     * One key: its declaration and the shape of its value.
     *
     * @param absent the value when the key is not written; null when it must be
     */
    record Component(String name, Key key, ValueType type, RecordComponent component, @Nullable Object absent) {
        static Component of(RecordComponent component, Key key) {
            ValueType type = ValueType.of(component.getGenericType(), key);
            Object absent = switch (type) {
                case ValueType.Named _ -> Map.of();
                case ValueType.Items items when items.element() instanceof ValueType.Single single
                        && !key.byDefault().isEmpty() ->
                    Stream.of(key.byDefault().split(", ")).map(item -> defaultOf(single, item, component)).toList();
                case ValueType.Items _ -> List.of();
                case ValueType.Maybe _ -> Optional.empty();
                case ValueType.Section section -> section.schema().defaults();
                case ValueType.Single single -> key.required() ? null : defaultOf(single, key.byDefault(), component);
            };
            return new Component(component.getName(), key, type, component, absent);
        }

        private static Object defaultOf(ValueType.Single single, String text, RecordComponent component) {
            try {
                return single.type().read(text);
            } catch (BadValueException e) {
                throw new IllegalStateException("default of " + component + ": " + e.rule(), e);
            }
        }

        Object valueIn(Record section) {
            try {
                return component.getAccessor().invoke(section);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + component, e);
            }
        }
    }

    static Schema of(Class<? extends Record> type) {
        return SCHEMAS.get(type);
    }

    private static Schema read(Class<? extends Record> type) {
        Map<String, Component> keys = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Key key = component.getAnnotation(Key.class);
            if (key == null) {
                throw new IllegalArgumentException("no @Key on " + component);
            }
            keys.put(component.getName(), Component.of(component, key));
        }
        return new Schema(canonicalConstructor(type), Collections.unmodifiableMap(keys), renamed(keys),
                Optional.ofNullable(type.getAnnotation(ShortForm.class)).map(ShortForm::value).map(keys::get));
    }

    private static Map<String, Component> renamed(Map<String, Component> keys) {
        Map<String, Component> renamed = new LinkedHashMap<>();
        for (Component component : keys.values()) {
            for (String name : component.key().formerly()) {
                if (keys.containsKey(name) || renamed.put(name, component) != null) {
                    throw new IllegalArgumentException("an earlier name that is another key's too: " + name);
                }
            }
        }
        return Collections.unmodifiableMap(renamed);
    }

    /** The key of this name, be it the present one or an earlier one. */
    Optional<Component> find(String name) {
        Component component = keys.get(name);
        return Optional.ofNullable(component == null ? renamed.get(name) : component);
    }

    /** The record when nothing of it is written; null when something must be. */
    @Nullable
    Record defaults() {
        @Nullable
        Object[] values = keys.values().stream().map(Component::absent).toArray();
        return Arrays.stream(values).anyMatch(value -> value == null) ? null : create(values);
    }

    /** The record of these values, which are in the order of the components. */
    Record create(@Nullable Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot call " + constructor, e);
        }
    }

    private static Constructor<? extends Record> canonicalConstructor(Class<? extends Record> type) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException("not a record: " + type, e);
        }
    }
}
