package io.vipgate.operations;

import io.vipgate.admin.RequestException;
import io.vipgate.control.PoolRegistry;
import io.vipgate.json.Json;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pinning.PinTable;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * The pins as JSON, and their ends.
 *
 * <p>Thread-safe.
 */
public final class PinReport {
    private final PoolRegistry pools;

    public PinReport(PoolRegistry pools) {
        this.pools = pools;
    }

    private Optional<PinTable> table(String pool) throws RequestException {
        return pools.find(pool).orElseThrow(() -> RequestException.notFound("no such pool: " + pool)).pins();
    }

    Json list(String pool, long offset, int most) throws RequestException {
        Optional<PinTable> table = table(pool);
        List<PinTable.View> page = table.map(pins -> pins.list(offset, most)).orElse(List.of());
        return Json.object().with("pool", pool).with("pins", Json.of(page.stream().map(PinReport::pin).toList()))
                .with("count", table.map(PinTable::size).orElse(0L)).with("offset", offset).build();
    }

    Json one(String pool, InetAddress client) throws RequestException {
        ClientAddress address = address(client);
        return table(pool).flatMap(pins -> pins.of(address.high(), address.low())).map(PinReport::pin)
                .orElseThrow(() -> notPinned(pool, client));
    }

    Json forget(String pool, InetAddress client) throws RequestException {
        ClientAddress address = address(client);
        if (!table(pool).map(pins -> pins.remove(address.high(), address.low())).orElse(false)) {
            throw notPinned(pool, client);
        }
        return Json.object().with("forgotten", 1).build();
    }

    Json forgetAll(String pool) throws RequestException {
        return Json.object().with("forgotten", table(pool).map(PinTable::clear).orElse(0L)).build();
    }

    private static RequestException notPinned(String pool, InetAddress client) {
        return RequestException.notFound(client.getHostAddress() + " is not pinned in pool " + pool);
    }

    private static ClientAddress address(InetAddress client) {
        ClientAddress address = new ClientAddress();
        address.set(client, 0);
        return address;
    }

    private static Json pin(PinTable.View pin) {
        return Json.object()
                .with("client", ClientAddress.toInetAddress(pin.clientHigh(), pin.clientLow()).getHostAddress())
                .with("endpoint", pin.endpoint().label()).with("open", pin.open()).build();
    }
}
