package io.vipgate.operations;

import io.vipgate.admin.RelayFilter;
import io.vipgate.admin.RequestException;
import io.vipgate.admin.model.ClosedRelays;
import io.vipgate.admin.model.RelayList;
import io.vipgate.control.OperatorActions;
import io.vipgate.control.PoolRegistry;
import io.vipgate.control.RelayId;
import io.vipgate.control.RelayListing;
import io.vipgate.linux.ClientAddress;
import io.vipgate.relay.Conveyed;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.Relay;
import io.vipgate.relay.RelayView;
import io.vipgate.text.IpText;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The open relays, and their ends.
 *
 * <p>Thread-safe.
 */
public final class RelayReport {
    private final OperatorActions operator;
    private final PoolRegistry pools;

    /** Makes the report of one gateway. */
    public RelayReport(OperatorActions operator, PoolRegistry pools) {
        this.operator = operator;
        this.pools = pools;
    }

    RelayList list(RelayFilter filter, String after, int most) throws RequestException {
        RelayId begin = after.isEmpty()
                ? RelayId.FIRST
                : RelayId.parse(after).orElseThrow(() -> RequestException
                        .bad("parameter after: " + after + " (expected: the id of a relay)"));
        RelayListing page = operator.relays(predicate(filter), begin, most);
        checkNames(filter, page.matching());
        List<RelayListing.Entry> relays = page.relays();
        return new RelayList(relays.stream().map(RelayReport::entry).toList(), page.matching(),
                page.left() == 0 || relays.isEmpty() ? null : relays.getLast().id().toString());
    }

    RelayList.Entry one(String id) throws RequestException {
        RelayId wanted = RelayId.parse(id).orElseThrow(() -> unknown(id));
        RelayListing page = operator.relays(relay -> relay.number() == wanted.number(),
                new RelayId(wanted.loop(), wanted.number() - 1), 1);
        return page.relays().stream().filter(entry -> entry.id().equals(wanted)).findFirst().map(RelayReport::entry)
                .orElseThrow(() -> unknown(id));
    }

    ClosedRelays close(String id) throws RequestException {
        if (!operator.closeRelay(RelayId.parse(id).orElseThrow(() -> unknown(id)))) {
            throw unknown(id);
        }
        return new ClosedRelays(1);
    }

    ClosedRelays close(RelayFilter filter) throws RequestException {
        int closed = operator.closeRelays(predicate(filter));
        checkNames(filter, closed);
        return new ClosedRelays(closed);
    }

    private static RequestException unknown(String id) {
        return RequestException.notFound("relay: " + id + " (expected: the id of an open relay)");
    }

    /** Relays outlive their endpoint in the configuration, so a name is wrong only when nothing has it. */
    private void checkNames(RelayFilter filter, int matching) throws RequestException {
        if (matching > 0 || filter.pool().isEmpty()) {
            return;
        }
        String pool = filter.pool().get();
        boolean isKnown = pools.find(pool).map(found -> filter.endpoint().map(
                endpoint -> found.has(endpoint) || found.pool().snapshot().members().stream()
                        .anyMatch(member -> member.endpoint().label().equals(endpoint)))
                .orElse(true)).orElse(false);
        if (!isKnown) {
            throw RequestException.notFound("no such pool or endpoint: " + pool
                    + filter.endpoint().map(endpoint -> "/" + endpoint).orElse(""));
        }
    }

    private static Predicate<Relay> predicate(RelayFilter filter) {
        Predicate<Relay> matches = _ -> true;
        if (filter.pool().isPresent()) {
            String pool = filter.pool().get();
            matches = matches.and(relay -> relay.pool().name().equals(pool));
        }
        if (filter.endpoint().isPresent()) {
            String endpoint = filter.endpoint().get();
            matches = matches.and(relay -> isAt(relay.endpoint(), endpoint));
        }
        if (filter.listener().isPresent()) {
            String listener = filter.listener().get();
            matches = matches.and(relay -> relay.listener().name().equals(listener));
        }
        if (filter.client().isPresent()) {
            ClientAddress client = new ClientAddress();
            client.set(filter.client().get(), 0);
            long high = client.high();
            long low = client.low();
            matches = matches.and(relay -> relay.clientHigh() == high && relay.clientLow() == low);
        }
        return matches;
    }

    private static boolean isAt(@Nullable LoopEndpoint at, String endpoint) {
        return at != null && (at.endpoint().name().equals(endpoint) || at.endpoint().label().equals(endpoint));
    }

    private static String address(long high, long low) {
        return IpText.of(ClientAddress.toInetAddress(high, low));
    }

    private static RelayList.Entry entry(RelayListing.Entry entry) {
        RelayView relay = entry.relay();
        Conveyed conveyed = relay.conveyed();
        Conveyed peer = conveyed == null || conveyed.isLocal() ? null : conveyed;
        return new RelayList.Entry(entry.id().toString(), relay.listener(),
                address(relay.clientHigh(), relay.clientLow()),
                relay.clientPort(), peer == null ? null : address(peer.peerHigh(), peer.peerLow()),
                peer == null ? null : peer.peerPort(), relay.hello() == null ? null : relay.hello().serverName(),
                relay.pool(),
                relay.endpoint() == null ? null : relay.endpoint().label(),
                relay.phase(), relay.ageNanos() / 1e9, relay.silentNanos() / 1e9, relay.bytesToBackend(),
                relay.bytesToClient(), relay.attempts(), relay.isPinned());
    }
}
