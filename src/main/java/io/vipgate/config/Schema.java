package io.vipgate.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a record says of its section of the file. <b>Immutable.</b>
 *
 * @param keys by name, in the order of the components
 * @param shortForm the key whose value may stand for the whole section
 * @param reserved keys refused for now
 */
record Schema(Class<? extends Record> type, Map<String, Component> keys, Optional<String> shortForm,
        Set<String> reserved) {
    /** One key: its declaration and the shape of its value. */
    record Component(String name, Key key, ValueType type, RecordComponent component) {
        Object valueIn(Record section) {
            try {
                return component.getAccessor().invoke(section);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + component, e);
            }
        }

        /** The value when the key is not written; null when it must be. */
        @Nullable
        Object absent() {
            return switch (type) {
                case ValueType.Named _ -> Map.of();
                case ValueType.Items _ -> List.of();
                case ValueType.Maybe _ -> Optional.empty();
                case ValueType.Section section -> section.schema().defaults();
                case ValueType.Single single -> key.required() ? null : defaultOf(single);
            };
        }

        private Object defaultOf(ValueType.Single single) {
            try {
                return single.type().read(key.byDefault());
            } catch (BadValueException e) {
                throw new IllegalStateException("default of " + component + ": " + e.rule(), e);
            }
        }
    }

    static Schema of(Class<? extends Record> type) {
        Map<String, Component> keys = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Key key = component.getAnnotation(Key.class);
            if (key == null) {
                throw new IllegalArgumentException("no @Key on " + component);
            }
            keys.put(component.getName(),
                    new Component(component.getName(), key, ValueType.of(component.getGenericType(), key), component));
        }
        Reserved reserved = type.getAnnotation(Reserved.class);
        return new Schema(type, Collections.unmodifiableMap(keys),
                Optional.ofNullable(type.getAnnotation(ShortForm.class)).map(ShortForm::value),
                reserved == null ? Set.of() : Set.of(reserved.value()));
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
        Class<?>[] types = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }
}
