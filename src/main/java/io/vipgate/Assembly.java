package io.vipgate;

import io.vipgate.balance.BalancerFactory;
import io.vipgate.config.EndpointConfig;
import io.vipgate.config.HashConfig;
import io.vipgate.config.OnNoHealthy;
import io.vipgate.config.PoolConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.net.NativeSocketAddress;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.probe.HealthMonitor;
import io.vipgate.probe.Probes;
import io.vipgate.probe.VitalsRules;
import io.vipgate.relay.ProxyHeader;
import io.vipgate.relay.RelaySettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a pool's configuration into what the data path works with.
 *
 * <p>Immutable.
 *
 * @param pool its endpoints and their states
 * @param settings how its relays are made and bounded
 * @param factory its rule
 * @param monitor watches over its endpoints; not started yet
 */
record Assembly(Pool pool, RelaySettings settings, BalancerFactory factory, HealthMonitor monitor) {
    private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);
    private static final int MOST_ATTEMPTS_BY_DEFAULT = 3;

    /**
     * Makes a pool.
     *
     * @param control the control thread
     */
    static Assembly of(String name, PoolConfig config, ScheduledExecutorService control) {
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (Map.Entry<String, EndpointConfig> entry : config.endpoints().entrySet()) {
            addMembers(members, name, entry.getKey(), entry.getValue());
        }
        PoolSnapshot snapshot = new PoolSnapshot(members, config.onNoHealthy() == OnNoHealthy.TRY_ANYWAY);
        Pool pool = new Pool(name, snapshot);
        warnOfForeignSources(name, config.source());
        return new Assembly(pool, settings(config, members.size()), factory(name, config),
                monitor(pool, config, control));
    }

    /** A name with several addresses becomes as many endpoints, {@code name[address]}, that share its weight. */
    private static void addMembers(List<PoolSnapshot.Member> members, String pool, String name, EndpointConfig config) {
        List<InetAddress> addresses = resolve(pool, name, config);
        for (InetAddress address : addresses) {
            String shown = addresses.size() == 1 ? name : name + "[" + address.getHostAddress() + "]";
            int weight = config.weight() == 0 ? 0 : Math.max(1, config.weight() / addresses.size());
            Endpoint endpoint = new Endpoint(shown, new InetSocketAddress(address, config.address().port()),
                    config.maxConnections());
            members.add(new PoolSnapshot.Member(endpoint, EndpointState.initial(weight, config.backup())));
        }
    }

    private static void warnOfForeignSources(String pool, List<InetAddress> sources) {
        for (InetAddress source : sources) {
            try {
                if (!source.isLoopbackAddress() && NetworkInterface.getByInetAddress(source) == null) {
                    LOG.warn("pools.{}.source: {} is not an address of this machine now; connects from it fail", pool,
                            source.getHostAddress());
                }
            } catch (SocketException e) {
                LOG.debug("the addresses of this machine can't be listed: {}", e.getMessage());
            }
        }
    }

    private static List<InetAddress> resolve(String pool, String name, EndpointConfig config) {
        if (config.address().literal().isPresent()) {
            return List.of(config.address().literal().get());
        }
        try {
            return List.of(InetAddress.getAllByName(config.address().host()));
        } catch (UnknownHostException e) {
            LOG.warn("endpoint {}/{}: {} has no address; it takes no connections until a restart finds one", pool, name,
                    config.address().host());
            return List.of();
        }
    }

    private static RelaySettings settings(PoolConfig config, int endpoints) {
        int attempts = config.connect().attempts()
                .orElse(Math.min(MOST_ATTEMPTS_BY_DEFAULT, Math.max(1, endpoints)));
        List<NativeSocketAddress> sources = config.source().stream()
                .map(address -> NativeSocketAddress.of(new InetSocketAddress(address, 0))).toList();
        return new RelaySettings(config.connect().timeout().toNanos(), attempts, config.timeouts().idle().toNanos(),
                config.timeouts().halfClosed().toNanos(), config.timeouts().lifetime().toNanos(),
                config.timeouts().lifetimeJitter(),
                new RelaySettings.KeepAlive((int) config.keepAlive().idle().toSeconds(),
                        (int) config.keepAlive().interval().toSeconds(), config.keepAlive().count()),
                config.userTimeout().client().toNanos(), config.userTimeout().endpoint().toNanos(),
                proxyVersion(config.proxyProtocol()), sources);
    }

    private static HealthMonitor monitor(Pool pool, PoolConfig config, ScheduledExecutorService control) {
        ProbeConfig probe = config.probe();
        VitalsRules rules = new VitalsRules(probe.interval().toNanos(), probe.fastInterval().toNanos(), probe.rise(),
                probe.fall());
        HealthMonitor.Schedule schedule = new HealthMonitor.Schedule(rules, probe.timeout().toNanos(), probe.jitter(),
                probe.port(), probe.type().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return new HealthMonitor(pool, Probes.of(probe, config.proxyProtocol()), schedule, control);
    }

    private static ProxyHeader.Version proxyVersion(ProxyProtocol configured) {
        return switch (configured) {
            case NONE -> ProxyHeader.Version.NONE;
            case V1 -> ProxyHeader.Version.V1;
            case V2 -> ProxyHeader.Version.V2;
        };
    }

    private static BalancerFactory factory(String name, PoolConfig config) {
        return switch (config.balance()) {
            case RANDOM -> BalancerFactory.random();
            case WEIGHTED_RANDOM -> BalancerFactory.weightedRandom();
            case POWER_OF_TWO -> BalancerFactory.powerOfTwo();
            case ROUND_ROBIN -> BalancerFactory.roundRobin();
            case LEAST_CONNECTIONS -> BalancerFactory.leastConnections();
            case SOURCE_HASH -> sourceHash(name, config.hash());
        };
    }

    private static BalancerFactory sourceHash(String name, HashConfig hash) {
        if (hash.key().isEmpty()) {
            LOG.info(
                    "pool {}: source-hash without hash.key uses a published key; set one if clients could choose their "
                            + "addresses to overload an endpoint",
                    name);
        }
        return BalancerFactory.sourceHash(hash.key(), hash.ipv4Prefix(), hash.ipv6Prefix());
    }
}
