package io.vipgate.admin.model;

import io.vipgate.json.Decimals;
import io.vipgate.json.OmitNull;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a pool connects, where that is hedged or bounded.
 *
 * <p>Immutable.
 *
 * @param hedge as in the file: a duration or {@code auto}
 * @param hedgeDelayMillis how long a connect may take now before another is begun beside it; null when none is
 * @param hedges how many were begun lately; null when none are
 * @param hedgesBy hedges since the start by what became of them, as far as there were any
 * @param retries how many attempts followed failed ones lately; null without a bound
 * @param retriesRefused attempts since the start that did not, since the budget was used up
 * @param maxConnecting most connects under way at one endpoint; 0 for no bound
 * @param connecting connects under way, by endpoint; null without a bound
 */
public record ConnectStatus(String hedge, @OmitNull @Decimals(1) @Nullable Double hedgeDelayMillis,
        @OmitNull @Nullable Budget hedges, Map<String, Long> hedgesBy, @OmitNull @Nullable Budget retries,
        long retriesRefused, int maxConnecting, @OmitNull @Nullable Map<String, Long> connecting) {
    /**
     * A share of the clients of the last ten seconds.
     *
     * @param used in the last ten seconds
     * @param most in ten seconds, as things are; null without a bound
     */
    public record Budget(long used, @OmitNull @Nullable Long most) {}
}
