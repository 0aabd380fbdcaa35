package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.DraftAccess;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import io.vipgate.importer.haproxy.HaproxyFacts.HaproxyFact;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Limits that rules ask a stick-table for, as {@code perSource}.
 *
 * <p>Confined to one listener.
 */
final class HaproxyLimits {
    private static final int MIN_IPV4_PREFIX = 8;
    private static final int MIN_IPV6_PREFIX = 16;
    private static final long MIN_ENTRIES = 1_000;
    private static final long MAX_ENTRIES = 10_000_000;
    private static final long MAX_OPEN = 1_000_000_000;
    private static final long MAX_RATE = 1_000_000;
    private static final int MAX_EXEMPT = 1_000;

    private final Notes notes;
    private final Statement line;
    private final HaproxyFacts facts;
    private final HaproxyTables tables;
    private final Map<String, Object> section = new LinkedHashMap<>();
    private Optional<HaproxyFact.Above> first = Optional.empty();
    private ClientSet limitedByFirst = ClientSet.NONE;

    HaproxyLimits(Notes notes, Statement line, HaproxyFacts facts, HaproxyTables tables) {
        this.notes = notes;
        this.line = line;
        this.facts = facts;
        this.tables = tables;
    }

    /**
     * The section; empty without limits.
     *
     * @param reach the clients that can come
     */
    Map<String, Object> of(HaproxyWhere refused, ClientSet reach) {
        ClientSet base = refused.surely(0);
        for (HaproxyFact.Above above : facts.limits()) {
            ClientSet limited = refused.surely(facts.bit(above)).without(base);
            if (limited.isEmpty()) {
                continue;
            }
            boolean isByFile = facts.files().stream().anyMatch(file -> {
                ClientSet inFile = refused.surely(facts.bit(file));
                return !refused.surely(facts.bit(file) | facts.bit(above)).equals(inFile.or(limited));
            });
            if (isByFile) {
                notes.addLoss(above.counter().table().line(), "clients in a file were not counted, or others were not; "
                        + "perSource.exempt takes networks alone, write them there: until then all are");
            }
            add(above, limited);
        }
        if (section.isEmpty()) {
            return section;
        }
        ClientSet exempt = reach.without(base).without(limitedByFirst);
        List<String> networks = DraftAccess.admitting(exempt);
        if (networks.size() > MAX_EXEMPT) {
            notes.addLoss(line, "more than " + MAX_EXEMPT + " networks are exempt from the limit; none is now");
        } else if (!networks.isEmpty()) {
            section.put("exempt", networks);
        }
        return section;
    }

    private void add(HaproxyFact.Above above, ClientSet limited) {
        HaproxyCounter counter = above.counter();
        Statement table = counter.table().line();
        String key = counter.isRate() ? "newPerSecond" : "maxConnections";
        if (first.isPresent() && (!limitedByFirst.equals(limited)
                || !first.get().counter().key().equals(counter.key()) || section.containsKey(key))) {
            notes.addLoss(table,
                    "a listener has one limit of each kind, for one kind of source and one list of those that are "
                            + "exempt; beyond " + above.most() + (counter.isRate() ? " new" : " open")
                            + " connections clients are accepted now");
            return;
        }
        boolean isFirst = first.isEmpty();
        if (isFirst && !source(counter)) {
            return;
        }
        if (isFirst) {
            first = Optional.of(above);
            limitedByFirst = limited;
            if (tables.users(counter.table().section()) > 1) {
                notes.addLoss(table, "several frontends count in this table together; each listener counts for itself");
            }
        }
        if (counter.isRate()) {
            rate(above, table);
        } else {
            section.put(key, Math.min(MAX_OPEN, above.most()));
        }
    }

    /** What counts as one client; false where vipgate has no such. */
    private boolean source(HaproxyCounter counter) {
        int ipv4 = counter.key().ipv4Prefix().orElse(32);
        int ipv6 = counter.key().ipv6Prefix().orElse(128);
        boolean isIpv4 = counter.table().type().equals("ip");
        if (ipv4 < MIN_IPV4_PREFIX || (!isIpv4 && ipv6 < MIN_IPV6_PREFIX)) {
            notes.addLoss(counter.table().line(), "sources are networks of /" + MIN_IPV4_PREFIX + " and of IPv6 /"
                    + MIN_IPV6_PREFIX + " at the shortest; the limit is left out");
            return false;
        }
        if (ipv4 != 32) {
            section.put("ipv4Prefix", ipv4);
        }
        if (!isIpv4) {
            section.put("ipv6Prefix", ipv6);
        }
        return true;
    }

    /** So many in a time become so many a second, and as many at once. */
    private void rate(HaproxyFact.Above above, Statement table) {
        Duration period = above.counter().period();
        long perSecond = Math.ceilDiv(above.most() * 1_000, period.toMillis());
        section.put("newPerSecond", Math.min(MAX_RATE, perSecond));
        section.put("burst", Math.min(10 * MAX_RATE, above.most()));
        above.counter().table().entries().ifPresent(entries -> section.put("maxEntries",
                Math.clamp(entries, MIN_ENTRIES, MAX_ENTRIES)));
        String was = above.most() + " in " + period.toMillis() / 1000.0 + " s";
        if (perSecond * period.toMillis() == above.most() * 1_000) {
            notes.add(table, was + " becomes a burst of " + above.most() + " and " + perSecond
                    + " a second after it: who "
                    + "keeps on trying is let in at that rate, where HAProxy counted what it refused too, and let in nobody");
        } else {
            notes.addLoss(table, was + " is no whole number a second: a client may begin " + above.most()
                    + " at once and " + perSecond + " a second after that");
        }
    }
}
