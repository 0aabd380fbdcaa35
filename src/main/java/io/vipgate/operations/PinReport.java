package io.vipgate.operations;

import io.vipgate.admin.RequestException;
import io.vipgate.admin.model.ForgottenPins;
import io.vipgate.admin.model.PinList;
import io.vipgate.control.PoolRegistry;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pinning.PinTable;
import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * The pins, and their ends.
 *
 * <p>Thread-safe.
 */
public final class PinReport {
    private final PoolRegistry pools;

    /** Makes the report of one gateway. */
    public PinReport(PoolRegistry pools) {
        this.pools = pools;
    }

    private Optional<PinTable> table(String pool) throws RequestException {
        return pools.find(pool).orElseThrow(() -> RequestException.notFound("no such pool: " + pool)).pins();
    }

    PinList list(String pool, Optional<InetAddress> after, int most) throws RequestException {
        Optional<PinTable> table = table(pool);
        Optional<ClientAddress> last = after.map(PinReport::address);
        // One more than is shown tells whether there is another page.
        List<PinTable.View> found = table.map(pins -> last
                .map(client -> pins.listAfter(client.high(), client.low(), most + 1))
                .orElseGet(() -> pins.list(most + 1)))
                .orElse(List.of());
        List<PinList.Entry> page = found.stream().limit(most).map(PinReport::pin).toList();
        return new PinList(pool, page, table.map(PinTable::size).orElse(0L),
                found.size() > most ? page.getLast().client() : null);
    }

    PinList.Entry one(String pool, InetAddress client) throws RequestException {
        ClientAddress address = address(client);
        return table(pool).flatMap(pins -> pins.of(address.high(), address.low())).map(PinReport::pin)
                .orElseThrow(() -> notPinned(pool, client));
    }

    ForgottenPins forget(String pool, InetAddress client) throws RequestException {
        ClientAddress address = address(client);
        if (!table(pool).map(pins -> pins.remove(address.high(), address.low())).orElse(false)) {
            throw notPinned(pool, client);
        }
        return new ForgottenPins(1);
    }

    ForgottenPins forgetAll(String pool) throws RequestException {
        return new ForgottenPins(table(pool).map(PinTable::clear).orElse(0L));
    }

    private static RequestException notPinned(String pool, InetAddress client) {
        return RequestException.notFound(IpText.of(client) + " is not pinned in pool " + pool);
    }

    private static ClientAddress address(InetAddress client) {
        ClientAddress address = new ClientAddress();
        address.set(client, 0);
        return address;
    }

    private static PinList.Entry pin(PinTable.View pin) {
        return new PinList.Entry(IpText.of(ClientAddress.toInetAddress(pin.clientHigh(), pin.clientLow())),
                pin.endpoint().label(), pin.home() == null ? null : pin.home().label(), pin.open());
    }
}
