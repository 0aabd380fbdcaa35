package io.vipgate.json;

import java.math.BigDecimal;

/** A number, exact. Immutable. */
public record JsonNumber(BigDecimal value) implements Json {
    @Override
    public String toString() {
        return JsonWriter.write(this);
    }
}
