package io.vipgate.importer.common;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Shares of connections as the weights of endpoints.
 *
 * <p>Stateless.
 */
public final class ShareWeights {
    private static final int MAX_WEIGHT = 256;

    private ShareWeights() {}

    /** Whole numbers in the ratio of the shares; the nearest up to 256, which is a loss, where these would be larger. */
    public static int[] of(List<Fraction> shares, int line, Notes notes) {
        try {
            long[] exact = exact(shares);
            if (Arrays.stream(exact).max().orElse(1) <= MAX_WEIGHT) {
                return Arrays.stream(exact).mapToInt(Math::toIntExact).toArray();
            }
        } catch (ArithmeticException e) {
            // too fine for whole numbers of any size
        }
        int[] best = {};
        double least = Double.MAX_VALUE;
        for (int largest = 1; largest <= MAX_WEIGHT; largest++) {
            int[] weights = nearest(shares, largest);
            double error = error(shares, weights);
            if (error < least) {
                least = error;
                best = weights;
            }
        }
        String text = String.format(Locale.ROOT, "weights up to %d only approximate the shares: one of them is %.2g "
                + "percentage points off", MAX_WEIGHT, least * 100);
        notes.addLoss(line, text);
        return best;
    }

    private static int[] nearest(List<Fraction> shares, int largest) {
        double most = shares.stream().mapToDouble(Fraction::value).max().orElse(1);
        return shares.stream().mapToInt(share -> (int) Math.max(1, Math.round(share.value() * largest / most)))
                .toArray();
    }

    /** By how much a share differs at most, of the whole. */
    private static double error(List<Fraction> shares, int[] weights) {
        double whole = shares.stream().mapToDouble(Fraction::value).sum();
        double total = Arrays.stream(weights).sum();
        double error = 0;
        for (int i = 0; i < weights.length; i++) {
            error = Math.max(error, Math.abs(weights[i] / total - shares.get(i).value() / whole));
        }
        return error;
    }

    private static long[] exact(List<Fraction> shares) {
        long common = 1;
        for (Fraction share : shares) {
            common = Math.multiplyExact(common / Fraction.gcd(common, share.denominator()), share.denominator());
        }
        long divisor = 0;
        long[] exact = new long[shares.size()];
        for (int i = 0; i < exact.length; i++) {
            exact[i] = Math.multiplyExact(common / shares.get(i).denominator(), shares.get(i).numerator());
            divisor = divisor == 0 ? exact[i] : Fraction.gcd(divisor, exact[i]);
        }
        long unit = Math.max(1, divisor);
        return Arrays.stream(exact).map(value -> value / unit).toArray();
    }
}
