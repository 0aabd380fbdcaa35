package io.vipgate;

import io.vipgate.admin.AdminServer;
import io.vipgate.admin.Admission;
import io.vipgate.admin.CallException;
import io.vipgate.admin.Operations;
import io.vipgate.admin.RelayFilter;
import io.vipgate.admin.Samples;
import io.vipgate.admin.Token;
import io.vipgate.config.AdminConfig;
import io.vipgate.config.BindAddress;
import io.vipgate.config.GatewayConfig;
import io.vipgate.json.Json;
import io.vipgate.linux.PortOwner;
import io.vipgate.pool.AdminState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the operator's address does to the gateway.
 *
 * <p>Thread-safe.
 */
final class Administration implements Operations, AutoCloseable {
    private final Operator operator;
    private final Readiness readiness;
    private final StatusReport status;
    private final History history;
    private final RelayReport relays;
    private final PinReport pins;
    private final Explanation explanation;
    private volatile Optional<Admission> admission = Optional.empty();
    private volatile @Nullable AdminServer server;
    private volatile @Nullable Supplier<Reloader.Outcome> reload;

    Administration(Gateway gateway, Operator operator, Readiness readiness, Pools pools, ListenerControl listeners,
            StatusReport status, History history) {
        this.operator = operator;
        this.readiness = readiness;
        this.status = status;
        this.history = history;
        relays = new RelayReport(operator, pools);
        pins = new PinReport(pools);
        explanation = new Explanation(gateway, pools, listeners);
    }

    /**
     * Who will be let in; the token is read, or made.
     *
     * @throws StartException if there is no token to be had
     */
    static Optional<Admission> prepare(GatewayConfig config) throws StartException {
        if (config.admin().isEmpty()) {
            return Optional.empty();
        }
        AdminConfig admin = config.admin().get();
        try {
            Token token = admin.tokenFile().isPresent()
                    ? Token.at(admin.tokenFile().get())
                    : Token.atFirstOf(Token.places(System.getenv()));
            return Optional.of(new Admission(admin.allowedHosts(), token));
        } catch (IOException e) {
            throw new StartException("admin.tokenFile: " + e.getMessage());
        }
    }

    /** Lets in by other rules from now on. A section that is gone changes nothing until the next start. */
    void admit(Optional<Admission> next) {
        if (next.isPresent()) {
            admission = next;
        }
    }

    /**
     * Begins to serve, where that is configured.
     *
     * @throws StartException if the address can't be bound
     */
    void serve(GatewayConfig config) throws StartException {
        if (config.admin().isEmpty()) {
            return;
        }
        BindAddress bind = config.admin().get().bind();
        InetSocketAddress address = bind.address().map(found -> new InetSocketAddress(found, bind.port()))
                .orElseGet(() -> new InetSocketAddress(bind.port()));
        try {
            server = new AdminServer(address, this, () -> admission.orElseThrow());
        } catch (IOException e) {
            String owner = PortOwner.of(address.getAddress(), bind.port()).map(found -> " by " + found).orElse("");
            throw new StartException("admin.bind: " + bind + ": " + e.getMessage() + owner);
        }
    }

    Optional<AdminServer> server() {
        return Optional.ofNullable(server);
    }

    void reloadBy(Supplier<Reloader.Outcome> newReload) {
        reload = newReload;
    }

    @Override
    public boolean isAlive() {
        return readiness.isAlive();
    }

    @Override
    public List<String> reasonsAgainstClients() {
        return readiness.reasonsAgainstClients();
    }

    @Override
    public Json status() {
        return status.make();
    }

    @Override
    public Samples history(long since) {
        return history.since(since);
    }

    @Override
    public Json toState(String pool, String endpoint, String state) throws CallException {
        try {
            var _ = operator.toAdmin(pool, endpoint, AdminState.valueOf(state.toUpperCase(Locale.ROOT)));
            return status.endpoint(pool, endpoint);
        } catch (NoSuchElementException e) {
            throw CallException.notFound(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Json toWeight(String pool, String endpoint, int weight) throws CallException {
        try {
            var _ = operator.toWeight(pool, endpoint, weight);
            return status.endpoint(pool, endpoint);
        } catch (NoSuchElementException e) {
            throw CallException.notFound(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw CallException.bad(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Json relays(RelayFilter filter, String after, int most) throws CallException {
        return relays.list(filter, after, most);
    }

    @Override
    public Json relay(String id) throws CallException {
        return relays.one(id);
    }

    @Override
    public Json closeRelay(String id) throws CallException {
        return relays.close(id);
    }

    @Override
    public Json closeRelays(RelayFilter filter) throws CallException {
        return relays.close(filter);
    }

    @Override
    public Json pins(String pool, long offset, int most) throws CallException {
        return pins.list(pool, offset, most);
    }

    @Override
    public Json pin(String pool, InetAddress client) throws CallException {
        return pins.one(pool, client);
    }

    @Override
    public Json forget(String pool, InetAddress client) throws CallException {
        return pins.forget(pool, client);
    }

    @Override
    public Json forgetAll(String pool) throws CallException {
        return pins.forgetAll(pool);
    }

    @Override
    public Json explain(String listener, InetAddress client) throws CallException {
        return explanation.make(listener, client);
    }

    @Override
    public Json reload() throws CallException {
        Supplier<Reloader.Outcome> present = reload;
        if (present == null) {
            throw new CallException(409, "there is no file to read again, or the gateway still starts", List.of());
        }
        return switch (present.get()) {
            case Reloader.Outcome.Applied(List<String> changes, List<String> needRestart) ->
                Json.members().with("changes", Json.ofTexts(changes)).with("needRestart", Json.ofTexts(needRestart))
                        .make();
            case Reloader.Outcome.Refused(List<String> problems) ->
                throw new CallException(422, "the reload was refused, nothing has changed", problems);
        };
    }

    @Override
    public void close() {
        AdminServer present = server;
        if (present != null) {
            present.close();
        }
    }
}
