package io.vipgate.importer.nginx;

import io.vipgate.importer.common.ClientSet;
import io.vipgate.importer.common.DraftAccess;
import io.vipgate.importer.common.DraftDoor;
import io.vipgate.importer.common.Durations;
import io.vipgate.importer.common.HostPort;
import io.vipgate.importer.common.Notes;
import io.vipgate.importer.common.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Who may come in to a server, and as whom: {@code allow}, {@code deny}, {@code limit_conn}, {@code proxy_protocol} of its addresses
 * and {@code set_real_ip_from}, which says whose headers are believed.
 *
 * <p>Confined to one import.
 */
final class NginxDoors {
    private static final int MAX_ENTRIES = 10_000;
    private static final Duration MIN_HEADER_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration MAX_HEADER_TIMEOUT = Duration.ofMinutes(1);
    /** What holds where nothing is written; ngx_stream_core_module. */
    private static final Duration HEADER_TIMEOUT = Duration.ofSeconds(30);

    private final Notes notes;
    private final NginxServer server;
    private final NginxAccess access;
    private final NginxLimits limits;

    NginxDoors(Notes notes, NginxServer server, NginxZones zones) {
        this.notes = notes;
        this.server = server;
        access = new NginxAccess(notes, server.directives("allow", "deny"));
        limits = new NginxLimits(notes, server, zones);
    }

    /** How clients come to an address, by the line that says that a PROXY header comes first. */
    NginxArrival arrival(Optional<Statement> expectingProxy) {
        return NginxArrival.of(expectingProxy, realIpFrom());
    }

    /**
     * The door of an address; empty where nobody may come in.
     *
     * @param expectingProxy the line that says that a PROXY header comes first
     */
    Optional<DraftDoor> at(HostPort bind, Optional<Statement> expectingProxy, NginxTarget target) {
        ClientSet reaching = ClientSet.reaching(bind);
        if (expectingProxy.isEmpty()) {
            return Optional.of(new DraftDoor(Map.of(), lists(access.refused().or(target.unserved()), ClientSet.NONE,
                    reaching), limits.of(NginxArrival.DIRECT, reaching)));
        }
        NginxArrival arrival = arrival(expectingProxy);
        boolean isBelieved = arrival == NginxArrival.BELIEVED;
        ClientSet from = isBelieved
                ? believed().without(target.unservedPeers())
                : reaching.without(access.refused().or(target.unservedPeers()));
        boolean isAll = reaching.without(from).isEmpty();
        List<String> networks = DraftAccess.admitting(from);
        if (from.and(reaching).isEmpty() || networks.size() > MAX_ENTRIES) {
            notes.addLoss(expectingProxy.get(), (isBelieved ? "set_real_ip_from names" : "there are")
                    + " no networks that acceptProxy.from could have; the address is left out");
            return Optional.empty();
        }
        Map<String, Object> acceptProxy = new LinkedHashMap<>();
        acceptProxy.put("from", networks);
        acceptProxy.put("timeout", Durations.print(timeout()));
        if (isBelieved && !reaching.without(believed()).isEmpty()) {
            notes.addLoss(expectingProxy.get(), "peers that set_real_ip_from does not name were served under their own "
                    + "address; only those that it names may come in now");
        } else if (!isBelieved) {
            notes.add(expectingProxy.get(),
                    "nginx read the client's address, and without set_real_ip_from used the peer's; "
                            + "vipgate uses the client's");
        }
        if (isAll || DraftDoor.isWide(networks)) {
            notes.add(expectingProxy.get(), "whoever can reach the listener " + (isAll ? "" : "from there ")
                    + "can claim to be anybody: write the networks of the balancers into acceptProxy.from");
        }
        ClientSet refused = isBelieved ? access.refused().or(target.unserved()) : target.unserved();
        return Optional.of(new DraftDoor(acceptProxy, lists(refused, isAll ? ClientSet.ALL : from, ClientSet.ALL),
                limits.of(arrival, ClientSet.ALL)));
    }

    /** The most connections of all clients together, of a server with so many addresses. */
    OptionalInt limitOfAll(int addresses) {
        return limits.ofAll(addresses);
    }

    /** Whether connections of single clients are limited where they come so. */
    boolean hasLimits(NginxArrival arrival) {
        return limits.isFor(arrival);
    }

    /** The networks as they are written, or the fewest: whether those that nobody comes from are among them does not matter. */
    private DraftAccess lists(ClientSet refused, ClientSet from, ClientSet reaching) {
        DraftAccess lists = Stream.of(refused.complement(), reaching.without(refused))
                .map(admitted -> DraftAccess.of(admitted, access.allow(), access.deny(), from))
                .min(Comparator.comparing((DraftAccess each) -> !each.isAsWritten())
                        .thenComparingInt(DraftAccess::size))
                .orElseThrow();
        Statement line = access.first().orElse(server.statement());
        if (lists.size() > MAX_ENTRIES) {
            notes.addLoss(line,
                    "the rules come to more than " + MAX_ENTRIES + " networks: write them into a file that an entry "
                            + "of access.deny names; until then all are accepted");
            return DraftAccess.EVERYBODY;
        }
        if (!lists.isAsWritten() && access.first().isPresent() && !lists.isEverybody()) {
            notes.add(line,
                    "the first rule that matched decided; access has the networks that come to the same, of which the "
                            + "longest decides");
        }
        return lists;
    }

    private List<Statement> realIpFrom() {
        return server.directives("set_real_ip_from");
    }

    /** Whose headers are believed. */
    private ClientSet believed() {
        List<ClientSet> peers = new ArrayList<>();
        for (Statement each : realIpFrom()) {
            Optional<ClientSet> named = ClientSet.of(each.word(1)).filter(_ -> !each.word(1).contains("-"));
            named.ifPresent(peers::add);
            if (named.isEmpty() && !each.word(1).equals("unix:")) {
                notes.addLoss(each, "not an address and not a network; write what it stands for into acceptProxy.from");
            }
        }
        return ClientSet.union(peers);
    }

    private Duration timeout() {
        Optional<Statement> written = server.directive("proxy_protocol_timeout");
        Duration timeout = written.flatMap(each -> NginxTime.parse(each.word(1))).orElse(HEADER_TIMEOUT);
        Duration kept = Durations.clamp(timeout, MIN_HEADER_TIMEOUT, MAX_HEADER_TIMEOUT);
        if (!kept.equals(timeout)) {
            written.ifPresent(each -> notes.add(each, "becomes " + Durations.print(kept)
                    + ", the nearest that vipgate takes"));
        }
        return kept;
    }
}
