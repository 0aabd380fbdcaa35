package io.vipgate.control;

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
public record OperatorOverride(AdminState admin, OptionalInt weight, int fileWeight) {
    /** Nothing was asked. */
    public static final OperatorOverride NONE = new OperatorOverride(AdminState.READY, OptionalInt.empty(), 0);

    OperatorOverride toAdmin(AdminState newAdmin) {
        return new OperatorOverride(newAdmin, weight, fileWeight);
    }

    OperatorOverride toWeight(int newWeight, int newFileWeight) {
        return new OperatorOverride(admin, OptionalInt.of(newWeight), newFileWeight);
    }

    /** The same, after the configuration was read. */
    OperatorOverride reconciledWith(int configured) {
        return weight.isPresent() && configured != fileWeight
                ? new OperatorOverride(admin, OptionalInt.empty(), 0)
                : this;
    }

    /** The weight that holds. */
    public int weightOr(int configured) {
        return weight.orElse(configured);
    }
}
