package io.vipgate.pinning;

import io.vipgate.pool.ClientPrefix;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * How much heap does a pin take, and does a table stay within its bound when strangers come by the million?
 *
 * <p>{@code benchmarks/jmh/run -h} compiles it; {@code benchmarks/jmh/pin-memory} runs it.
 *
 * <p>Bad answers: more than {@link PinTable#BYTES_PER_PIN} bytes a pin; more pins than the bound.
 */
public final class PinTableMemory {
    private static final long MAPPED = 0xffff_0000_0000L;

    private PinTableMemory() {}

    public static void main(String[] arguments) {
        for (int most : new int[]{100_000, 1_000_000}) {
            long before = used();
            PinTable table = new PinTable("memory", new ClientPrefix(32, 64), 50_000_000_000L, most);
            Endpoint endpoint = new Endpoint("vip1", new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), 0);
            PinKey key = new PinKey();
            for (int client = 0; client < 2_000_000; client++) {
                if (table.find(key, 0, MAPPED | client) == null) {
                    Pin pin = table.pin(key, endpoint);
                    table.onOpened(key, pin, true);
                    table.onClosed(key, 0, MAPPED | client, pin, EndpointState.initial(1, false));
                }
            }
            table.cleanUp();
            long pins = table.size();
            System.out.printf("2,000,000 clients, maxEntries %,d: %,d pins, %,d evicted, %.1f MiB, %.0f bytes a pin%n",
                    most,
                    pins, table.evictions(), (used() - before) / 1048576.0, (double) (used() - before) / pins);
            table.close();
        }
    }

    private static long used() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
