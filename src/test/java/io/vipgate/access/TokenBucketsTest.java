package io.vipgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.access.TokenBuckets.Outcome;
import io.vipgate.hash.SipHash;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates in a fixed table, against buckets of real numbers that forget nothing. */
class TokenBucketsTest {
    private static final SipHash HASH = new SipHash(1, 2);

    private static TokenBuckets.Rates rates(long perSecond, long burst) {
        TokenRate rate = TokenRate.of(perSecond, burst);
        return _ -> rate;
    }

    private static long hash(long source) {
        return HASH.of(0, source);
    }

    /** A bucket as it stands in a book. */
    private static final class Plain {
        private double tokens;
        private long since;

        boolean take(double perSecond, double burst, long millis) {
            tokens = Math.min(burst, tokens + perSecond * (millis - since) / 1000);
            since = millis;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "3, 6", "20, 40", "1000, 2000", "7, 1"})
    void aRateIsThatOfAPlainBucketButForRounding(int perSecond, int burst) {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            TokenBuckets buckets = new TokenBuckets(100_000);
            TokenBuckets.Rates rates = rates(perSecond, burst);
            Map<Integer, Plain> plain = new HashMap<>();
            int[] taken = new int[4];
            int[] expected = new int[4];
            long begin = random.nextLong();
            long millis = 0;
            for (int i = 0; i < 4_000; i++) {
                int source = random.nextInt(4);
                millis += random.nextInt(2 + 1000 / perSecond);
                Plain other = plain.computeIfAbsent(source, _ -> new Plain());
                if (other.since == 0 && other.tokens == 0) {
                    other.tokens = burst;
                    other.since = millis;
                }
                expected[source] += other.take(perSecond, burst, millis) ? 1 : 0;
                taken[source] += buckets.take(hash(source), 0, begin + millis, rates) == Outcome.TAKEN ? 1 : 0;
                // Each token may cost a unit more, and what one has not taken it may have later.
                assertThat(taken[source]).as("seed %d, after %d ms", seed, millis)
                        .isBetween(expected[source] - 2 - expected[source] / 128, expected[source]);
            }
        }
    }

    @Test
    void theClockMayGoAroundAndOneMayBeBehindAnother() {
        TokenBuckets buckets = new TokenBuckets(8);
        TokenBuckets.Rates rates = rates(1, 2);
        long almost = 0xffff_fff0L;
        assertThat(buckets.take(hash(1), 0, almost, rates)).isEqualTo(Outcome.TAKEN);
        assertThat(buckets.take(hash(1), 0, almost - 30_000, rates)).isEqualTo(Outcome.TAKEN);
        assertThat(buckets.take(hash(1), 0, almost + 900, rates)).isEqualTo(Outcome.EMPTY);
        assertThat(buckets.take(hash(1), 0, almost + 1_001, rates)).isEqualTo(Outcome.TAKEN);
        assertThat(buckets.take(hash(1), 0, almost + 1_001, rates)).isEqualTo(Outcome.EMPTY);
    }

    @Test
    void theFullestBucketOfASetGoesFirst() {
        TokenBuckets buckets = new TokenBuckets(8);
        TokenBuckets.Rates rates = rates(1, 10);
        for (int source = 0; source < 8; source++) {
            for (int i = 0; i <= source; i++) {
                assertThat(buckets.take(hash(source), 0, 0, rates)).isEqualTo(Outcome.TAKEN);
            }
        }

        assertThat(buckets.take(hash(100), 0, 0, rates)).isEqualTo(Outcome.TAKEN);

        assertThat(buckets.units(hash(0), 0, 0, rates.rate(0))).isEqualTo(10 * TokenRate.TOKEN);
        for (int source = 1; source < 8; source++) {
            assertThat(buckets.units(hash(source), 0, 0, rates.rate(0))).isEqualTo((9 - source) * TokenRate.TOKEN);
        }
        assertThat(buckets.evictions()).isEqualTo(1);
    }

    @Test
    void aFullBucketGivesWayWithoutALoss() {
        TokenBuckets buckets = new TokenBuckets(8);
        TokenBuckets.Rates rates = rates(1, 2);
        for (int source = 0; source < 8; source++) {
            assertThat(buckets.take(hash(source), 0, 0, rates)).isEqualTo(Outcome.TAKEN);
        }

        for (int source = 8; source < 16; source++) {
            assertThat(buckets.take(hash(source), 0, 5_000, rates)).isEqualTo(Outcome.TAKEN);
        }

        assertThat(buckets.evictions()).isZero();
    }

    @Test
    void whereAllAreEmptyTheNewcomerHasNoBucket() {
        TokenBuckets buckets = new TokenBuckets(8);
        TokenBuckets.Rates rates = rates(1, 1);
        for (int source = 0; source < 8; source++) {
            assertThat(buckets.take(hash(source), 0, 0, rates)).isEqualTo(Outcome.TAKEN);
        }

        assertThat(buckets.take(hash(100), 0, 0, rates)).isEqualTo(Outcome.NO_ROOM);

        assertThat(buckets.evictions()).isEqualTo(1);
        for (int source = 0; source < 8; source++) {
            assertThat(buckets.take(hash(source), 0, 0, rates)).isEqualTo(Outcome.EMPTY);
        }
        assertThat(buckets.take(hash(100), 0, 1_001, rates)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void kindsOfOneHashAreTwoBuckets() {
        TokenBuckets buckets = new TokenBuckets(8);
        TokenRate one = TokenRate.of(1, 1);
        TokenRate many = TokenRate.of(8, 8);
        TokenBuckets.Rates rates = kind -> kind == 0 ? one : many;
        assertThat(buckets.take(hash(1), 0, 0, rates)).isEqualTo(Outcome.TAKEN);
        assertThat(buckets.take(hash(1), 0, 0, rates)).isEqualTo(Outcome.EMPTY);

        assertThat(buckets.take(hash(1), 1, 0, rates)).isEqualTo(Outcome.TAKEN);

        assertThat(buckets.units(hash(1), 1, 0, many)).isEqualTo(7 * TokenRate.TOKEN);
        buckets.giveBack(hash(1), 1, many);
        buckets.giveBack(hash(1), 1, many);
        assertThat(buckets.units(hash(1), 1, 0, many)).isEqualTo(8 * TokenRate.TOKEN);
        buckets.giveBack(hash(2), 1, many);
    }

    @Test
    void theLargestNumbersDoNotOverflow() {
        TokenBuckets buckets = new TokenBuckets(8);
        TokenBuckets.Rates rates = rates(1_000_000L * 10_000, 10_000_000L * 10_000);

        assertThat(buckets.take(hash(1), 0, 0, rates)).isEqualTo(Outcome.TAKEN);

        assertThat(buckets.units(hash(1), 0, 0, rates.rate(0))).isEqualTo(0xffff_ffffL - TokenRate.TOKEN);
        assertThat(buckets.units(hash(1), 0, 0x7fff_ffffL, rates.rate(0))).isEqualTo(0xffff_ffffL);
        assertThat(buckets.units(hash(1), 0, 2, TokenRate.of(1, 10_000_000))).isLessThan(0xffff_ffffL);
    }

    /** 10 connections a second of one that may make 2, among a million that come once. */
    @Test
    void aMillionStrangersDoNotMakeItForgetWhoIsOverTheLimit() {
        TokenBuckets buckets = new TokenBuckets(10_000);
        TokenBuckets.Rates rates = rates(2, 4);
        int taken = 0;
        int refusedStrangers = 0;
        for (int i = 0; i < 1_000_000; i++) {
            long millis = i / 50;
            if (i % 5_000 == 0) {
                taken += buckets.take(hash(-1), 0, millis, rates) == Outcome.TAKEN ? 1 : 0;
            }
            refusedStrangers += buckets.take(hash(i), 0, millis, rates) == Outcome.EMPTY ? 1 : 0;
        }

        // 20 seconds; a bucket that has a token again while its set is busy may be forgotten, and is full then.
        assertThat(taken).isBetween(40, 60);
        assertThat(refusedStrangers).isZero();
    }
}
