package io.vipgate.importer.nginx;

import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * An {@code upstream} of a stream section as the endpoints of a pool; ngx_stream_upstream_module.
 *
 * <p>Confined to one import.
 */
final class NginxUpstream {
    private static final Duration MAX_SLOW_START = Duration.ofHours(1);
    private static final Set<String> CLIENT_ADDRESS = Set.of("remote_addr", "binary_remote_addr");
    /** The same for all clients of a listener, or nearly. */
    private static final Set<String> GATEWAYS_OWN = Set.of("server_addr", "server_port", "hostname", "protocol");

    private final Notes notes;
    private final Statement upstream;
    private final List<String> slowStarts = new ArrayList<>();
    private int missed;

    NginxUpstream(Notes notes, Statement upstream) {
        this.notes = notes;
        this.upstream = upstream;
    }

    /** How many servers are not in the pool. */
    int missed() {
        return missed;
    }

    /** Fills the pool; false if what the upstream does can't be carried over. */
    boolean apply(DraftPool pool) {
        pool.set("balance", "round-robin");
        for (Statement directive : upstream.block()) {
            switch (directive.name()) {
                case "server" -> server(pool, directive);
                case "least_conn" -> pool.set("balance", "least-connections");
                case "least_time" -> {
                    pool.set("balance", "least-connections");
                    notes.addLoss(directive,
                            "the nearest is least-connections, which does not consider response times");
                }
                case "hash" -> hash(pool, directive);
                case "random" -> random(pool, directive);
                case "zone" -> {
                }
                case "include", "state" -> notes.addLoss(directive,
                        "not followed: servers in that file take no share. Put its text in place of the line");
                case "resolver", "resolver_timeout" -> notes.add(directive,
                        "names are looked up by the machine's resolver, every resolve.interval");
                case "check" -> notes.addLoss(directive,
                        "a check of another module; each endpoint is probed by a TCP connect, see probe");
                default -> {
                    if (directive.name().contains("_by_lua") || directive.name().startsWith("js_")) {
                        notes.addLoss(directive, "a program chooses the server; the upstream is left out");
                        return false;
                    }
                    notes.leftOut(directive, "no equivalent");
                }
            }
        }
        if (pool.setting("balance").equals("source-hash") && !pool.setting("slowStart").equals("")) {
            pool.remove("slowStart");
            notes.leftOut(upstream, "slow_start means nothing with hash");
        }
        noteSlowStart(pool);
        noteWeightsOfNames(pool);
        return true;
    }

    /** A slow start holds for a whole pool. */
    private void noteSlowStart(DraftPool pool) {
        boolean isUniform = slowStarts.stream().distinct().count() == 1
                && slowStarts.size() == pool.endpoints().size();
        if (!pool.setting("slowStart").equals("") && !isUniform) {
            notes.add(upstream, "slow_start holds for the whole pool: slowStart is " + pool.setting("slowStart")
                    + " for every endpoint");
        }
    }

    private void noteWeightsOfNames(DraftPool pool) {
        if (pool.endpoints().size() > 1) {
            pool.endpoints().stream().filter(each -> each.address().literal().isEmpty()).forEach(each -> notes
                    .add(each.line(),
                            each.address() + ": nginx gives each address of a name its weight, vipgate shares it "
                                    + "between them; if the name has several, multiply its weight by their number"));
        }
    }

    /** Says what is different about a name that nginx looked up once. */
    static void noteLookups(Notes notes, Statement statement, HostPort address) {
        if (address.literal().isEmpty()) {
            notes.add(statement, "nginx looked the name up once, at its start; vipgate does so every resolve.interval");
        }
    }

    /** Whether a key differs from client to client by the address alone. */
    static boolean isClientAddress(String key) {
        List<String> names = NginxVariables.names(key);
        return names.stream().anyMatch(CLIENT_ADDRESS::contains)
                && names.stream().allMatch(name -> CLIENT_ADDRESS.contains(name) || GATEWAYS_OWN.contains(name));
    }

    private void hash(DraftPool pool, Statement directive) {
        if (isClientAddress(directive.word(1))) {
            pool.set("balance", "source-hash");
            notes.add(directive,
                    "source-hash also spreads clients by weight, but with another hash: most of them change their "
                            + "endpoint once, at the migration. It is always consistent");
        } else {
            notes.addLoss(directive,
                    "only the client's address can be hashed; round-robin takes its place: the shares are "
                            + "kept, but connections with the same key no longer go to the same server");
        }
    }

    private void random(DraftPool pool, Statement directive) {
        boolean isTwo = directive.word(1).equals("two");
        pool.set("balance", isTwo ? "power-of-two" : "weighted-random");
        if (isTwo && directive.word(2).startsWith("least_time")) {
            notes.addLoss(directive, "power-of-two compares connections, not response times");
        }
    }

    private void server(DraftPool pool, Statement server) {
        Optional<HostPort> address = HostPort.endpoint(server.word(1), OptionalInt.empty());
        List<String> options = server.words().subList(Math.min(2, server.words().size()), server.words().size());
        boolean isSrv = options.stream().anyMatch(word -> word.startsWith("service="));
        if (address.isEmpty() || isSrv) {
            missed++;
            notes.addLoss(server, (isSrv
                    ? "SRV records say its ports and weights, which vipgate does not look up"
                    : server.word(1).startsWith("unix:")
                            ? "a unix socket is no endpoint"
                            : "an address or a name with a port is expected")
                    + "; it is left out, and the others take its share");
            return;
        }
        long weight = 1;
        boolean isLookedUpAgain = false;
        boolean isDown = false;
        boolean isBackup = false;
        int max = 0;
        for (String word : options) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            switch (equals < 0 ? word : word.substring(0, equals)) {
                case "weight" -> weight = number(server, word, value, 1);
                case "max_conns" -> max = (int) number(server, word, value, 0);
                case "backup" -> isBackup = true;
                case "down", "drain" -> isDown = true;
                case "slow_start" -> NginxTime.parse(value).filter(each -> !each.isZero()).ifPresent(each -> {
                    String print = Durations.print(Durations.clamp(each, Duration.ZERO, MAX_SLOW_START));
                    slowStarts.add(print);
                    pool.set("slowStart", print);
                });
                case "resolve" -> isLookedUpAgain = true;
                case "max_fails" -> {
                    if (value.equals("0")) {
                        notes.add(server, "nginx never took it out; now it is, while its probe fails");
                    }
                }
                case "fail_timeout" -> {
                }
                default -> notes.leftOut(server, word + ": no equivalent");
            }
        }
        if (!isLookedUpAgain) {
            noteLookups(notes, server, address.get());
        }
        if (max > 0 && upstream.last("zone").isEmpty()) {
            notes.add(server,
                    "without zone, nginx counts connections in each worker process; maxConnections counts all");
        }
        if (isDown) {
            notes.add(server, "its weight is 0, so it gets no connections until that is raised");
        }
        pool.add(new DraftEndpoint(server.line(), "", address.get(), isDown ? 0 : weight, isBackup, max, true));
    }

    private long number(Statement server, String word, String value, long orElse) {
        if (!value.matches("[0-9]{1,9}")) {
            notes.leftOut(server, word + ": not a whole number");
            return orElse;
        }
        return Long.parseLong(value);
    }
}
