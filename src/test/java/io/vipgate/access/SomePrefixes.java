package io.vipgate.access;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Random networks of few bits, so that they lie in one another, and addresses where they begin and end. */
final class SomePrefixes {
    private SomePrefixes() {}

    static Prefix next(Random random) {
        if (random.nextBoolean()) {
            int length = List.of(0, 1, 2, 3, 4, 30, 31, 32).get(random.nextInt(8));
            return Prefix.of(0, 0xffff_0000_0000L | (random.nextInt() & 0xf000_0003L), 96 + length);
        }
        int length = List.of(0, 1, 2, 3, 63, 64, 65, 126, 127, 128).get(random.nextInt(10));
        return Prefix.of(random.nextLong() & 0xe000_0000_0000_0001L, random.nextLong() & 0xc000_0000_0000_0003L,
                length);
    }

    /** The network's first address or last, or one beside it. */
    static long[] near(Prefix prefix, Random random) {
        BigInteger first = number(prefix.high(), prefix.low());
        BigInteger behind = first.add(BigInteger.ONE.shiftLeft(128 - prefix.length()));
        BigInteger other = (random.nextBoolean() ? first : behind).add(BigInteger.valueOf(random.nextInt(3) - 1L))
                .mod(BigInteger.ONE.shiftLeft(128));
        return new long[]{other.shiftRight(64).longValue(), other.longValue()};
    }

    static BigInteger number(long high, long low) {
        return new BigInteger(1, ByteBuffer.allocate(16).putLong(high).putLong(low).array());
    }
}
