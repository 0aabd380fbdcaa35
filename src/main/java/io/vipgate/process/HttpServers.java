package io.vipgate.process;

import io.vipgate.admin.AccessPolicy;
import io.vipgate.admin.AdminServer;
import io.vipgate.admin.Handler;
import io.vipgate.admin.HealthServer;
import io.vipgate.admin.HealthSource;
import io.vipgate.admin.Operations;
import io.vipgate.admin.Route;
import io.vipgate.admin.Token;
import io.vipgate.admin.http.HeapShare;
import io.vipgate.admin.http.HttpLoop;
import io.vipgate.config.AdminBind;
import io.vipgate.config.AdminConfig;
import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.control.ConfigChange;
import io.vipgate.control.StartException;
import io.vipgate.gateway.ConfigParticipant;
import io.vipgate.linux.PortOwner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.stream.Collectors;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The two addresses that speak HTTP: {@code admin.bind} for the operator, {@code metrics.bind} for scrapers and outer load
 * balancers. A reload changes whom the first lets in; the addresses themselves hold until a restart.
 *
 * <p>Thread-safe.
 */
final class HttpServers implements ConfigParticipant, AutoCloseable {
    private static final String METRICS_PATH = "/metrics";

    private volatile Optional<AccessPolicy> accessPolicy = Optional.empty();
    private final HeapShare share;
    private volatile @Nullable HttpLoop loop;
    private volatile @Nullable AdminServer admin;
    private volatile @Nullable HealthServer checks;

    /** Servers whose answers may hold so much of the heap. */
    HttpServers(HeapShare share) {
        this.share = share;
    }

    /** Opens one of the addresses. */
    @FunctionalInterface
    private interface Opening<T> {
        T at(InetSocketAddress address) throws IOException;
    }

    @Override
    public ConfigChange prepare(GatewayConfig next) throws StartException {
        Optional<AccessPolicy> before = accessPolicy;
        // A section that is gone changes nothing until the next start.
        Optional<AccessPolicy> prepared = accessPolicy(next).or(() -> before);
        return new ConfigChange() {
            @Override
            public void commit() {
                accessPolicy = prepared;
            }

            @Override
            public void rollBack() {
                accessPolicy = before;
            }
        };
    }

    private static Optional<AccessPolicy> accessPolicy(GatewayConfig config) throws StartException {
        if (config.admin().isEmpty()) {
            return Optional.empty();
        }
        AdminConfig admin = config.admin().get();
        try {
            Token token = admin.tokenFile().isPresent()
                    ? Token.at(admin.tokenFile().get())
                    : Token.atFirstOf(Token.places(System.getenv()));
            return Optional.of(new AccessPolicy(admin.allowedHosts(), token));
        } catch (IOException e) {
            throw new StartException("admin.tokenFile: " + e.getMessage());
        }
    }

    /**
     * Binds the addresses that are configured; nobody is answered before {@link #start}.
     *
     * @throws StartException if an address can't be bound
     */
    void bind(GatewayConfig config, Operations operations, HealthSource condition, Handler metrics)
            throws StartException {
        if (config.metrics().isPresent()) {
            checks = open("metrics.bind: ", config.metrics().get().bind(),
                    address -> new HealthServer(loop(), address, condition, Map.of(METRICS_PATH, metrics)));
        }
        if (config.admin().isPresent()) {
            AdminServer opened = openAdmin(config.admin().get().bind(), operations);
            opened.mount(new Route("GET", METRICS_PATH, Route.Access.ANYBODY, metrics));
            admin = opened;
        }
    }

    /** Begins to answer. */
    void start() {
        HealthServer boundChecks = checks;
        if (boundChecks != null) {
            boundChecks.start();
        }
        AdminServer boundAdmin = admin;
        if (boundAdmin != null) {
            boundAdmin.start();
        }
    }

    /** Theirs, made for the first of them. */
    private HttpLoop loop() {
        HttpLoop present = loop;
        if (present == null) {
            present = new HttpLoop();
            loop = present;
        }
        return present;
    }

    private AdminServer openAdmin(List<AdminBind> binds, Operations operations) throws StartException {
        List<SocketAddress> addresses = binds.stream()
                .map(bind -> bind.address().<SocketAddress>map(HttpServers::address)
                        .orElseGet(() -> UnixDomainSocketAddress.of(bind.socket().orElseThrow())))
                .toList();
        try {
            return new AdminServer(loop(), addresses, operations, share, () -> accessPolicy.orElseThrow());
        } catch (IOException e) {
            String owners = binds.stream().flatMap(bind -> bind.address().stream()).map(HttpServers::owner)
                    .collect(Collectors.joining());
            throw new StartException("admin.bind: " + binds.stream().map(AdminBind::toString)
                    .collect(Collectors.joining(", ")) + ": " + e.getMessage() + owners);
        }
    }

    private static InetSocketAddress address(BindAddress bind) {
        return bind.address().map(found -> new InetSocketAddress(found, bind.port()))
                .orElseGet(() -> new InetSocketAddress(bind.port()));
    }

    private static String owner(BindAddress bind) {
        return PortOwner.of(address(bind).getAddress(), bind.port()).map(found -> " by " + found).orElse("");
    }

    private static <T> T open(String prefix, BindAddress bind, Opening<T> opening) throws StartException {
        try {
            return opening.at(address(bind));
        } catch (IOException e) {
            throw new StartException(prefix + bind + ": " + e.getMessage() + owner(bind));
        }
    }

    /** The operator's server; empty when there is none. */
    Optional<AdminServer> admin() {
        return Optional.ofNullable(admin);
    }

    /** The port of the read-only address; empty when there is none. */
    OptionalInt checkPort() {
        HealthServer present = checks;
        return present == null ? OptionalInt.empty() : OptionalInt.of(present.port());
    }

    @Override
    public void close() {
        AdminServer openedAdmin = admin;
        if (openedAdmin != null) {
            openedAdmin.close();
        }
        HealthServer openedChecks = checks;
        if (openedChecks != null) {
            openedChecks.close();
        }
        HttpLoop present = loop;
        if (present != null) {
            present.close();
        }
    }
}
