package io.vipgate.operations;

import io.vipgate.admin.ExplainedClient;
import io.vipgate.admin.RequestException;
import io.vipgate.admin.model.Explanation;
import io.vipgate.balance.Balancer;
import io.vipgate.balance.SelectionContext;
import io.vipgate.config.ListenerConfig;
import io.vipgate.config.OnNoHealthy;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.PoolRegistry;
import io.vipgate.gateway.GatewayView;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.text.IpText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint a client would get now, and why: where a rule leaves it to chance, how likely each is. Changes nothing:
 * no pin is made, and no rule's turn is used up.
 *
 * <p>Thread-safe.
 */
public final class SelectionExplainer {
    private final GatewayView gateway;
    private final PoolRegistry pools;
    private final ListenerRegistry listeners;

    /** Makes the explainer of one gateway. */
    public SelectionExplainer(GatewayView gateway, PoolRegistry pools, ListenerRegistry listeners) {
        this.gateway = gateway;
        this.pools = pools;
        this.listeners = listeners;
    }

    Explanation explain(String name, ExplainedClient client) throws RequestException {
        ListenerRegistry.Present listener = listeners.present().stream().filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> RequestException.notFound("listener: " + name + " (expected: one of "
                        + listeners.present().stream().map(ListenerRegistry.Present::name).toList() + ")"));
        Optional<ListenerConfig> config = Optional.ofNullable(gateway.config().listeners().get(name));
        Optional<HelloExplainer.Decision> led = config.map(known -> HelloExplainer.explain(known, client));
        String poolName = led.map(HelloExplainer.Decision::pool).orElse(listener.pool());
        ManagedPool pool = pools.find(poolName)
                .orElseThrow(() -> RequestException.notFound("no such pool: " + poolName));
        ClientAddress address = new ClientAddress();
        address.set(client.address(), 0);
        PoolSnapshot snapshot = pool.pool().snapshot();
        ClientAddressExplainer source = new ClientAddressExplainer(pool, snapshot, client.address());
        Optional<PinTable.View> pin = pool.pins().flatMap(pins -> pins.of(address.high(), address.low()));
        String whyNotPinned = pin.map(view -> whyNotUsed(pool, snapshot, view.endpoint(), source)).orElse("");
        boolean isPinUsed = pin.isPresent() && whyNotPinned.isEmpty();
        List<Candidate> tier = isPinUsed ? List.of() : usedTier(snapshot, source);
        Optional<Balancer> balancer = tier.isEmpty()
                ? Optional.empty()
                : Optional.of(pool.plan().factory().over(tier));
        Map<Integer, Double> probabilities = balancer.map(rule -> probabilities(rule, tier, address, source))
                .orElse(Map.of());
        List<Explanation.Verdict> verdicts = new ArrayList<>(config
                .map(known -> new AdmissionExplainer(listener, known, listeners.admissions(),
                        listeners.states().hold(name))
                        .explain(client.address(), client.peer()))
                .orElse(List.of()));
        if (refused(verdicts) == null) {
            led.flatMap(HelloExplainer.Decision::verdict).ifPresent(verdicts::add);
        }
        if (refused(verdicts) == null) {
            source.verdict().ifPresent(verdicts::add);
        }
        return new Explanation(name, poolName, IpText.of(client.address()), client.peer().map(IpText::of).orElse(null),
                client.serverName().orElse(null),
                StatusReport.label(pool.config().balance()), refused(verdicts), verdicts,
                pin.map(view -> new Explanation.Pin(view.endpoint().label(), view.open(), whyNotPinned.isEmpty(),
                        whyNotPinned.isEmpty() ? null : whyNotPinned)).orElse(null),
                candidates(pool, snapshot, tier, probabilities, isPinUsed, source),
                isPinUsed
                        ? choice(pin.orElseThrow().endpoint(), whyPinned(pin.orElseThrow()))
                        : choice(balancer, snapshot, probabilities),
                ConnectReport.hedge(pool, isPinUsed ? pin.orElseThrow().endpoint() : null));
    }

    private @Nullable String refused(List<Explanation.Verdict> verdicts) {
        return verdicts.stream().filter(verdict -> verdict.result().equals("refused")).findFirst()
                .map(verdict -> verdict.check().equals("maxConnections")
                        ? verdict.why()
                        : verdict.check() + ": " + verdict.why())
                .orElse(gateway.isStopping() ? "shutting down" : null);
    }

    private static String whyPinned(PinTable.View pin) {
        Endpoint home = pin.home();
        return "the client is pinned to it"
                + (home == null ? "" : "; a failure led it there, and rebalancing brings it home to " + home.label());
    }

    private static String whyNotUsed(ManagedPool pool, PoolSnapshot snapshot, Endpoint endpoint,
            ClientAddressExplainer source) {
        Optional<EndpointState> state = snapshot.members().stream()
                .filter(member -> member.endpoint().equals(endpoint)).findFirst().map(PoolSnapshot.Member::state);
        if (state.isEmpty()) {
            return "the endpoint is no longer in the pool";
        }
        if (endpoint.isFull()) {
            return "the endpoint is at its maximum of " + endpoint.limit().most() + " connections";
        }
        Optional<String> connecting = ConnectReport.whyPassedOver(pool, endpoint);
        if (connecting.isPresent()) {
            return "the endpoint has " + connecting.get();
        }
        if (source.whyPassedOver(endpoint).isPresent()) {
            return source.whyPassedOver(endpoint).get();
        }
        if (state.get().keepsPins(System.nanoTime(), pool.config().pinning().ttl().toNanos())) {
            return "";
        }
        return state.get().health() == Health.DOWN
                ? "the endpoint is down"
                : state.get().admin() == AdminState.MAINT
                        ? "the endpoint is in maintenance"
                        : "the endpoint drains, and the time of its pins is over";
    }

    /** The first tier with an endpoint that is not full; empty when there is none. */
    private static List<Candidate> usedTier(PoolSnapshot snapshot, ClientAddressExplainer source) {
        return snapshot.tiers().stream()
                .filter(tier -> tier.stream().anyMatch(candidate -> source.canTake(candidate.endpoint()))).findFirst()
                .orElse(List.of());
    }

    /** How likely each member is, by its position; those that are not named get nothing. */
    private static Map<Integer, Double> probabilities(Balancer balancer, List<Candidate> tier, ClientAddress client,
            ClientAddressExplainer source) {
        double[] each = balancer.probabilities(new Look(client, source));
        Map<Integer, Double> probabilities = new HashMap<>();
        for (int i = 0; i < each.length; i++) {
            probabilities.put(tier.get(i).position(), each[i]);
        }
        return probabilities;
    }

    private static List<Explanation.Candidate> candidates(ManagedPool pool, PoolSnapshot snapshot, List<Candidate> tier,
            Map<Integer, Double> probabilities, boolean isPinUsed, ClientAddressExplainer source) {
        List<Explanation.Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < snapshot.members().size(); i++) {
            int position = i;
            PoolSnapshot.Member member = snapshot.members().get(i);
            EndpointState state = member.state();
            boolean isInTier = tier.stream().anyMatch(candidate -> candidate.position() == position);
            boolean isEligible = isInTier && source.canTake(member.endpoint());
            candidates.add(new Explanation.Candidate(member.endpoint().label(), StatusReport.text(member.endpoint()),
                    StatusReport.label(state.admin()), StatusReport.label(state.health()), state.isSuspect(),
                    state.isBackup(), state.weight(), member.endpoint().connections(), member.endpoint().finished(),
                    isEligible,
                    why(pool, member, isEligible, isPinUsed, source), probabilities.getOrDefault(position, 0.0)));
        }
        return candidates;
    }

    private static String why(ManagedPool pool, PoolSnapshot.Member member, boolean isEligible, boolean isPinUsed,
            ClientAddressExplainer source) {
        EndpointState state = member.state();
        if (isEligible) {
            return state.health() == Health.DOWN
                    ? "down, but no endpoint is up, and onNoHealthy is try-anyway"
                    : state.isSuspect()
                            ? "suspect, but no better one is left"
                            : StatusReport.isLeftOut(pool, member.endpoint().name())
                                    ? "may be chosen (not probed: counts as up)"
                                    : "may be chosen";
        }
        if (state.admin() != AdminState.READY) {
            return state.admin() == AdminState.MAINT ? "in maintenance" : "drains: takes pinned clients alone";
        }
        if (state.weight() == 0) {
            return "weight 0 takes nothing new";
        }
        if (member.endpoint().isFull()) {
            return "at its maximum of " + member.endpoint().limit().most() + " connections";
        }
        Optional<String> connecting = ConnectReport.whyPassedOver(pool, member.endpoint());
        if (connecting.isPresent()) {
            return connecting.get();
        }
        Optional<String> passedOver = source.whyPassedOver(member.endpoint());
        if (passedOver.isPresent()) {
            return passedOver.get();
        }
        if (isPinUsed) {
            return "not looked at: the client's pin decides";
        }
        if (state.health() == Health.DOWN) {
            return pool.config().onNoHealthy() == OnNoHealthy.REJECT
                    ? "down, and onNoHealthy is reject"
                    : isKeptOneAttempt(pool, state)
                            ? "down; the last attempt of a connection is kept for such a backup"
                            : "down, and a better one is left";
        }
        return state.isSuspect()
                ? "suspect since a failure, and a better one is left"
                : "a backup, and a primary can be used";
    }

    private static boolean isKeptOneAttempt(ManagedPool pool, EndpointState state) {
        return state.isBackup() && pool.pool().snapshot().isLastResortAll();
    }

    private static Explanation.Choice choice(Endpoint endpoint, String why) {
        return new Explanation.Choice(endpoint.label(), true, why);
    }

    private static Explanation.Choice choice(Optional<Balancer> balancer, PoolSnapshot snapshot,
            Map<Integer, Double> probabilities) {
        List<Integer> possible = probabilities.entrySet().stream().filter(entry -> entry.getValue() > 0)
                .map(Map.Entry::getKey)
                .sorted().toList();
        if (balancer.isEmpty() || possible.isEmpty()) {
            return new Explanation.Choice(null, true, "no endpoint can be used: the client is reset");
        }
        boolean isOnly = possible.size() == 1;
        String only = isOnly ? snapshot.members().get(possible.getFirst()).endpoint().label() : null;
        return new Explanation.Choice(only, isOnly, balancer.get().reason(isOnly));
    }

    /** A choice that is only looked at. */
    private record Look(ClientAddress client, ClientAddressExplainer source) implements SelectionContext {
        @Override
        public boolean isUsable(Endpoint endpoint) {
            return source.canTake(endpoint);
        }

        @Override
        public long random() {
            return 0;
        }

        @Override
        public long clientHigh() {
            return client.high();
        }

        @Override
        public long clientLow() {
            return client.low();
        }
    }
}
