package io.vipgate.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One pool: {@code pools.P}. Its endpoints are in file order. <b>Immutable.</b>
 *
 * @param source empty: the kernel chooses
 */
public record PoolConfig(
        @Key(required = true, doc = "the addresses behind the gateway, by name") Map<String, EndpointConfig> endpoints,
        @Key(byDefault = "weighted-random", doc = "`random`, `weighted-random`, `power-of-two`, `round-robin` (smooth, "
                + "exact per loop), `least-connections` (counts over all loops), `source-hash`, `first` (in file order, "
                + "up to `maxConnections` of each)") BalanceRule balance,
        @Key(doc = "for `source-hash`: weighted rendezvous over the endpoints' names") HashConfig hash,
        @Key(orScalar = true, doc = "local addresses to connect from; one that has no free port left gives way to the "
                + "next") List<InetAddress> source,
        @Key(byDefault = "none", doc = "connects to endpoints [from the client's own address](transparent-source.md), not beside "
                + "`source`: `none`; `prefer`, from the gateway's where the client's can't be used; `require`, refuses the "
                + "client then") ClientAddressMode clientAddress,
        @Key(doc = "PROXY header sent first towards the endpoint; `none`, `v1` or `v2` is short for `version`") ProxyProtocolConfig proxyProtocol,
        @Key(doc = "how endpoints are probed") ProbeConfig probe,
        @Key(doc = "keeps a client at its endpoint") PinningConfig pinning,
        @Key(doc = "connecting to an endpoint") ConnectConfig connect,
        @Key(byDefault = "0", min = "0", doc = "at so many connects under way an endpoint is skipped, pins included, as at "
                + "its `maxConnections`; 0: none") int maxConnecting,
        @Key(doc = "bounds on a relay") TimeoutsConfig timeouts,
        @Key(doc = "TCP keepalive, on both sides; `idle` and `interval` in whole seconds") KeepAliveConfig keepAlive,
        @Key(doc = "how long a peer may leave what it was sent unacknowledged and be silent before its relay is reset, watched by "
                + "the gateway itself; 0s: the kernel's own timeout, else at least keepAlive.idle + interval x count") UserTimeoutConfig userTimeout,
        @Key(doc = "what the kernel may keep of an endpoint's connection once 256 KiB went one way; the peer waits when it "
                + "is full") BuffersConfig buffers,
        @Key(shown = "the system's", doc = "the kernel's congestion control towards endpoints; as `listeners.L.congestion`") Optional<CongestionName> congestion,
        @Key(byDefault = "keep", doc = "`keep`, `drain`, `close`: open relays of an endpoint that "
                + "goes down") OnDown onDown,
        @Key(byDefault = "30s", min = "100ms", max = "24h", doc = "with `onDown: drain`: idle relays end by FIN over its first half, the "
                + "rest by RST at its end") Duration downDrain,
        @Key(byDefault = "try-anyway", doc = "`try-anyway`: endpoints that are down but ready come last; `reject`: "
                + "only those that are up") OnNoHealthy onNoHealthy,
        @Key(byDefault = "0s", max = "1h", doc = "ramp of new connections after an "
                + "endpoint's return; ignored with `source-hash` and `first`") Duration slowStart,
        @Key(doc = "closes idle relays little by little so that their clients come back to "
                + "[where they belong](balancing-and-pinning.md#after-a-failure-bring-clients-home); a word alone is short for `when`") RebalanceConfig rebalance,
        @Key(byDefault = "0s", doc = "how long relays of a removed endpoint or listener "
                + "may live after a reload; 0s: until they end") Duration removedDrain,
        @Key(doc = "name lookups of endpoints given by name") ResolveConfig resolve) {
    /** Keeps its own copies. */
    public PoolConfig {
        endpoints = Collections.unmodifiableMap(new LinkedHashMap<>(endpoints));
        source = List.copyOf(source);
    }
}
