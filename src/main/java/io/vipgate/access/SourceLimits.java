package io.vipgate.access;

import io.vipgate.linux.ClientAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many connections each source has open at a listener and makes a second, over all event loops.
 *
 * <p>Thread-safe.
 */
public final class SourceLimits {
    private final Map<Prefix, Count> counts = new HashMap<>();
    private SourceRules rules;
    private PrefixTable exempt;

    /** Limits that nobody has used anything of. */
    public SourceLimits(SourceRules rules) {
        this.rules = rules;
        exempt = new PrefixTable(rules.exempt());
    }

    /** Whether rules can take the place of those it has, without forgetting what it counted. */
    public boolean canUpdate(SourceRules newRules) {
        return newRules.ipv4Prefix() == rules.ipv4Prefix() && newRules.ipv6Prefix() == rules.ipv6Prefix()
                && newRules.maxEntries() == rules.maxEntries();
    }

    /**
     * Takes other rules, for which {@link #canUpdate} holds.
     *
     * @throws IllegalArgumentException if it does not
     */
    public synchronized void update(SourceRules newRules) {
        if (!canUpdate(newRules)) {
            throw new IllegalArgumentException("other sources");
        }
        rules = newRules;
        exempt = new PrefixTable(newRules.exempt());
    }

    /**
     * Judges and counts a new connection.
     *
     * @param high upper half of the client's address
     * @param low lower half
     * @param nowNanos the loop's time, {@link System#nanoTime}
     * @param decision is filled
     */
    public synchronized void enter(long high, long low, long nowNanos, SourceDecision decision) {
        if (exempt.find(high, low) != PrefixTable.NONE) {
            decision.admit(null, Refusal.NONE);
            return;
        }
        Prefix prefix = Prefix.of(high, low,
                ClientAddress.isIpv4(high, low) ? 96 + rules.ipv4Prefix() : rules.ipv6Prefix());
        Count count = counts.computeIfAbsent(prefix, _ -> new Count(rules.burst(), nowNanos));
        count.tokens = Math.min(rules.burst(), count.tokens + (nowNanos - count.since) * 1e-9 * rules.newPerSecond());
        count.since = nowNanos;
        Refusal over = rules.maxConnections() > 0 && count.open >= rules.maxConnections()
                ? Refusal.CONNECTIONS
                : rules.newPerSecond() > 0 && count.tokens < 1 ? Refusal.RATE : Refusal.NONE;
        if (over != Refusal.NONE && !rules.dryRun()) {
            decision.refuse(over);
            return;
        }
        if (over == Refusal.NONE) {
            count.tokens--;
        }
        count.open++;
        decision.admit(count, over);
    }

    /** How often the rate of a source was forgotten, or could not be kept, for want of room. */
    public long evictions() {
        return 0;
    }

    /** The sources that are nearest to a limit or furthest over it, those first. */
    public synchronized List<SourceUse> top(int count) {
        return counts.entrySet().stream()
                .map(each -> new SourceUse(each.getKey(), each.getValue().open, rules.maxConnections(),
                        each.getValue().tokens, rules.burst(), 0))
                .sorted((a, b) -> Integer.compare(b.open(), a.open())).limit(count).toList();
    }

    private final class Count implements SourceHold {
        private int open;
        private double tokens;
        private long since;

        Count(int tokens, long since) {
            this.tokens = tokens;
            this.since = since;
        }

        @Override
        public void release() {
            synchronized (SourceLimits.this) {
                open--;
            }
        }
    }
}
