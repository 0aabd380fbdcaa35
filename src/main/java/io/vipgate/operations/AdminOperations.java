package io.vipgate.operations;

import io.vipgate.admin.BlockRequest;
import io.vipgate.admin.ExplainedClient;
import io.vipgate.admin.Operations;
import io.vipgate.admin.RelayFilter;
import io.vipgate.admin.ReloadOptions;
import io.vipgate.admin.RequestException;
import io.vipgate.admin.Samples;
import io.vipgate.admin.model.BlockList;
import io.vipgate.admin.model.BlockedNetwork;
import io.vipgate.admin.model.ClosedRelays;
import io.vipgate.admin.model.ConfigList;
import io.vipgate.admin.model.EndpointAddresses;
import io.vipgate.admin.model.Explanation;
import io.vipgate.admin.model.ForgottenPins;
import io.vipgate.admin.model.GatewayStatus;
import io.vipgate.admin.model.LiftedBlocks;
import io.vipgate.admin.model.ListenerStatus;
import io.vipgate.admin.model.PinList;
import io.vipgate.admin.model.RebalanceResult;
import io.vipgate.admin.model.RebalanceStop;
import io.vipgate.admin.model.RelayList;
import io.vipgate.admin.model.ReloadResult;
import io.vipgate.admin.model.SourceList;
import io.vipgate.admin.model.StandbyState;
import io.vipgate.control.OperatorActions;
import io.vipgate.control.RebalanceForecast;
import io.vipgate.gateway.ReloadOutcome;
import io.vipgate.gateway.ReloadRequest;
import io.vipgate.pool.AdminState;
import io.vipgate.relay.ListenerState;
import io.vipgate.telemetry.History;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the admin API asks of the gateway and does to it.
 *
 * <p>Thread-safe.
 */
public final class AdminOperations implements Operations {
    private final OperatorActions operator;
    private final Readiness readiness;
    private final StatusReport status;
    private final History history;
    private final RelayReport relays;
    private final PinReport pins;
    private final BlockReport blocks;
    private final SourceReport sources;
    private final SelectionExplainer explanation;
    private volatile @Nullable ConfigControl configuration;

    /** Makes the operations of one gateway. */
    public AdminOperations(OperatorActions operator, Readiness readiness, StatusReport status, History history,
            RelayReport relays, PinReport pins, BlockReport blocks, SourceReport sources,
            SelectionExplainer explanation) {
        this.operator = operator;
        this.readiness = readiness;
        this.status = status;
        this.history = history;
        this.relays = relays;
        this.pins = pins;
        this.blocks = blocks;
        this.sources = sources;
        this.explanation = explanation;
    }

    /** Has operators change the configuration in this way; until then they can't. */
    public void configureBy(ConfigControl control) {
        configuration = control;
    }

    @Override
    public boolean isAlive() {
        return readiness.isAlive();
    }

    @Override
    public boolean isStopping() {
        return readiness.isStopping();
    }

    @Override
    public List<String> reasonsAgainstClients() {
        return readiness.reasonsAgainstClients();
    }

    @Override
    public GatewayStatus status() {
        ConfigControl present = configuration;
        return status.status(present == null ? Optional.empty() : present.confirmBy());
    }

    @Override
    public Samples history(long since) {
        return history.since(since);
    }

    @Override
    public EndpointAddresses toState(String pool, String endpoint, String state) throws RequestException {
        try {
            var _ = operator.toAdmin(pool, endpoint, AdminState.valueOf(state.toUpperCase(Locale.ROOT)));
            return status.endpoint(pool, endpoint);
        } catch (NoSuchElementException e) {
            throw RequestException.notFound(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public EndpointAddresses toWeight(String pool, String endpoint, int weight) throws RequestException {
        try {
            var _ = operator.toWeight(pool, endpoint, weight);
            return status.endpoint(pool, endpoint);
        } catch (NoSuchElementException e) {
            throw RequestException.notFound(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw RequestException.bad(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public RelayList relays(RelayFilter filter, String after, int most) throws RequestException {
        return relays.list(filter, after, most);
    }

    @Override
    public RelayList.Entry relay(String id) throws RequestException {
        return relays.one(id);
    }

    @Override
    public ClosedRelays closeRelay(String id) throws RequestException {
        return relays.close(id);
    }

    @Override
    public ClosedRelays closeRelays(RelayFilter filter) throws RequestException {
        return relays.close(filter);
    }

    @Override
    public PinList pins(String pool, Optional<InetAddress> after, int most) throws RequestException {
        return pins.list(pool, after, most);
    }

    @Override
    public PinList.Entry pin(String pool, InetAddress client) throws RequestException {
        return pins.one(pool, client);
    }

    @Override
    public ForgottenPins forget(String pool, InetAddress client) throws RequestException {
        return pins.forget(pool, client);
    }

    @Override
    public ForgottenPins forgetAll(String pool) throws RequestException {
        return pins.forgetAll(pool);
    }

    @Override
    public BlockList blocks(String after, int most) throws RequestException {
        return blocks.list(after, most);
    }

    @Override
    public BlockList.Entry block(String network) throws RequestException {
        return blocks.one(network);
    }

    @Override
    public BlockedNetwork block(BlockRequest request) throws RequestException {
        return blocks.add(request);
    }

    @Override
    public LiftedBlocks lift(String network, String by) throws RequestException {
        return blocks.lift(network, by);
    }

    @Override
    public SourceList sources(Optional<String> listener, int most) throws RequestException {
        return sources.top(listener, most);
    }

    @Override
    public Explanation explain(String listener, ExplainedClient client)
            throws RequestException {
        return explanation.explain(listener, client);
    }

    @Override
    public StandbyState toStandby(boolean isStandby) throws RequestException {
        if (isStopping()) {
            throw RequestException.stopping();
        }
        Optional<Instant> since = operator.toStandby(isStandby);
        return new StandbyState(since.isPresent(), since.orElse(null));
    }

    @Override
    public RebalanceResult rebalance(String pool, boolean isDryRun) throws RequestException {
        if (isStopping()) {
            throw RequestException.stopping();
        }
        try {
            RebalanceForecast forecast = operator.rebalance(pool, isDryRun);
            int close = forecast.givers().stream().mapToInt(RebalanceForecast.Giver::close).sum();
            return new RebalanceResult(pool, isDryRun, forecast.aim(), forecast.relays(), forecast.perSecond(), close,
                    Math.ceilDiv(close, forecast.perSecond()),
                    forecast.givers().stream().map(giver -> new RebalanceResult.Giver(giver.endpoint(), giver.relays(),
                            giver.close(), giver.idle())).toList());
        } catch (NoSuchElementException e) {
            throw RequestException.notFound(String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            throw new RequestException(409, "pool " + pool + " can't be rebalanced now",
                    List.of(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public RebalanceStop stopRebalancing(String pool) throws RequestException {
        try {
            return new RebalanceStop(pool, operator.stopRebalancing(pool));
        } catch (NoSuchElementException e) {
            throw RequestException.notFound(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public ListenerStatus toListenerState(String listener, String state) throws RequestException {
        if (isStopping()) {
            throw RequestException.stopping();
        }
        try {
            operator.toListenerState(listener, ListenerState.valueOf(state.toUpperCase(Locale.ROOT)));
            return status.listener(listener);
        } catch (NoSuchElementException e) {
            throw RequestException.notFound(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public ReloadResult reload(ReloadOptions options) throws RequestException {
        ReloadRequest request = new ReloadRequest(options.isDryRun(), term("confirm", options.confirm()),
                ReloadTerms.noneUpFor(options.unless()));
        return result(control().reload(request), "the reload was refused, nothing has changed");
    }

    private static Duration term(String name, Optional<String> text) throws RequestException {
        return text.isEmpty() ? Duration.ZERO : ReloadTerms.confirmWithin(name, text.get());
    }

    @Override
    public ReloadResult confirm() throws RequestException {
        return result(control().confirm(), "there is nothing to confirm");
    }

    @Override
    public ReloadResult rollBack(int steps, boolean isDryRun) throws RequestException {
        return result(control().rollBack(steps, isDryRun), "the rollback was refused, nothing has changed");
    }

    @Override
    public ConfigList configurations() throws RequestException {
        List<ConfigControl.Earlier> all = control().earlier();
        List<ConfigList.Entry> entries = new ArrayList<>();
        for (ConfigControl.Earlier each : all) {
            entries.add(new ConfigList.Entry(entries.size(), each.since()));
        }
        return new ConfigList(entries);
    }

    private ConfigControl control() throws RequestException {
        if (isStopping()) {
            throw RequestException.stopping();
        }
        ConfigControl present = configuration;
        if (present == null) {
            throw new RequestException(409, "there is no file to read again, or the gateway still starts", List.of());
        }
        return present;
    }

    private ReloadResult result(ReloadOutcome outcome, String refused) throws RequestException {
        return switch (outcome) {
            case ReloadOutcome.Applied(var changes, var needRestart, var confirmBy) ->
                new ReloadResult(changes, needRestart, confirmBy);
            case ReloadOutcome.Previewed(var changes, var needRestart) -> new ReloadResult(changes, needRestart, null);
            case ReloadOutcome.Stopping() -> throw RequestException.stopping();
            case ReloadOutcome.Refused(List<String> problems) -> throw isStopping()
                    ? RequestException.stopping()
                    : new RequestException(422, refused, problems);
        };
    }
}
