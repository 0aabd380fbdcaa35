package io.vipgate.importer.common;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where connections to one address and port go by the rules of another program.
 *
 * <p>Immutable.
 *
 * @param bind the address and port; {@code 0.0.0.0} or {@code ::} for all that no rule names
 * @param targets each with its share of the connections, 0 to 1
 * @param rest the share that goes to none of them, 0 to 1
 * @param unknown why the shares can't be told; empty when they can
 */
public record AddressShares(HostPort bind, Map<HostPort, Double> targets, double rest, String unknown) {
    /** Keeps its own copy, in the same order. */
    public AddressShares {
        targets = new LinkedHashMap<>(targets);
    }
}
