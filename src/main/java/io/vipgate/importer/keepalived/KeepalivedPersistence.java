package io.vipgate.importer.keepalived;

import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * The persistence of a virtual server as the pinning of a pool.
 *
 * <p>Confined to one virtual server.
 */
final class KeepalivedPersistence {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(6);
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final Notes notes;
    private final Statement server;

    KeepalivedPersistence(Notes notes, Statement server) {
        this.notes = notes;
        this.server = server;
    }

    void apply(DraftPool pool, boolean isIpv6) {
        Optional<Statement> timeout = server.last("persistence_timeout");
        if (timeout.isEmpty()) {
            server.last("persistence_granularity")
                    .ifPresent(each -> notes.add(each, "means nothing without persistence_timeout"));
            return;
        }
        Statement statement = timeout.get();
        Duration ttl = statement.word(1).isEmpty()
                ? DEFAULT_TIMEOUT
                : KeepalivedTime.parse(statement.word(1)).orElse(Duration.ZERO);
        if (ttl.toSeconds() < 1) {
            notes.addLoss(statement, "not a number of seconds: clients are not kept at their endpoint");
            return;
        }
        pool.set("pinning", "by", "source-address");
        pool.set("pinning", "ttl", Durations.print(Durations.clamp(ttl, Duration.ofSeconds(1), Durations.MAX)));
        granularity(pool, isIpv6);
    }

    private void granularity(DraftPool pool, boolean isIpv6) {
        Optional<Statement> statement = server.last("persistence_granularity");
        String text = statement.map(each -> each.word(1)).orElse("");
        int bits = isIpv6 ? IPV6_BITS : IPV4_BITS;
        int prefix = text.isEmpty() ? bits : text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : prefixOf(text);
        if (prefix < 0 || prefix > bits) {
            notes.addLoss(statement.orElse(server), "not a netmask of leading ones; every address counts by itself");
            prefix = bits;
        }
        if (isIpv6 || prefix != bits) {
            pool.set("pinning", isIpv6 ? "ipv6Prefix" : "ipv4Prefix", prefix);
        }
    }

    /** How many leading ones an IPv4 netmask has; -1 if it is none. */
    private static int prefixOf(String netmask) {
        Optional<InetAddress> mask = HostPort.literal(netmask);
        if (mask.isEmpty() || mask.get().getAddress().length != 4) {
            return -1;
        }
        int bits = 0;
        for (byte each : mask.get().getAddress()) {
            bits = bits << 8 | (each & 0xFF);
        }
        int ones = Integer.numberOfLeadingZeros(~bits);
        return ones == Integer.bitCount(bits) ? ones : -1;
    }
}
