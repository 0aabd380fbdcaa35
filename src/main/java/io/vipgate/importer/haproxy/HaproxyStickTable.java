package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stick table of client addresses, of the section itself or another one, as pinning.
 *
 * <p>Confined to one import.
 */
final class HaproxyStickTable {
    /** More would not fit half of the heap that vipgate has unless it is given more. */
    private static final long FITS_THE_HEAP = 400_000;

    private final Notes notes;
    private final HaproxySections sections;
    private final HaproxySection backend;

    HaproxyStickTable(Notes notes, HaproxySections sections, HaproxySection backend) {
        this.notes = notes;
        this.sections = sections;
        this.backend = backend;
    }

    void apply(DraftPool pool, List<HaproxyServer> servers) {
        Optional<Statement> rule = rule();
        Optional<Statement> own = backend.last("stick-table");
        if (rule.isEmpty()) {
            own.filter(_ -> backend.all("stick").isEmpty() && sections.tables().users(backend.name()) == 0).ifPresent(
                    each -> notes.add(each, "a table that no stick rule uses for choosing a server is left out"));
            return;
        }
        String other = HaproxyTable.valueOf(rule.get(), "table");
        Optional<Statement> table = other.isEmpty()
                ? own
                : sections.named(other).flatMap(section -> section.last("stick-table"));
        if (table.isEmpty()) {
            notes.addLoss(rule.get(), "no stick-table" + (other.isEmpty() ? "" : " in " + other)
                    + "; clients are not kept at their endpoints");
            return;
        }
        pool.set("pinning", "by", "source-address");
        table(pool, table.get());
        prefixes(pool, rule.get());
        if (!other.isEmpty() && sections.tableUsers(other) > 1) {
            notes.addLoss(rule.get(), "table " + other
                    + " is used by several sections: each pool has pins of its own, so a client may be sent to another server "
                    + "in each");
        }
        servers.stream().filter(each -> each.has("non-stick")).forEach(each -> notes.addLoss(each.statement(),
                "non-stick: clients are kept at this one as well, so they stay for pinning.ttl after another could take "
                        + "them back"));
    }

    /** The rule that chooses a server by the client's address; others are lost. */
    private Optional<Statement> rule() {
        boolean stores = !backend.all("stick", "store-request").isEmpty();
        Optional<Statement> kept = Optional.empty();
        for (Statement each : backend.all("stick")) {
            String kind = each.word(1);
            if (kind.equals("store-request")) {
                continue;
            }
            boolean isPlain = HaproxySourceKey.of(each.word(2)).isPresent() && !each.words().contains("if")
                    && !each.words().contains("unless");
            if (kept.isEmpty() && isPlain && (kind.equals("on") || (kind.equals("match") && stores))) {
                kept = Optional.of(each);
            } else if (kind.equals("match") && isPlain && kept.isEmpty()) {
                notes.addLoss(each,
                        "nothing stores what it looks for, so clients are not kept at their endpoints; it is left out");
            } else {
                notes.addLoss(each,
                        "clients are kept at an endpoint by their address alone, whatever else this rule looks at; "
                                + "it is left out");
            }
        }
        return kept;
    }

    private void table(DraftPool pool, Statement table) {
        String expire = HaproxyTable.valueOf(table, "expire");
        Optional<Duration> ttl = HaproxyTime.parse(expire);
        if (ttl.isEmpty()) {
            notes.add(table, "entries never expired; a pin lives for 24h after the client's last connection");
        }
        pool.set("pinning", "ttl", Durations.print(
                Durations.clamp(ttl.orElse(Duration.ofHours(24)), Duration.ofSeconds(1), Durations.MAX)));
        new HaproxyTable(backend.name(), table).entries().ifPresent(entries -> {
            pool.set("pinning", "maxEntries", entries);
            if (entries > FITS_THE_HEAP) {
                notes.add(table, "a table of " + entries + " pins takes up to " + entries * 160 / (1 << 20)
                        + " MiB, and may have half of the heap: start with VIPGATE_JAVA_OPTS=-Xmx..., or make "
                        + "maxEntries smaller");
            }
        });
        if (!HaproxyTable.valueOf(table, "type").equals("ip")) {
            pool.set("pinning", "ipv6Prefix", 128);
        }
        if (table.words().contains("peers")) {
            notes.add(table, "peers: pins are not shared with another gateway");
        }
        for (String word : List.of("nopurge", "store", "write-to", "srvkey", "recv-only")) {
            boolean isCounted = word.equals("store") && sections.tables().users(backend.name()) > 0;
            if (table.words().contains(word) && !isCounted) {
                notes.leftOut(table, word + ": no equivalent");
            }
        }
    }

    private void prefixes(DraftPool pool, Statement rule) {
        HaproxySourceKey.of(rule.word(2)).ifPresent(key -> {
            key.ipv4Prefix().ifPresent(prefix -> pool.set("pinning", "ipv4Prefix", prefix));
            if (!key.isPrefix()) {
                notes.addLoss(rule, "its netmask is no prefix: every IPv4 address counts by itself");
            }
            key.ipv6Prefix().ifPresent(prefix -> pool.set("pinning", "ipv6Prefix", prefix));
        });
    }

    /** The table of another section that a stick rule names; empty for that of its own section. */
    static String tableOf(Statement rule) {
        return HaproxyTable.valueOf(rule, "table");
    }
}
