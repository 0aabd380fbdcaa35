package io.vipgate.importer.common;

import java.util.Arrays;
import java.util.List;

/**
 * Shares of connections as the weights of endpoints.
 *
 * <p>Stateless.
 */
public final class ShareWeights {
    private static final int MAX_WEIGHT = 256;

    private ShareWeights() {}

    /** Whole numbers in the ratio of the shares; the nearest up to 256, which is noted, where these would be larger. */
    public static int[] of(List<Fraction> shares, int line, Notes notes) {
        try {
            long[] exact = exact(shares);
            if (Arrays.stream(exact).max().orElse(1) <= MAX_WEIGHT) {
                return Arrays.stream(exact).mapToInt(Math::toIntExact).toArray();
            }
        } catch (ArithmeticException e) {
            // too fine for whole numbers of any size
        }
        notes.add(line, "the shares can only be approximated by weights up to " + MAX_WEIGHT);
        double largest = shares.stream().mapToDouble(Fraction::value).max().orElse(1);
        return shares.stream().mapToInt(share -> (int) Math.max(1, Math.round(share.value() * MAX_WEIGHT / largest)))
                .toArray();
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
