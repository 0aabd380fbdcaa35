package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.ShareWeights;
import io.vipgate.importer.common.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The pools of a stream section: one for an upstream, for an address that is written in its place, or for upstreams that clients are
 * split between.
 *
 * <p>Confined to one import.
 */
final class NginxPools {
    private static final Set<String> PER_CONNECTION = Set.of("remote_port", "connection", "msec", "pid", "time_local",
            "time_iso8601");
    private static final Set<String> SHARES_BY_WEIGHT = Set.of("round-robin", "weighted-random", "source-hash");

    private final ConfigDraft draft;
    private final Notes notes;
    private final Map<String, Statement> upstreams = new HashMap<>();
    private final Set<Statement> used = new HashSet<>();
    private boolean isProbeNoted;

    NginxPools(ConfigDraft draft, Notes notes) {
        this.draft = draft;
        this.notes = notes;
    }

    void define(Statement upstream) {
        upstreams.putIfAbsent(upstream.word(1), upstream);
    }

    /** Names what no server uses, and forgets all. */
    void end() {
        upstreams.values().stream().filter(each -> !used.contains(each)).forEach(each -> notes.leftOut(each,
                "no server that is carried over uses it"));
        upstreams.clear();
    }

    /**
     * The pool for a choice that is constant or has shares.
     *
     * @param without what is left out where there is none
     */
    Optional<DraftPool> of(Statement pass, NginxChoice choice, String without) {
        Optional<DraftPool> pool = choice.isConstant()
                ? target(pass, choice.values().keySet().iterator().next(), without)
                : split(pass, choice, without);
        pool.filter(_ -> !isProbeNoted).ifPresent(found -> {
            isProbeNoted = true;
            notes.add(found.line(), "nginx noticed a failure only when it connected for a client (max_fails, "
                    + "fail_timeout); now every endpoint is also probed by a TCP connect every 500 ms, see probe");
        });
        return pool;
    }

    /** The upstream of the name, or the one address that is written in its place. */
    private Optional<DraftPool> target(Statement pass, String to, String without) {
        Statement upstream = upstreams.get(to);
        if (upstream != null) {
            boolean isFirst = used.add(upstream);
            DraftPool pool = new DraftPool(upstream.line(), to);
            NginxUpstream reader = new NginxUpstream(notes, upstream);
            boolean isWhole = reader.apply(pool);
            for (int i = 0; isFirst && i < reader.missed(); i++) {
                draft.missEndpoint();
            }
            return isWhole ? Optional.of(pool) : Optional.empty();
        }
        Optional<HostPort> address = HostPort.endpoint(to, OptionalInt.empty());
        if (address.isEmpty() || upstreams.containsKey(address.get().host())) {
            notes.addLoss(pass, (to.startsWith("unix:")
                    ? "a unix socket is no endpoint"
                    : address.isPresent()
                            ? "an upstream has ports of its own, nginx refuses one here"
                            : (to.equals(pass.word(1)) ? "" : to + ": ")
                                    + "no upstream of this name in this file, and no address with a port")
                    + "; " + without + " is left out");
            return Optional.empty();
        }
        DraftPool pool = new DraftPool(pass.line(), address.get().name());
        pool.set("balance", "round-robin");
        pool.add(new DraftEndpoint(pass.line(), "", address.get()));
        NginxUpstream.noteLookups(notes, pass, address.get());
        return Optional.of(pool);
    }

    /** One pool for all targets: an endpoint's share is that of its target, by its weight in there. */
    private Optional<DraftPool> split(Statement pass, NginxChoice choice, String without) {
        Map<HostPort, Fraction> shares = new LinkedHashMap<>();
        DraftPool pool = new DraftPool(pass.line(), pass.word(1).replaceAll("[${}]", ""));
        for (Map.Entry<String, Fraction> part : choice.values().entrySet()) {
            Optional<DraftPool> target = target(pass, part.getKey(), without);
            if (target.isEmpty()) {
                return Optional.empty();
            }
            List<DraftEndpoint> endpoints = target.get().endpoints();
            long sum = endpoints.stream().mapToLong(DraftEndpoint::weight).sum();
            if (sum == 0 || endpoints.stream().anyMatch(each -> each.isBackup() || each.maxConnections() > 0)) {
                notes.addLoss(pass,
                        part.getKey() + " has no server, a backup or max_conns, which hold for its share of "
                                + "the clients alone; " + without + " is left out");
                return Optional.empty();
            }
            noteSharesWithin(pass, target.get(), endpoints.size());
            endpoints.stream().filter(each -> each.weight() > 0).forEach(each -> shares.merge(each.address(),
                    product(part.getValue(), Fraction.of(each.weight(), sum)), Fraction::plus));
        }
        int[] weights = ShareWeights.of(new ArrayList<>(shares.values()), pass.line(), notes);
        int at = 0;
        for (HostPort address : shares.keySet()) {
            pool.add(new DraftEndpoint(pass.line(), "", address).withWeight(weights[at++]));
        }
        balance(pass, pool, String.join(", ", choice.deciders()));
        return Optional.of(pool);
    }

    private static Fraction product(Fraction a, Fraction b) {
        try {
            return a.times(b);
        } catch (ArithmeticException e) {
            return Fraction.nearest(a.value() * b.value());
        }
    }

    private void noteSharesWithin(Statement pass, DraftPool target, int size) {
        if (size > 1 && !SHARES_BY_WEIGHT.contains(target.setting("balance").toString())) {
            notes.addLoss(pass,
                    "within " + target.name() + " clients were shared by the number of connections; now they "
                            + "are shared by weight");
        }
    }

    private void balance(Statement pass, DraftPool pool, String key) {
        if (NginxUpstream.isClientAddress(key)) {
            pool.set("balance", "source-hash");
            notes.add(pass, "split_clients by " + key + ": the shares are kept, by another hash: most clients change "
                    + "their endpoint once, at the migration. If an endpoint is down, all others take its clients");
            return;
        }
        pool.set("balance", "weighted-random");
        String words = "split_clients by " + key + ": the shares are kept, but each connection is placed by chance";
        if (NginxVariables.names(key).stream().anyMatch(PER_CONNECTION::contains)) {
            notes.add(pass, words);
        } else {
            notes.addLoss(pass, words + "; connections with the same key no longer go to the same upstream");
        }
    }
}
