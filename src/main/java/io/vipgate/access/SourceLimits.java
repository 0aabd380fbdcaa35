package io.vipgate.access;

import io.vipgate.access.TokenBuckets.Outcome;
import io.vipgate.hash.SipHash;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each source may have open at a listener and make a second, over all its event loops. A connection is judged by what is open
 * first, then by the rate, of its source and of the network around that; what is refused takes no token and is not counted as open.
 *
 * <p>Open connections are exact, and counted in memory that they bound themselves. Rates are kept in a fixed amount of memory,
 * see {@link TokenBuckets}; a source that finds no room there is judged by the network around it alone. Which sources
 * share a place there nobody can tell who does not know a key that is drawn at the start.
 *
 * <p>Thread-safe.
 */
public final class SourceLimits {
    private static final int SOURCE = 0;
    private static final int AROUND = 1;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final OpenTable open = new OpenTable();
    private final OpenTable openAround = new OpenTable();
    private final @Nullable TokenBuckets buckets;
    private final RefusedSources refused = new RefusedSources();
    private final SipHash sourceHash;
    private final SipHash aroundHash;
    private volatile Limits limits;

    /** Limits that nobody has used anything of. */
    public SourceLimits(SourceRules rules) {
        SecureRandom random = new SecureRandom();
        sourceHash = new SipHash(random.nextLong(), random.nextLong());
        aroundHash = new SipHash(random.nextLong(), random.nextLong());
        buckets = rules.newPerSecond() == 0 ? null : new TokenBuckets(rules.maxEntries());
        limits = Limits.of(rules);
    }

    /**
     * What the rules come to.
     *
     * @param mostOpen connections of a source
     * @param mostOpenAround of the network around it
     * @param rate of a source
     * @param rateAround of the network around it
     */
    private record Limits(SourceRules rules, PrefixTable exempt, boolean hasAround, long mostOpen, long mostOpenAround,
            TokenRate rate, TokenRate rateAround) implements TokenBuckets.Rates {
        static Limits of(SourceRules rules) {
            long factor = rules.around().factor();
            return new Limits(rules, new PrefixTable(rules.exempt()), factor > 0, rules.maxConnections(),
                    rules.maxConnections() * factor, TokenRate.of(rules.newPerSecond(), rules.burst()),
                    TokenRate.of(rules.newPerSecond() * factor, rules.burst() * factor));
        }

        @Override
        public TokenRate rate(int kind) {
            return kind == SOURCE ? rate : rateAround;
        }
    }

    /** Whether rules can take the place of those it has, without forgetting what it counted. */
    public boolean canUpdate(SourceRules newRules) {
        SourceRules rules = limits.rules;
        return newRules.ipv4Prefix() == rules.ipv4Prefix() && newRules.ipv6Prefix() == rules.ipv6Prefix()
                && newRules.around().hasSameNetworks(rules.around()) && newRules.maxEntries() == rules.maxEntries()
                && (newRules.newPerSecond() > 0) == (rules.newPerSecond() > 0);
    }

    /**
     * Takes other rules.
     *
     * @throws IllegalArgumentException where {@link #canUpdate} does not hold for them
     */
    public void update(SourceRules newRules) {
        if (!canUpdate(newRules)) {
            throw new IllegalArgumentException("rules for other sources");
        }
        limits = Limits.of(newRules);
    }

    /**
     * Judges a new connection, and counts it unless it is to be refused.
     *
     * @param high upper half of the client's address
     * @param low lower half
     * @param nowNanos the loop's time, {@link System#nanoTime}
     * @param decision is filled
     */
    public void enter(long high, long low, long nowNanos, SourceDecision decision) {
        Limits now = limits;
        SourceRules rules = now.rules;
        if (now.exempt.find(high, low) != PrefixTable.NONE) {
            decision.admit(null, Refusal.NONE);
            return;
        }
        decision.source.set(high, low, rules.ipv4Prefix(), rules.ipv6Prefix(), sourceHash);
        if (now.hasAround) {
            decision.around.set(high, low, rules.around().ipv4Prefix(), rules.around().ipv6Prefix(), aroundHash);
        }
        OpenCount hold = null;
        Refusal over = Refusal.NONE;
        if (rules.maxConnections() > 0) {
            hold = acquire(decision, now, now.mostOpen, now.mostOpenAround);
            over = hold == null ? Refusal.CONNECTIONS : Refusal.NONE;
        }
        if (over == Refusal.NONE && buckets != null
                && !takesToken(buckets, decision, now, nowNanos / NANOS_PER_MILLI)) {
            over = Refusal.RATE;
        }
        if (over == Refusal.NONE) {
            decision.admit(hold, over);
        } else if (rules.dryRun()) {
            boolean isUncounted = hold == null && rules.maxConnections() > 0;
            decision.admit(isUncounted ? acquire(decision, now, Long.MAX_VALUE, Long.MAX_VALUE) : hold, over);
        } else {
            if (hold != null) {
                hold.release();
            }
            decision.refuse(over);
        }
        if (over != Refusal.NONE) {
            refused.add(decision.source);
        }
    }

    private @Nullable OpenCount acquire(SourceDecision decision, Limits now, long most, long mostAround) {
        OpenCount count = open.acquire(decision.source, most);
        if (count == null || !now.hasAround) {
            return count;
        }
        OpenCount around = openAround.acquire(decision.around, mostAround);
        if (around == null) {
            count.releaseThis();
            return null;
        }
        count.holdAlso(around);
        return count;
    }

    private static boolean takesToken(TokenBuckets buckets, SourceDecision decision, Limits now, long millis) {
        Outcome own = buckets.take(decision.source.hash(), SOURCE, millis, now);
        if (own == Outcome.EMPTY || !now.hasAround) {
            return own != Outcome.EMPTY;
        }
        if (buckets.take(decision.around.hash(), AROUND, millis, now) != Outcome.EMPTY) {
            return true;
        }
        if (own == Outcome.TAKEN) {
            buckets.giveBack(decision.source.hash(), SOURCE, now.rate);
        }
        return false;
    }

    /** Whether nobody is refused. */
    public boolean isDryRun() {
        return limits.rules.dryRun();
    }

    /** Whether the rate of sources is limited. */
    public boolean hasRates() {
        return buckets != null;
    }

    /** How often the rate of a source was forgotten, or could not be kept, for want of room. */
    public long evictions() {
        return buckets == null ? 0 : buckets.evictions();
    }

    /**
     * The sources, and networks around them, that are nearest to a limit or over it, those first. Of sources that have nothing
     * open, or where that is not counted, it knows those that were refused.
     *
     * @param count most to tell
     * @param nowNanos {@link System#nanoTime}
     */
    public List<SourceUse> top(int count, long nowNanos) {
        Limits now = limits;
        SourceRanking ranking = new SourceRanking(count);
        Map<SourceKey, Long> refusals = refused.counts();
        for (OpenCount each : open.all()) {
            long refusedSoFar = Objects.requireNonNullElse(refusals.remove(each.source()), 0L);
            ranking.add(use(SOURCE, each.source(), each.open(), refusedSoFar, now, nowNanos));
        }
        for (OpenCount each : openAround.all()) {
            ranking.add(use(AROUND, each.source(), each.open(), 0, now, nowNanos));
        }
        refusals.forEach((source, refusedSoFar) -> ranking.add(use(SOURCE, source, 0, refusedSoFar, now, nowNanos)));
        return ranking.inOrder();
    }

    /** Whether an address is neither counted nor limited. */
    public boolean isExempt(long high, long low) {
        return limits.exempt.find(high, low) != PrefixTable.NONE;
    }

    /**
     * How much the source of an address uses, and the network around it where that is limited. Counts nothing.
     *
     * @param nowNanos {@link System#nanoTime}
     */
    public List<SourceUse> uses(long high, long low, long nowNanos) {
        Limits now = limits;
        SourceKey key = new SourceKey();
        key.set(high, low, now.rules.ipv4Prefix(), now.rules.ipv6Prefix(), sourceHash);
        List<SourceUse> uses = new ArrayList<>();
        uses.add(use(SOURCE, key, open.open(key), refused.counts().getOrDefault(key, 0L), now, nowNanos));
        if (now.hasAround) {
            key.set(high, low, now.rules.around().ipv4Prefix(), now.rules.around().ipv6Prefix(), aroundHash);
            uses.add(use(AROUND, key, openAround.open(key), 0, now, nowNanos));
        }
        return List.copyOf(uses);
    }

    private SourceUse use(int kind, SourceKey source, int count, long refusedSoFar, Limits now, long nowNanos) {
        TokenRate rate = now.rate(kind);
        double tokens = buckets == null
                ? 0
                : (double) buckets.units(source.hash(), kind, nowNanos / NANOS_PER_MILLI, rate) / TokenRate.TOKEN;
        return new SourceUse(source.prefix(), kind == AROUND, count, kind == SOURCE ? now.mostOpen : now.mostOpenAround,
                tokens, rate.capacity() / TokenRate.TOKEN, refusedSoFar);
    }
}
