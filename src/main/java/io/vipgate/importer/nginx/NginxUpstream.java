package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An {@code upstream} of a stream section as the endpoints of a pool; ngx_stream_upstream_module.
 *
 * <p>Confined to one import.
 */
final class NginxUpstream {
    private static final Duration MAX_SLOW_START = Duration.ofHours(1);
    private static final List<String> CLIENT_ADDRESS = List.of("$remote_addr", "$binary_remote_addr", "${remote_addr}",
            "${binary_remote_addr}");

    private final ConfigDraft draft;
    private final Notes notes;
    private final Statement upstream;

    NginxUpstream(ConfigDraft draft, Notes notes, Statement upstream) {
        this.draft = draft;
        this.notes = notes;
        this.upstream = upstream;
    }

    void apply(DraftPool pool) {
        pool.set("balance", "round-robin");
        for (Statement directive : upstream.block()) {
            switch (directive.name()) {
                case "server" -> server(pool, directive);
                case "least_conn" -> pool.set("balance", "least-connections");
                case "least_time" -> {
                    pool.set("balance", "least-connections");
                    notes.add(directive, "the nearest is least-connections, which does not consider response times");
                }
                case "hash" -> hash(pool, directive);
                case "random" -> random(pool, directive);
                case "zone" -> {
                }
                case "include" -> notes.add(directive,
                        "not followed: import that file too, or put its text in place of the line");
                case "resolver", "resolver_timeout" -> notes.add(directive,
                        "names are looked up by the machine's resolver, every resolve.interval");
                default -> notes.leftOut(directive, "no equivalent");
            }
        }
        if (pool.setting("balance").equals("source-hash") && !pool.setting("slowStart").equals("")) {
            pool.remove("slowStart");
            notes.leftOut(upstream, "slow_start means nothing with source-hash");
        }
    }

    private void hash(DraftPool pool, Statement directive) {
        if (CLIENT_ADDRESS.contains(directive.word(1))) {
            pool.set("balance", "source-hash");
            notes.add(directive,
                    "source-hash also spreads clients by weight, but with another hash: most of them change their "
                            + "endpoint once, at the migration. It is always consistent");
        } else {
            notes.add(directive, "only the client's address can be hashed; round-robin takes its place");
        }
    }

    private void random(DraftPool pool, Statement directive) {
        boolean isTwo = directive.word(1).equals("two");
        pool.set("balance", isTwo ? "power-of-two" : "weighted-random");
        if (isTwo && directive.word(2).startsWith("least_time")) {
            notes.add(directive, "power-of-two compares connections, not response times");
        }
    }

    private void server(DraftPool pool, Statement server) {
        Optional<HostPort> address = HostPort.endpoint(server.word(1), OptionalInt.empty());
        if (address.isEmpty()) {
            draft.missEndpoint();
            notes.addLoss(server, server.word(1).startsWith("unix:")
                    ? "a unix socket is no endpoint; it is left out, and the others take its share"
                    : "an address or a name with a port is expected; it is left out, and the others take its share");
            return;
        }
        long weight = 1;
        boolean isBackup = false;
        int max = 0;
        for (String word : server.words().subList(Math.min(2, server.words().size()), server.words().size())) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            switch (equals < 0 ? word : word.substring(0, equals)) {
                case "weight" -> weight = weight == 0 ? 0 : number(server, word, value, 1);
                case "max_conns" -> max = (int) number(server, word, value, 0);
                case "backup" -> isBackup = true;
                case "down", "drain" -> {
                    weight = 0;
                    notes.add(server, word + ": its weight is 0, so it gets no connections until that is raised");
                }
                case "slow_start" -> NginxTime.parse(value).filter(each -> !each.isZero())
                        .ifPresent(each -> pool.set("slowStart",
                                Durations.print(Durations.clamp(each, Duration.ZERO, MAX_SLOW_START))));
                case "resolve" -> {
                }
                case "max_fails", "fail_timeout" -> notes.add(server, word + ": not needed: probes find failures "
                        + "beforehand, and a failed connect makes an endpoint suspect");
                default -> notes.leftOut(server, word + ": no equivalent");
            }
        }
        pool.add(new DraftEndpoint(server.line(), "", address.get(), weight, isBackup, max, true));
    }

    private long number(Statement server, String word, String value, long orElse) {
        if (!value.matches("[0-9]{1,9}")) {
            notes.leftOut(server, word + ": not a whole number");
            return orElse;
        }
        return Long.parseLong(value);
    }
}
