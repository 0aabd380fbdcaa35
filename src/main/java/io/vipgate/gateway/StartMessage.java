package io.vipgate.gateway;

import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.ListenerConfig;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Says in one line what runs.
 *
 * <p>Stateless.
 */
final class StartMessage {
    private StartMessage() {}

    static String of(GatewayView gateway) {
        GatewayConfig config = gateway.config();
        String listeners = config.listeners().entrySet().stream()
                .map(entry -> entry.getKey() + " on "
                        + entry.getValue().bind().stream().map(BindAddress::toString).collect(Collectors.joining(", "))
                        + " -> " + pools(entry.getValue()))
                .collect(Collectors.joining("; "));
        String pools = config.pools().entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue().endpoints().size() + " endpoints, "
                        + entry.getValue().balance().name().toLowerCase(Locale.ROOT).replace('_', '-') + ")")
                .collect(Collectors.joining(", "));
        BuildInfo build = BuildInfo.read();
        return "vipgate " + build.version() + " serves " + listeners + "; pools " + pools + "; " + gateway.eventLoops()
                + " event loops, room for " + gateway.maxRelays() + " relays; JDK " + Runtime.version() + ", Netty "
                + build.netty();
    }

    private static String pools(ListenerConfig listener) {
        int others = listener.pools().size() - 1;
        return listener.pool()
                + (others == 0 ? "" : " (" + others + (others == 1 ? " other" : " others") + " by ClientHello)");
    }
}
