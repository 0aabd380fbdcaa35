package io.vipgate.importer.common;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Brings the weights of a pool into the range that vipgate takes: exactly, by what all of them can be divided by, or else as near as
 * it goes. Primaries and backups share clients only among themselves, so each kind has a scale of its own.
 *
 * <p>Confined to one import.
 */
final class WeightScale {
    private static final long MAX_WEIGHT = 256;

    private final Notes notes;
    private final DraftPool pool;

    WeightScale(Notes notes, DraftPool pool) {
        this.notes = notes;
        this.pool = pool;
    }

    void apply() {
        List<DraftEndpoint> endpoints = pool.endpoints();
        Scale primaries = Scale.of(endpoints.stream().filter(each -> !each.isBackup()).toList());
        Scale backups = Scale.of(endpoints.stream().filter(DraftEndpoint::isBackup).toList());
        noteError(primaries);
        noteError(backups);
        pool.replaceEndpoints(endpoints.stream()
                .map(each -> each.withWeight((each.isBackup() ? backups : primaries).of(each))).toList());
    }

    /** Names the endpoint whose share changes most. */
    private void noteError(Scale scale) {
        if (scale.isExact()) {
            return;
        }
        long before = scale.endpoints.stream().mapToLong(DraftEndpoint::weight).sum();
        long after = scale.endpoints.stream().mapToLong(scale::of).sum();
        ToDoubleFunction<DraftEndpoint> change = each -> Math
                .abs((double) scale.of(each) / after - (double) each.weight() / before);
        DraftEndpoint worst = Collections.max(scale.endpoints, Comparator.comparingDouble(change));
        notes.addLoss(pool.line(), String.format(Locale.ROOT,
                "weights are at most %d: those of %s are scaled down and approximate the old ones; the largest difference: "
                        + "%s takes %.4g %% instead of %.4g %% of the connections",
                MAX_WEIGHT, pool.name(), worst.address(), 100.0 * scale.of(worst) / after,
                100.0 * worst.weight() / before));
    }

    /**
     * The weights of endpoints that share clients.
     *
     * @param divisor what all weights can be divided by
     * @param largest of the weights, when they are divided
     */
    private record Scale(List<DraftEndpoint> endpoints, long divisor, long largest) {
        static Scale of(List<DraftEndpoint> endpoints) {
            long max = endpoints.stream().mapToLong(DraftEndpoint::weight).max().orElse(0);
            long divisor = max <= MAX_WEIGHT
                    ? 1
                    : endpoints.stream().mapToLong(DraftEndpoint::weight).filter(weight -> weight > 0)
                            .reduce(max, Fraction::gcd);
            return new Scale(endpoints, divisor, max / divisor);
        }

        boolean isExact() {
            return largest <= MAX_WEIGHT;
        }

        long of(DraftEndpoint endpoint) {
            long divided = endpoint.weight() / divisor;
            return divided == 0 || isExact()
                    ? divided
                    : Math.max(1, Math.round((double) divided * MAX_WEIGHT / largest));
        }
    }
}
