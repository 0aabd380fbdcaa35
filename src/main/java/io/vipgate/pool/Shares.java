package io.vipgate.pool;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Each member's part of the new connections, as whole numbers: the addresses of one name divide its weight between them,
 * and an endpoint that starts slowly gets a part of its own. Exact for names of up to ten addresses.
 *
 * <p>Immutable.
 */
final class Shares {
    /** Least common multiple of 1 to 10, times 2. */
    private static final int MAX_UNITS = 5040;
    /** Sums stay below this, so that rules can compute with them in 64 bits. */
    private static final long MAX_SUM = 1L << 30;

    private final int[] shares;

    Shares(List<PoolSnapshot.Member> members) {
        Map<String, Integer> addresses = new HashMap<>();
        boolean isRamping = false;
        for (PoolSnapshot.Member member : members) {
            addresses.merge(member.endpoint().name(), 1, Integer::sum);
            isRamping |= member.state().ramp() < EndpointState.FULL_RAMP;
        }
        long units = 1;
        for (int count : addresses.values()) {
            long multiple = units / gcd(units, count) * count;
            units = multiple <= MAX_UNITS ? multiple : MAX_UNITS;
        }
        long[] exact = new long[members.size()];
        long sum = 0;
        for (int i = 0; i < exact.length; i++) {
            PoolSnapshot.Member member = members.get(i);
            long own = units * (isRamping ? member.state().ramp() : 1);
            exact[i] = Math.max(1, own / addresses.getOrDefault(member.endpoint().name(), 1));
            sum += exact[i] * EndpointState.MAX_WEIGHT;
        }
        shares = new int[exact.length];
        for (int i = 0; i < exact.length; i++) {
            shares[i] = (int) (sum < MAX_SUM ? exact[i] : Math.max(1, exact[i] * MAX_SUM / sum));
        }
    }

    /** A member's share, by its position; 1 for all when every one has its name for itself and none starts slowly. */
    int of(int position) {
        return shares[position];
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
