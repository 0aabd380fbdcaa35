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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

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

    /**
     * The door of an address; empty where nobody may come in.
     *
     * @param expectingProxy the line that says that a PROXY header comes first
     * @param unserved clients that no server is chosen for
     */
    Optional<DraftDoor> at(HostPort bind, Optional<Statement> expectingProxy, ClientSet unserved) {
        ClientSet refused = access.refused().or(unserved);
        if (expectingProxy.isEmpty()) {
            return Optional.of(new DraftDoor(Map.of(), lists(refused.complement(), ClientSet.NONE),
                    limits.of(ClientSet.reaching(bind))));
        }
        Optional<ClientSet> believed = believed();
        Map<String, Object> acceptProxy = new LinkedHashMap<>();
        ClientSet from = believed.orElse(refused.complement());
        List<String> networks = DraftAccess.admitting(from);
        if (networks.isEmpty() || networks.size() > MAX_ENTRIES) {
            notes.addLoss(expectingProxy.get(),
                    "no networks that acceptProxy.from could have; the address is left out");
            return Optional.empty();
        }
        acceptProxy.put("from", networks);
        acceptProxy.put("timeout", Durations.print(timeout()));
        if (believed.isPresent()) {
            if (!from.isAll()) {
                notes.addLoss(expectingProxy.get(),
                        "peers that set_real_ip_from does not name were served under their own "
                                + "address; only those that it names may come in now");
            }
            return Optional.of(new DraftDoor(acceptProxy, lists(refused.complement(), from), limits.of(ClientSet.ALL)));
        }
        notes.add(expectingProxy.get(),
                "nginx read the client's address, and without set_real_ip_from used the peer's; vipgate "
                        + "uses the client's" + (from.isAll()
                                ? ", so whoever can reach the listener can claim to be anybody: write the networks of the balancers "
                                        + "into acceptProxy.from"
                                : ""));
        return Optional.of(new DraftDoor(acceptProxy, DraftAccess.EVERYBODY, limits.ofPeers()));
    }

    /** The most connections of all clients together, of a server with so many addresses. */
    OptionalInt limitOfAll(int addresses) {
        return limits.ofAll(addresses);
    }

    private DraftAccess lists(ClientSet admitted, ClientSet from) {
        DraftAccess lists = DraftAccess.of(admitted, access.allow(), access.deny(), from);
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

    /** Whose headers are believed; empty where that is not written. */
    private Optional<ClientSet> believed() {
        List<ClientSet> peers = new ArrayList<>();
        for (Statement each : server.directives("set_real_ip_from")) {
            Optional<ClientSet> named = ClientSet.of(each.word(1)).filter(_ -> !each.word(1).contains("-"));
            named.ifPresent(peers::add);
            if (named.isEmpty() && !each.word(1).equals("unix:")) {
                notes.addLoss(each, "not an address and not a network; write what it stands for into acceptProxy.from");
            }
        }
        return peers.isEmpty() ? Optional.empty() : Optional.of(ClientSet.union(peers));
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
