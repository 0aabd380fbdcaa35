package io.vipgate.importer.common;

/**
 * A share of connections, from 0 to 1, as an exact fraction in lowest terms.
 *
 * <p>Immutable.
 *
 * @param numerator at min 0
 * @param denominator at min 1
 */
public record Fraction(long numerator, long denominator) {
    public static final Fraction ZERO = new Fraction(0, 1);
    public static final Fraction ONE = new Fraction(1, 1);

    /** Beyond this, fractions are indistinguishable from the kernel's rounding, and no weights express them. */
    private static final int MAX_DENOMINATOR = 4096;
    /** iptables keeps probabilities in units of 2^-31, and prints eleven digits. */
    private static final double ROUNDING = 0x1.0p-30;

    public static Fraction of(long numerator, long denominator) {
        long divisor = gcd(numerator, denominator);
        return new Fraction(numerator / divisor, denominator / divisor);
    }

    /**
     * The simplest fraction that a printed probability can have come from: 0.33333333349 is one third. Best
     * approximations by continued fractions.
     *
     * @param probability 0 to 1
     */
    public static Fraction nearest(double probability) {
        long previousNumerator = 0;
        long previousDenominator = 1;
        long numerator = 1;
        long denominator = 0;
        double rest = probability;
        while (true) {
            long whole = (long) Math.floor(rest);
            long nextNumerator = whole * numerator + previousNumerator;
            long nextDenominator = whole * denominator + previousDenominator;
            if (nextDenominator > MAX_DENOMINATOR) {
                return denominator == 0 ? ZERO : of(numerator, denominator);
            }
            previousNumerator = numerator;
            previousDenominator = denominator;
            numerator = nextNumerator;
            denominator = nextDenominator;
            if (Math.abs((double) numerator / denominator - probability) <= ROUNDING) {
                return of(numerator, denominator);
            }
            rest = 1 / (rest - whole);
        }
    }

    public Fraction times(Fraction other) {
        Fraction left = of(numerator, other.denominator);
        Fraction right = of(other.numerator, denominator);
        return new Fraction(Math.multiplyExact(left.numerator, right.numerator),
                Math.multiplyExact(left.denominator, right.denominator));
    }

    /** The sum; where it can't be expressed exactly, the nearest fraction. */
    public Fraction plus(Fraction other) {
        try {
            return of(Math.addExact(Math.multiplyExact(numerator, other.denominator),
                    Math.multiplyExact(other.numerator, denominator)),
                    Math.multiplyExact(denominator, other.denominator));
        } catch (ArithmeticException e) {
            return nearest(value() + other.value());
        }
    }

    /** What is left of the whole. */
    public Fraction rest() {
        return new Fraction(denominator - numerator, denominator);
    }

    public boolean isZero() {
        return numerator == 0;
    }

    public double value() {
        return (double) numerator / denominator;
    }

    public static long gcd(long a, long b) {
        return b == 0 ? Math.max(1, a) : gcd(b, a % b);
    }
}
