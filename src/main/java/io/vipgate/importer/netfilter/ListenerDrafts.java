package io.vipgate.importer.netfilter;

import io.vipgate.importer.common.AddressFamily;
import io.vipgate.importer.common.ConfigDraft;
import io.vipgate.importer.common.DraftDoor;
import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import io.vipgate.importer.common.Fraction;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.ShareWeights;
import io.vipgate.importer.netfilter.NumberSource.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Turns what was found into listeners and pools.
 *
 * <p>Confined to one import.
 */
final class ListenerDrafts {
    private final Program program;
    private final ConfigDraft draft;
    private final Notes notes;
    private final Map<Object, DraftPool> pools = new HashMap<>();
    private final Map<Integer, Finding> wildcards = new HashMap<>();
    private final ClientDoors doors;
    private final Set<HostPort> targets = new HashSet<>();

    /** With the classes by which the program tells clients apart. */
    ListenerDrafts(Program program, ClientClasses classes, ConfigDraft draft, Notes notes) {
        this.program = program;
        this.draft = draft;
        this.notes = notes;
        doors = new ClientDoors(program, classes, notes);
    }

    void addAll(List<Served> all) {
        for (Served served : all) {
            if (served.main().isTold()) {
                served.main().shares().outcomes().keySet().forEach(outcome -> {
                    if (outcome instanceof Outcome.Target target) {
                        targets.add(target.address());
                    }
                });
                if (served.bind().isWildcard()) {
                    wildcards.put(served.bind().port(), served.main());
                }
            }
        }
        all.forEach(this::add);
    }

    private void add(Served served) {
        Finding main = served.main();
        int line = ServedAddresses.line(program, main, served.bind());
        if (!main.isTold()) {
            notes.addLoss(line, served.bind() + " is left out: " + ServedAddresses.why(program, main));
            draft.missListener();
            return;
        }
        OutcomeShares shares = main.shares();
        if (!isWhole(served.bind(), shares)) {
            return;
        }
        boolean isServer = targets.contains(served.bind());
        if (isServer && !canMoveToWildcard(served.bind(), main)) {
            notes.addLoss(line, served.bind() + " is the address of one of the servers, and another listener has port "
                    + served.bind().port() + " of this machine's own addresses; it is left out");
            draft.missListener();
            return;
        }
        noteRest(served, shares, line);
        compareWithOutput(served);
        HostPort bind = served.bind();
        if (!isServer && isLikeWildcard(bind, main)) {
            return;
        }
        if (isServer) {
            bind = HostPort.address(program.family().wildcard(), bind.port()).orElseThrow();
            notes.addLoss(line,
                    served.bind() + " is a server's own address, so no listener can have it: this one is on "
                            + bind + ", the gateway's own addresses, and clients must use one of those");
            if (wildcards.put(bind.port(), main) != null) {
                return;
            }
        }
        DraftPool pool = pool(bind, shares, line);
        if (!pool.endpoints().isEmpty()) {
            DraftDoor door = doors.of(served, line);
            door.applyTo(draft.addListener(line, name(bind), List.of(bind), pool));
            draft.count(door.size());
        }
    }

    /** The listener for every address takes its connections, by the same shares. */
    private boolean isLikeWildcard(HostPort bind, Finding finding) {
        Finding there = bind.isWildcard() ? null : wildcards.get(bind.port());
        return there != null && there.isSameAs(finding) && there.shares().drawn().equals(finding.shares().drawn());
    }

    /** Whether everything that takes a share can be carried over; says what can't. */
    private boolean isWhole(HostPort bind, OutcomeShares shares) {
        boolean isWhole = true;
        for (Map.Entry<Outcome, ExactShare> each : shares.outcomes().entrySet()) {
            if (each.getKey() instanceof Outcome.Lost lost) {
                notes.addLoss(lost.line(), lost.text() + ": can't be carried over, and takes "
                        + percent(each.getValue()) + " of the connections to " + bind + "; that listener is left out");
                draft.missListener();
                isWhole = false;
            }
        }
        boolean isServed = shares.outcomes().keySet().stream().anyMatch(Outcome.Target.class::isInstance);
        if (isWhole && !isServed) {
            notes.add(shares.firstLine(), bind + ": no connection goes to another address; nothing to carry over");
        }
        return isWhole && isServed;
    }

    private boolean canMoveToWildcard(HostPort bind, Finding finding) {
        if (bind.isWildcard()) {
            return false;
        }
        Finding there = wildcards.get(bind.port());
        return there == null || there.isSameAs(finding);
    }

    private void noteRest(Served served, OutcomeShares shares, int line) {
        shares.outcomes().forEach((outcome, share) -> {
            if (outcome instanceof Outcome.Stays) {
                notes.addLoss(line, percent(share) + " of the connections to " + served.bind()
                        + " stayed with this machine, as no rule sent them on; now the endpoints share them too");
            } else if (outcome instanceof Outcome.Dropped dropped) {
                notes.addLoss(dropped.line() == 0 ? line : dropped.line(), percent(share) + " of the connections to "
                        + served.bind() + " were dropped; now the endpoints share them too");
            }
        });
        if (!shares.isExact()) {
            notes.add(line, "the counters of nth influence each other in more ways than are followed: the shares of "
                    + served.bind() + " are those that each has by itself");
        }
        if (shares.drawn().contains(Kind.CLIENT)) {
            notes.add(line,
                    "the kernel chose between addresses by a hash of the client's, so that a client stayed with its "
                            + "server; " + (shares.drawn().size() == 1
                                    ? "balance: source-hash does so too, by another hash"
                                    : "the pool chooses anew for each connection, set pinning: { by: source-address } to keep "
                                            + "clients"));
        }
    }

    /** Listeners take the gateway's own connections too, so rules for them are no longer needed. */
    private void compareWithOutput(Served served) {
        Finding here = served.fromHere();
        int line = ServedAddresses.line(program, here, served.bind());
        if (here.isStaying()) {
            return;
        }
        if (served.fromOutside().isStaying()) {
            notes.add(line,
                    served.bind() + " was sent on for the gateway's own connections alone ("
                            + program.language().output() + "); a "
                            + "listener takes those of others too");
        } else if (here.isSameAs(served.fromOutside())) {
            notes.add(line,
                    program.language().output()
                            + " is no longer needed: the listener takes the gateway's own connections too. Nor "
                            + "are ip_forward and a change to the local routing table");
        } else {
            notes.addLoss(line, program.language().output() + " sends the gateway's own connections to " + served.bind()
                    + " elsewhere, or by other shares; now they go where all others go");
        }
    }

    private DraftPool pool(HostPort bind, OutcomeShares shares, int line) {
        Map<HostPort, Fraction> targetShares = new LinkedHashMap<>();
        shares.outcomes().forEach((outcome, share) -> {
            if (outcome instanceof Outcome.Target target) {
                targetShares.put(target.address(), share.fraction());
            }
        });
        String balance = shares.drawn().equals(Set.of(Kind.TURNS))
                ? "round-robin"
                : shares.drawn().equals(Set.of(Kind.CLIENT)) ? "source-hash" : "weighted-random";
        DraftPool known = pools.get(List.of(balance, targetShares));
        if (known != null) {
            return known;
        }
        List<Map.Entry<HostPort, Fraction>> ordered = new ArrayList<>(targetShares.entrySet());
        int[] weights = ShareWeights.of(ordered.stream().map(Map.Entry::getValue).toList(), line, notes);
        DraftPool pool = new DraftPool(line, name(bind));
        pool.set("balance", balance);
        for (int i = 0; i < weights.length; i++) {
            HostPort target = ordered.get(i).getKey();
            if (HostPort.endpoint(target.host(), target.port()).isEmpty()) {
                notes.addLoss(line, target + " can't be an endpoint; it is left out, and the others take its "
                        + percent(shares.share(new Outcome.Target(target))));
                continue;
            }
            if (target.literal().filter(java.net.InetAddress::isLoopbackAddress).isPresent()) {
                notes.add(line, "REDIRECT or DNAT to this machine: the endpoint is " + target
                        + ", where the service must listen");
            }
            pool.add(new DraftEndpoint(line, "vip" + (i + 1), target).withWeight(weights[i]));
        }
        DraftPool added = draft.addPool(pool);
        pools.put(List.of(balance, targetShares), added);
        return added;
    }

    /** Every address of either family has its own. */
    private String name(HostPort bind) {
        return bind.isWildcard() && program.family() == AddressFamily.IPV6 ? "any-ipv6-" + bind.port() : bind.name();
    }

    static String percent(ExactShare share) {
        return String.format(Locale.ROOT, "%.4g %%", share.value() * 100);
    }
}
