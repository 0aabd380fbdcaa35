package io.vipgate.importer.nft;

import io.vipgate.importer.common.Intervals;
import io.vipgate.importer.netfilter.NumberSource;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * A number that a rule draws: {@code numgen inc mod 2 offset 1}.
 *
 * <p>Immutable.
 *
 * @param offset what is added to the number
 */
record NftNumber(NumberSource source, long offset) {
    /** The drawn numbers that a key stands for, {@code 5}, {@code 5-7} or {@code { 5, 7 }}. */
    Intervals numbers(String key) throws NftProblemException {
        List<Intervals> all = new ArrayList<>();
        for (String each : key.replaceAll("[{}\\s]", "").split(",", -1)) {
            Intervals.Interval range = NftValues.numbers(each).all().getFirst();
            BigInteger shift = BigInteger.valueOf(offset);
            BigInteger first = range.first().subtract(shift).max(BigInteger.ZERO);
            BigInteger last = range.last().subtract(shift).min(BigInteger.valueOf(source.modulus() - 1L));
            if (first.compareTo(last) <= 0) {
                all.add(Intervals.of(first, last));
            }
        }
        return Intervals.union(all);
    }
}
