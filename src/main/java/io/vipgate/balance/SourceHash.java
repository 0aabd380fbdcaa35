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
 * order their files name the endpoints. Takes time linear in the number of candidates.
 *
 * <p>score = -weight / ln(u), where u in (0, 1) is the upper 52 bits of SipHash(SipHash(prefix), SipHash(name)).
 *
 * <p>Immutable.
 */
public final class SourceHash implements Balancer {
    private static final double UNIT = 0x1.0p-52;

    private final Candidate[] candidates;
    private final long[] nameHashes;
    private final SipHash hash;
    private final ClientPrefix prefix;

    private SourceHash(List<Candidate> candidates, SipHash hash, ClientPrefix prefix) {
        this.candidates = candidates.toArray(Candidate[]::new);
        this.hash = hash;
        this.prefix = prefix;
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
        Candidate best = null;
        double bestScore = 0;
        for (int i = 0; i < candidates.length; i++) {
            double score = score(candidates[i].weight(), hash.of(client, nameHashes[i]));
            if ((best == null || score > bestScore || (score == bestScore && isBefore(candidates[i], best)))
                    && context.isUsable(candidates[i].endpoint())) {
                best = candidates[i];
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

    /** StrictMath, so that two gateways on different processors agree to the last bit. */
    static double score(int weight, long random) {
        // 52 bits and a half are exact in a double; with 53 the largest would round to 1, whose logarithm is 0.
        double u = ((random >>> 12) + 0.5) * UNIT;
        return -weight / StrictMath.log(u);
    }

    private static boolean isBefore(Candidate a, Candidate b) {
        return a.endpoint().label().compareTo(b.endpoint().label()) < 0;
    }
}
