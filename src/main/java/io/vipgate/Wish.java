package io.vipgate;

import io.vipgate.pool.AdminState;
import java.util.OptionalInt;

/**
 * What the operator has asked of an endpoint at run time, apart from the configuration.
 *
 * <p>Immutable.
 *
 * @param admin its state
 * @param weight its weight, if it was changed
 * @param fileWeight what the configuration said when the weight was changed: once it says something else, that holds
 */
record Wish(AdminState admin, OptionalInt weight, int fileWeight) {
    /** Nothing was asked. */
    static final Wish NONE = new Wish(AdminState.READY, OptionalInt.empty(), 0);

    Wish toAdmin(AdminState newAdmin) {
        return new Wish(newAdmin, weight, fileWeight);
    }

    Wish toWeight(int newWeight, int newFileWeight) {
        return new Wish(admin, OptionalInt.of(newWeight), newFileWeight);
    }

    /** The same, after the configuration was read. */
    Wish heeding(int configured) {
        return weight.isPresent() && configured != fileWeight ? new Wish(admin, OptionalInt.empty(), 0) : this;
    }

    /** The weight that holds. */
    int weightOr(int configured) {
        return weight.orElse(configured);
    }
}
