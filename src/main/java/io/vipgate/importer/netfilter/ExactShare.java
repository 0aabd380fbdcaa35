package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.Fraction;
import java.math.BigInteger;

/**
 * A share of connections, exact as long as a few hundred digits hold it, in lowest terms.
 *
 * <p>Immutable.
 *
 * @param numerator 0 or more
 * @param denominator 1 or more
 */
public record ExactShare(BigInteger numerator, BigInteger denominator) {
    public static final ExactShare NONE = new ExactShare(BigInteger.ZERO, BigInteger.ONE);
    public static final ExactShare ALL = new ExactShare(BigInteger.ONE, BigInteger.ONE);

    private static final int MAX_BITS = 1024;
    private static final int ROUNDED_BITS = 256;

    /** A numerator and a denominator with no common divisor. */
    public static ExactShare of(long numerator, long denominator) {
        return reduced(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
    }

    /** The same as a fraction of shorter numbers has it. */
    public static ExactShare of(Fraction fraction) {
        return of(fraction.numerator(), fraction.denominator());
    }

    private static ExactShare reduced(BigInteger numerator, BigInteger denominator) {
        BigInteger divisor = numerator.gcd(denominator).max(BigInteger.ONE);
        BigInteger shortest = denominator.divide(divisor);
        if (shortest.bitLength() <= MAX_BITS) {
            return new ExactShare(numerator.divide(divisor), shortest);
        }
        return new ExactShare(numerator.shiftLeft(ROUNDED_BITS).divide(denominator),
                BigInteger.ONE.shiftLeft(ROUNDED_BITS));
    }

    public ExactShare plus(ExactShare other) {
        return reduced(numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
                denominator.multiply(other.denominator));
    }

    public ExactShare times(ExactShare other) {
        return reduced(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
    }

    /** The quotient by a share that is not none. */
    public ExactShare dividedBy(ExactShare other) {
        return reduced(numerator.multiply(other.denominator), denominator.multiply(other.numerator));
    }

    /** What is left of the whole. */
    public ExactShare rest() {
        return new ExactShare(denominator.subtract(numerator), denominator);
    }

    public boolean isNone() {
        return numerator.signum() == 0;
    }

    public boolean isAll() {
        return numerator.equals(denominator);
    }

    public double value() {
        return fraction().value();
    }

    /** The same in shorter numbers; rounded where it does not fit them. */
    public Fraction fraction() {
        int excess = Math.max(0, denominator.bitLength() - (Long.SIZE - 2));
        return Fraction.of(numerator.shiftRight(excess).longValueExact(), denominator.shiftRight(excess)
                .longValueExact());
    }
}
