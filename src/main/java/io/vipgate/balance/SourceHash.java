package io.vipgate.balance;

import io.vipgate.hash.SipHash;
import io.vipgate.pool.Candidate;
import io.vipgate.pool.ClientPrefix;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code source-hash}: weighted rendezvous (D. Thaler, C. Ravishankar 1998; weights after C. Schindelhauer, G. Schomaker
 * 2005). Every candidate gets a score from the client's prefix and the endpoint's name, and the highest wins, so that
 * only the clients of an endpoint that goes move, and come back with it; gateways agree without talking, in whatever
 * order their files name the endpoints. Takes constant time for a client that came lately, and for any other one hash for
 * each candidate.
 *
 * <p>score = -weight / ln(u), where u in (0, 1) is the upper 52 bits of SipHash(SipHash(prefix), SipHash(name)).
 *
 * <p>Confined to one event loop.
 */
public final class SourceHash implements Balancer {
    private static final double UNIT = 0x1.0p-52;

    private static final int NOBODY = -1;
    /** Less than 1 by more than a score's rounding, and by nothing else. */
    private static final double SLACK = 1 - 0x1.0p-40;

    /** Fewer candidates are compared as fast as looked up. */
    private static final int LEAST_REMEMBERED = 8;

    private final Candidate[] candidates;
    private final double[] weights;
    private final long[] nameHashes;
    /** Of the client that is looked at. */
    private final long[] randoms;
    private final SipHash hash;
    private final ClientPrefix prefix;
    private final @Nullable RecentWinners recent;

    private SourceHash(List<Candidate> candidates, SipHash hash, ClientPrefix prefix) {
        this.candidates = candidates.toArray(Candidate[]::new);
        this.hash = hash;
        this.prefix = prefix;
        recent = this.candidates.length < LEAST_REMEMBERED ? null : new RecentWinners(this.candidates.length);
        weights = candidates.stream().mapToDouble(Candidate::weight).toArray();
        randoms = new long[this.candidates.length];
        nameHashes = new long[this.candidates.length];
        for (int i = 0; i < nameHashes.length; i++) {
            nameHashes[i] = hash.of(this.candidates[i].endpoint().label().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The rule with its settings.
     *
     * @param key secret of the hash; may be empty
     * @param ipv4Prefix leading bits of an IPv4 address that name a client, 0 to 32
     * @param ipv6Prefix leading bits of an IPv6 address that name a client, 0 to 128
     */
    public static BalancerFactory keyedBy(String key, int ipv4Prefix, int ipv6Prefix) {
        SipHash hash = SipHash.keyedBy(key);
        ClientPrefix prefix = new ClientPrefix(ipv4Prefix, ipv6Prefix);
        return candidates -> new SourceHash(candidates, hash, prefix);
    }

    @Override
    public @Nullable Candidate select(SelectionContext context) {
        long high = context.clientHigh();
        long low = context.clientLow();
        long client = hash.of(prefix.high(high, low), prefix.low(high, low));
        int winner = recent == null ? NOBODY : winnerOfAll(recent, client);
        if (winner == NOBODY || !context.isUsable(candidates[winner].endpoint())) {
            winner = winner(client, context);
        }
        return winner == NOBODY ? null : candidates[winner];
    }

    private int winnerOfAll(RecentWinners remembered, long client) {
        int winner = remembered.of(client);
        if (winner == NOBODY) {
            winner = winner(client, null);
            remembered.remember(client, winner);
        }
        return winner;
    }

    /** Who has the highest score of those that are usable, or of all without a context. */
    private int winner(long client, @Nullable SelectionContext context) {
        hash.of(client, nameHashes, randoms);
        int best = NOBODY;
        double bestScore = 0;
        for (int i = 0; i < randoms.length; i++) {
            double u = unit(randoms[i]);
            // A logarithm only where it can matter: as ln(u) <= u - 1, the score is weight / (1 - u) at most.
            if (weights[i] < bestScore * (1 - u) * SLACK) {
                continue;
            }
            double score = score(weights[i], u);
            if ((best == NOBODY || score > bestScore || (score == bestScore && isBefore(i, best)))
                    && (context == null || context.isUsable(candidates[i].endpoint()))) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }

    @Override
    public double[] probabilities(SelectionContext context) {
        return SelectionProbability.certain(candidates, select(context));
    }

    @Override
    public String reason(boolean isOnly) {
        return "the hash of the client's address, over the endpoints that can be used";
    }

    /** 52 bits and a half are exact in a double; with 53 the largest would round to 1, whose logarithm is 0. */
    static double unit(long random) {
        return ((random >>> 12) + 0.5) * UNIT;
    }

    /** StrictMath, so that two gateways on different processors agree to the last bit. */
    static double score(double weight, double u) {
        return -weight / StrictMath.log(u);
    }

    private boolean isBefore(int a, int b) {
        return candidates[a].endpoint().label().compareTo(candidates[b].endpoint().label()) < 0;
    }
}
