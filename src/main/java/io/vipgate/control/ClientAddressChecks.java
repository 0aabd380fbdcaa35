package io.vipgate.control;

import io.vipgate.config.ClientAddressMode;
import io.vipgate.config.GatewayConfig;
import io.vipgate.linux.TransparentSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process may connect from clients' addresses, as {@code pools.P.clientAddress} wants it.
 *
 * <p>Stateless.
 */
public final class ClientAddressChecks {
    private static final Logger LOG = LoggerFactory.getLogger(ClientAddressChecks.class);
    private static final String REMEDY = "give the process CAP_NET_RAW: in a drop-in of the systemd unit "
            + "AmbientCapabilities=CAP_NET_RAW and CapabilityBoundingSet=CAP_NET_RAW, for containers see "
            + "docs/transparent-source.md";

    private ClientAddressChecks() {}

    /**
     * Tries it. Says so where the gateway's own address will be used instead.
     *
     * @throws StartException if a pool requires it and the process may not
     */
    public static void check(GatewayConfig config) throws StartException {
        List<String> required = pools(config, ClientAddressMode.REQUIRE);
        List<String> preferred = pools(config, ClientAddressMode.PREFER);
        if ((required.isEmpty() && preferred.isEmpty()) || !TransparentSocket.isForbidden()) {
            return;
        }
        if (!required.isEmpty()) {
            throw new StartException(
                    keys(required) + ": require (expected: a process that may connect from other machines' "
                            + "addresses; " + REMEDY + ", or write prefer or none)");
        }
        LOG.warn("{}: prefer, but this process may not connect from other machines' addresses; its own is used; {}",
                keys(preferred), REMEDY);
    }

    private static List<String> pools(GatewayConfig config, ClientAddressMode mode) {
        return config.pools().entrySet().stream().filter(pool -> pool.getValue().clientAddress() == mode)
                .map(Map.Entry::getKey).toList();
    }

    private static String keys(List<String> pools) {
        return pools.stream().map(pool -> "pools." + pool + ".clientAddress").collect(Collectors.joining(", "));
    }
}
