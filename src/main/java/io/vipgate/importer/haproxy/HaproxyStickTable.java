package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stick table of client addresses as pinning.
 *
 * <p>Confined to one import.
 */
final class HaproxyStickTable {
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})([kmg]?)");
    private static final Pattern SOURCE = Pattern
            .compile("src(?:,ipmask\\(([0-9]{1,2}|[0-9.]{7,15})(?:,([0-9]{1,3}))?\\))?");
    private static final long MAX_ENTRIES = 100_000_000;
    /** More would not fit half of the heap that vipgate has unless it is given more. */
    private static final long FITS_THE_HEAP = 400_000;

    private final Notes notes;
    private final HaproxySection backend;

    HaproxyStickTable(Notes notes, HaproxySection backend) {
        this.notes = notes;
        this.backend = backend;
    }

    void apply(DraftPool pool) {
        Optional<Statement> on = backend.last("stick", "on")
                .or(() -> backend.last("stick", "match").filter(_ -> !backend.all("stick", "store-request").isEmpty()));
        Optional<Statement> table = backend.last("stick-table");
        if (on.isEmpty()) {
            table.ifPresent(
                    each -> notes.add(each, "a table that no stick rule uses for choosing a server is left out"));
            return;
        }
        Statement rule = on.get();
        Matcher source = SOURCE.matcher(rule.word(2));
        if (!source.matches() || rule.words().contains("table") || rule.words().contains("if")
                || rule.words().contains("unless")) {
            notes.leftOut(rule, "no equivalent: pinning is always by the client's address");
            return;
        }
        if (table.isEmpty()) {
            notes.leftOut(rule, "has no stick-table");
            return;
        }
        pool.set("pinning", "by", "source-address");
        table(pool, table.get());
        prefixes(pool, rule, source);
    }

    private void table(DraftPool pool, Statement table) {
        String expire = valueOf(table, "expire");
        Optional<Duration> ttl = HaproxyTime.parse(expire);
        if (ttl.isEmpty()) {
            notes.add(table, "entries never expired; a pin lives for 24h after the client's last connection");
        }
        pool.set("pinning", "ttl", Durations.print(
                Durations.clamp(ttl.orElse(Duration.ofHours(24)), Duration.ofSeconds(1), Durations.MAX)));
        Matcher size = SIZE.matcher(valueOf(table, "size"));
        if (size.matches()) {
            long unit = switch (size.group(2)) {
                case "k" -> 1L << 10;
                case "m" -> 1L << 20;
                case "g" -> 1L << 30;
                default -> 1;
            };
            long entries = Math.min(MAX_ENTRIES, Long.parseLong(size.group(1)) * unit);
            pool.set("pinning", "maxEntries", entries);
            if (entries > FITS_THE_HEAP) {
                notes.add(table, "a table of " + entries + " pins takes up to " + entries * 160 / (1 << 20)
                        + " MiB, and may have half of the heap: start with VIPGATE_JAVA_OPTS=-Xmx..., or make "
                        + "maxEntries smaller");
            }
        }
        if (valueOf(table, "type").equals("ipv6")) {
            pool.set("pinning", "ipv6Prefix", 128);
        } else if (!valueOf(table, "type").equals("ip")) {
            notes.add(table, "its type is not ip; pinning is by the client's address all the same");
        }
        for (String word : new String[]{"peers", "nopurge", "store", "write-to", "srvkey", "recv-only"}) {
            if (table.words().contains(word)) {
                notes.leftOut(table, word + ": no equivalent");
            }
        }
    }

    private void prefixes(DraftPool pool, Statement rule, Matcher source) {
        if (source.group(1) == null) {
            return;
        }
        if (!source.group(1).matches("[0-9]{1,2}") || Integer.parseInt(source.group(1)) > 32) {
            notes.add(rule, "write its netmask as pinning.ipv4Prefix; as it stands, every address counts by itself");
        } else {
            pool.set("pinning", "ipv4Prefix", Integer.parseInt(source.group(1)));
        }
        if (source.group(2) != null) {
            pool.set("pinning", "ipv6Prefix", Math.min(128, Integer.parseInt(source.group(2))));
        }
    }

    private static String valueOf(Statement table, String word) {
        int at = table.words().indexOf(word);
        return at < 0 ? "" : table.word(at + 1);
    }
}
