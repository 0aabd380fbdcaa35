package io.vipgate.process;

import io.vipgate.metrics.GatewayMetrics;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The metrics' registry, made when it is first asked for: most of its classes are not needed for a start.
 *
 * <p>Thread-safe.
 */
final class LazyMetrics implements Supplier<GatewayMetrics>, AutoCloseable {
    private final Supplier<GatewayMetrics> factory;
    private @Nullable GatewayMetrics made;

    LazyMetrics(Supplier<GatewayMetrics> factory) {
        this.factory = factory;
    }

    @Override
    public synchronized GatewayMetrics get() {
        GatewayMetrics present = made;
        if (present == null) {
            present = factory.get();
            made = present;
        }
        return present;
    }

    @Override
    public synchronized void close() {
        if (made != null) {
            made.close();
        }
    }
}
