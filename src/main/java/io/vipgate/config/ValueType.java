package io.vipgate.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shape of a key's value, derived from the type of the record's component that declares it. <b>Immutable.</b> */
sealed interface ValueType {
    /** One value. */
    record Single(ScalarType<?> type) implements ValueType {}

    /** A mapping with known keys. */
    record Section(Schema schema) implements ValueType {}

    /** A mapping from keys of the operator's choice. */
    record Named(ValueType element, MapKeys keys) implements ValueType {}

    /** A sequence. */
    record Items(ValueType element, boolean orScalar) implements ValueType {}

    /** Something that may be absent. */
    record Maybe(ValueType element) implements ValueType {}

    static ValueType of(Type type, Key key) {
        if (type instanceof ParameterizedType generic) {
            List<Type> arguments = List.of(generic.getActualTypeArguments());
            ValueType element = of(arguments.getLast(), key);
            if (generic.getRawType() == Map.class) {
                return new Named(element, key.keys());
            }
            if (generic.getRawType() == List.class) {
                return new Items(element, key.orScalar());
            }
            if (generic.getRawType() == Optional.class) {
                return new Maybe(element);
            }
        } else if (type instanceof Class<?> raw && ScalarTypes.isScalar(raw)) {
            return new Single((key.percent() ? ScalarTypes.PERCENT : ScalarTypes.of(raw)).within(key.min(), key.max()));
        } else if (type instanceof Class<?> raw && raw.isRecord()) {
            return new Section(Schema.of(raw.asSubclass(Record.class)));
        }
        throw new IllegalArgumentException("no value type for " + type);
    }
}
