package io.vipgate.importer.haproxy;

import io.vipgate.importer.common.DraftEndpoint;
import io.vipgate.importer.common.DraftPool;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a client is led: to a backend, or to the server of it that {@code use-server} names, which the others stand in for.
 *
 * <p>Immutable.
 *
 * @param server empty: any of the backend
 */
record HaproxyTarget(HaproxySection backend, String server) {
    static HaproxyTarget of(HaproxySection backend) {
        return new HaproxyTarget(backend, "");
    }

    /** How notes and pools call it. */
    String name() {
        return backend.name() + (server.isEmpty() ? "" : "-" + server);
    }

    /** Makes the server the one that clients get, and servers that HAProxy would have chosen from without it its backups. */
    void applyTo(DraftPool pool) {
        if (server.isEmpty()) {
            return;
        }
        List<DraftEndpoint> others = pool.endpoints().stream()
                .filter(each -> !each.name().equals(server) && each.weight() > 0).toList();
        boolean hasActive = others.stream().anyMatch(each -> !each.isBackup());
        pool.replaceEndpoints(Stream.concat(
                pool.endpoints().stream().filter(each -> each.name().equals(server))
                        .map(each -> new DraftEndpoint(each.line(), each.name(), each.address(),
                                Math.max(1, each.weight()), false, each.maxConnections(), each.isProbed())),
                others.stream().filter(each -> !hasActive || !each.isBackup()).map(DraftEndpoint::asBackup)).toList());
    }
}
