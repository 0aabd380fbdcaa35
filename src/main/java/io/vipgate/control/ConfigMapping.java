package io.vipgate.control;

import io.vipgate.access.SourceRules;
import io.vipgate.accesslog.AccessLogPlan;
import io.vipgate.balance.BalancerFactory;
import io.vipgate.balance.First;
import io.vipgate.balance.LeastConnections;
import io.vipgate.balance.PowerOfTwo;
import io.vipgate.balance.RoundRobin;
import io.vipgate.balance.SourceHash;
import io.vipgate.balance.UniformRandom;
import io.vipgate.balance.WeightedRandom;
import io.vipgate.config.AccessLogConfig;
import io.vipgate.config.BindAddress;
import io.vipgate.config.BuffersConfig;
import io.vipgate.config.CongestionName;
import io.vipgate.config.EndpointAddress;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.HashConfig;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.PinBy;
import io.vipgate.config.PerSourceConfig;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.Zone;
import io.vipgate.linux.CongestionControl;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.Sysctl;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.ClientPrefix;
import io.vipgate.probe.HealthMonitor;
import io.vipgate.probe.HealthRules;
import io.vipgate.probe.ProbeTargets;
import io.vipgate.relay.BufferBounds;
import io.vipgate.relay.RelaySettings;
import io.vipgate.text.IpText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns configuration into what the data path, the probes and the access log work with.
 *
 * <p>Stateless.
 */
public final class ConfigMapping {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigMapping.class);

    private ConfigMapping() {}

    /** Says which source addresses, of relays and of probes, are not this machine's own. */
    static void warnOfForeignSources(String pool, PoolConfig config) {
        warnOfForeign("pools." + pool + ".source", config.source());
        warnOfForeign("pools." + pool + ".probe.source", config.probe().source().orPools(List.of()));
    }

    private static void warnOfForeign(String key, List<InetAddress> sources) {
        for (InetAddress source : sources) {
            try {
                if (!source.isLoopbackAddress() && NetworkInterface.getByInetAddress(source) == null) {
                    LOG.warn("{}: {} is not an address of this machine now; connects from it fail", key,
                            IpText.of(source));
                }
            } catch (SocketException e) {
                LOG.debug("the addresses of this machine can't be listed: {}", e.getMessage());
            }
        }
    }

    /** Hosts whose addresses a pool needs. */
    static Set<String> hosts(PoolConfig config) {
        return config.endpoints().values().stream().map(EndpointConfig::address)
                .filter(address -> address.literal().isEmpty()).map(EndpointAddress::host).collect(Collectors.toSet());
    }

    /** Hosts whose addresses any of the pools needs. */
    public static Set<String> hosts(GatewayConfig config) {
        return config.pools().values().stream().flatMap(pool -> hosts(pool).stream()).collect(Collectors.toSet());
    }

    static RelaySettings settings(PoolConfig config) {
        List<NativeSocketAddress> sources = config.source().stream()
                .map(address -> NativeSocketAddress.of(new InetSocketAddress(address, 0))).toList();
        return new RelaySettings(config.connect().timeout().toNanos(), config.connect().attempts().orElse(0),
                config.timeouts().idle().toNanos(), config.timeouts().halfClosed().toNanos(),
                config.timeouts().lifetime().toNanos(), config.timeouts().lifetimeJitter(),
                new RelaySettings.KeepAlive((int) config.keepAlive().idle().toSeconds(),
                        (int) config.keepAlive().interval().toSeconds(), config.keepAlive().count()),
                config.userTimeout().client().toNanos(), config.userTimeout().endpoint().toNanos(),
                AdmissionMapping.header(config.proxyProtocol()), sources, buffers(config.buffers()),
                congestion(config.congestion()));
    }

    /** The algorithm, if the kernel grants it; null for the system's. */
    static @Nullable CongestionControl congestion(Optional<CongestionName> config) {
        return config.map(CongestionName::name).map(CongestionControl::new)
                .filter(algorithm -> algorithm.refusal().isEmpty()).orElse(null);
    }

    /** Tells of algorithms that the kernel will not grant. */
    static void warnOfCongestion(GatewayConfig config) {
        config.listeners().forEach((name, listener) -> warnOfCongestion("listeners." + name, listener.congestion()));
        config.pools().forEach((name, pool) -> warnOfCongestion("pools." + name, pool.congestion()));
    }

    private static void warnOfCongestion(String path, Optional<CongestionName> congestion) {
        congestion.map(CongestionName::name).map(CongestionControl::new).flatMap(CongestionControl::refusal)
                .ifPresent(why -> LOG.warn("{}.congestion: {}; the system's is used", path, why));
    }

    static BufferBounds buffers(BuffersConfig config) {
        return new BufferBounds((int) config.receive().bytes(), (int) config.send().bytes());
    }

    /** Tells of receive buffers that the kernel will not grant. */
    static void warnOfBuffers(GatewayConfig config) {
        long most = Sysctl.read("net.core.rmem_max").map(Long::parseLong).orElse(Long.MAX_VALUE);
        config.listeners().forEach((name, listener) -> warnOfBuffer("listeners." + name, listener.buffers(), most));
        config.pools().forEach((name, pool) -> warnOfBuffer("pools." + name, pool.buffers(), most));
    }

    private static void warnOfBuffer(String path, BuffersConfig buffers, long most) {
        if (buffers.receive().bytes() > most) {
            LOG.warn(
                    "{}.buffers.receive: {} is more than net.core.rmem_max allows ({}) without CAP_NET_ADMIN; raise that",
                    path,
                    buffers.receive(), most);
        }
    }

    /** What the access log does; null when there is none. */
    public static @Nullable AccessLogPlan accessLog(AccessLogConfig config) {
        Path file = config.file().equals(AccessLogConfig.STDOUT) ? null : Path.of(config.file());
        return switch (config.format()) {
            case NONE -> null;
            case TEXT -> new AccessLogPlan(AccessLogPlan.Form.TEXT, file, config.sample());
            case JSON -> new AccessLogPlan(AccessLogPlan.Form.JSON, file, config.sample());
        };
    }

    static HealthMonitor.Schedule schedule(PoolConfig config) {
        ProbeConfig probe = config.probe();
        HealthRules rules = new HealthRules(probe.interval().toNanos(), probe.fastInterval().toNanos(), probe.rise(),
                probe.fall());
        return new HealthMonitor.Schedule(rules, probe.timeout().toNanos(), probe.jitter(), ProbeTargets.of(config),
                probe.type().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    static ClientPrefix pinPrefix(PoolConfig config) {
        return new ClientPrefix(config.pinning().ipv4Prefix(), config.pinning().ipv6Prefix());
    }

    /**
     * Checks that the tables of pins fit into half the heap.
     *
     * @throws StartException if they don't
     */
    public static void checkPins(GatewayConfig config, long heapBytes) throws StartException {
        long entries = config.pools().values().stream().filter(pool -> pool.pinning().by() != PinBy.NONE)
                .mapToLong(pool -> pool.pinning().maxEntries()).sum();
        if (entries * PinTable.BYTES_PER_PIN > heapBytes / 2) {
            throw new StartException("pinning.maxEntries: " + entries + " over all pools need "
                    + ((entries * PinTable.BYTES_PER_PIN) >> 20) + " MiB (expected: at most half the heap of "
                    + (heapBytes >> 20) + " MiB; allow fewer, or set VIPGATE_JAVA_OPTS=-Xmx...)");
        }
    }

    /**
     * Checks that the tables of sources' rates fit into a quarter of the heap, those before a reload beside those after it.
     *
     * @throws StartException if they don't
     */
    public static void checkSources(GatewayConfig config, long heapBytes) throws StartException {
        long entries = config.listeners().values().stream().flatMap(listener -> listener.perSource().stream())
                .filter(limits -> limits.newPerSecond() > 0).mapToLong(PerSourceConfig::maxEntries).sum();
        long bytes = 2 * entries * SourceRules.BYTES_PER_ENTRY;
        if (bytes > heapBytes / 4) {
            throw new StartException("perSource.maxEntries: " + entries + " over all listeners need " + (bytes >> 20)
                    + " MiB, before and after a reload (expected: at most a quarter of the heap of " + (heapBytes >> 20)
                    + " MiB; allow fewer, or set VIPGATE_JAVA_OPTS=-Xmx...)");
        }
    }

    /**
     * Checks that every interface that an address names is there.
     *
     * @throws StartException if one is not
     */
    public static void checkZones(GatewayConfig config) throws StartException {
        for (Map.Entry<String, ListenerConfig> listener : config.listeners().entrySet()) {
            for (BindAddress bind : listener.getValue().bind()) {
                checkZone(bind.address(), "listeners." + listener.getKey() + ".bind: " + bind, bind.zone());
            }
        }
        for (Map.Entry<String, PoolConfig> pool : config.pools().entrySet()) {
            for (Map.Entry<String, EndpointConfig> endpoint : pool.getValue().endpoints().entrySet()) {
                EndpointAddress address = endpoint.getValue().address();
                checkZone(address.literal(),
                        "pools." + pool.getKey() + ".endpoints." + endpoint.getKey() + ": " + address, address.zone());
            }
        }
    }

    private static void checkZone(Optional<InetAddress> address, String key, String zone) throws StartException {
        if (address.filter(Zone::isMissing).isPresent()) {
            throw new StartException(key + " (expected: an interface of this machine; there is no " + zone + ")");
        }
    }

    static BalancerFactory factory(String name, PoolConfig config) {
        return switch (config.balance()) {
            case RANDOM -> UniformRandom::new;
            case WEIGHTED_RANDOM -> WeightedRandom::new;
            case POWER_OF_TWO -> PowerOfTwo::new;
            case ROUND_ROBIN -> RoundRobin::new;
            case LEAST_CONNECTIONS -> LeastConnections::new;
            case SOURCE_HASH -> sourceHash(name, config.hash());
            case FIRST -> First::new;
        };
    }

    private static BalancerFactory sourceHash(String name, HashConfig hash) {
        if (hash.key().isEmpty()) {
            LOG.info(
                    "pool {}: source-hash without hash.key uses a published key; set one if clients could choose their "
                            + "addresses to overload an endpoint",
                    name);
        }
        return SourceHash.keyedBy(hash.key(), hash.ipv4Prefix(), hash.ipv6Prefix());
    }
}
