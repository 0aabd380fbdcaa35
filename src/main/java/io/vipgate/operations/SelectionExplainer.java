package io.vipgate.operations;

import io.vipgate.admin.RequestException;
import io.vipgate.balance.SelectionContext;
import io.vipgate.balance.SelectionProbability;
import io.vipgate.balance.TieredBalancer;
import io.vipgate.config.BalanceRule;
import io.vipgate.config.OnNoHealthy;
import io.vipgate.control.ListenerRegistry;
import io.vipgate.control.ManagedPool;
import io.vipgate.control.PoolRegistry;
import io.vipgate.gateway.GatewayView;
import io.vipgate.json.Json;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pinning.PinTable;
import io.vipgate.pool.AdminState;
import io.vipgate.pool.Candidate;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Health;
import io.vipgate.pool.PoolSnapshot;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint a client would get now, and why: where a rule leaves it to chance, how likely each is. Changes nothing:
 * no pin is made, and no rule's turn is used up.
 *
 * <p>Thread-safe.
 */
public final class SelectionExplainer {
    /** The odds of power-of-two take quadratic time. */
    private static final int MAX_PAIRED = 512;

    private final GatewayView gateway;
    private final PoolRegistry pools;
    private final ListenerRegistry listeners;

    public SelectionExplainer(GatewayView gateway, PoolRegistry pools, ListenerRegistry listeners) {
        this.gateway = gateway;
        this.pools = pools;
        this.listeners = listeners;
    }

    Json make(String name, InetAddress client) throws RequestException {
        ListenerRegistry.Present listener = listeners.present().stream().filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> RequestException.notFound("listener: " + name + " (expected: one of "
                        + listeners.present().stream().map(ListenerRegistry.Present::name).toList() + ")"));
        ManagedPool pool = pools.find(listener.pool())
                .orElseThrow(() -> RequestException.notFound("no such pool: " + listener.pool()));
        ClientAddress address = new ClientAddress();
        address.set(client, 0);
        PoolSnapshot snapshot = pool.pool().snapshot();
        Optional<PinTable.View> pin = pool.pins().flatMap(pins -> pins.of(address.high(), address.low()));
        String whyNotPinned = pin.map(view -> whyNotUsed(pool, snapshot, view.endpoint())).orElse("");
        boolean isPinUsed = pin.isPresent() && whyNotPinned.isEmpty();
        List<Candidate> tier = isPinUsed ? List.of() : usedTier(snapshot);
        Map<Integer, Double> probabilities = probabilities(pool, snapshot, tier, address);
        return Json.object().with("listener", name).with("pool", listener.pool())
                .with("client", client.getHostAddress())
                .with("rule", StatusReport.label(pool.config().balance()))
                .with("turnedAway", turnedAway(listener))
                .with("pin", pin.map(view -> Json.object().with("endpoint", view.endpoint().label())
                        .with("open", view.open()).with("used", whyNotPinned.isEmpty())
                        .with("why", whyNotPinned.isEmpty() ? null : whyNotPinned).build()).orElse(Json.ofNull()))
                .with("candidates", Json.of(candidates(pool, snapshot, tier, probabilities, isPinUsed)))
                .with("choice", isPinUsed
                        ? context(pin.orElseThrow().endpoint(), "the client is pinned to it")
                        : context(pool, snapshot, probabilities))
                .build();
    }

    private @Nullable String turnedAway(ListenerRegistry.Present listener) {
        if (listener.limit().isReached()) {
            return "the listener is at its maximum of " + listener.limit().most() + " connections";
        }
        return gateway.isStopping() ? "shutting down" : null;
    }

    private static String whyNotUsed(ManagedPool pool, PoolSnapshot snapshot, Endpoint endpoint) {
        Optional<EndpointState> state = snapshot.members().stream()
                .filter(member -> member.endpoint().equals(endpoint)).findFirst().map(PoolSnapshot.Member::state);
        if (state.isEmpty()) {
            return "the endpoint is no longer in the pool";
        }
        if (endpoint.isFull()) {
            return "the endpoint is at its maximum of " + endpoint.limit().most() + " connections";
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
    private static List<Candidate> usedTier(PoolSnapshot snapshot) {
        return snapshot.tiers().stream()
                .filter(tier -> tier.stream().anyMatch(candidate -> !candidate.endpoint().isFull())).findFirst()
                .orElse(List.of());
    }

    /** How likely each member is, by its position; those that are not named get nothing. */
    private static Map<Integer, Double> probabilities(ManagedPool pool, PoolSnapshot snapshot, List<Candidate> tier,
            ClientAddress client) {
        Map<Integer, Double> probabilities = new HashMap<>();
        if (pool.config().balance() == BalanceRule.SOURCE_HASH) {
            Candidate selected = tier.isEmpty()
                    ? null
                    : new TieredBalancer(snapshot, pool.plan().factory()).select(new Look(client));
            if (selected != null) {
                probabilities.put(selected.position(), 1.0);
            }
            return probabilities;
        }
        Predicate<Endpoint> isUsable = endpoint -> !endpoint.isFull();
        double[] each = switch (pool.config().balance()) {
            case RANDOM -> SelectionProbability.random(tier, isUsable);
            case WEIGHTED_RANDOM, ROUND_ROBIN, SOURCE_HASH -> SelectionProbability.weighted(tier, isUsable);
            case POWER_OF_TWO -> tier.size() > MAX_PAIRED
                    ? SelectionProbability.weighted(tier, isUsable)
                    : SelectionProbability.powerOfTwo(tier, isUsable);
            case LEAST_CONNECTIONS -> SelectionProbability.leastConnections(tier, isUsable);
        };
        for (int i = 0; i < each.length; i++) {
            probabilities.put(tier.get(i).position(), each[i]);
        }
        return probabilities;
    }

    private static List<Json> candidates(ManagedPool pool, PoolSnapshot snapshot, List<Candidate> tier,
            Map<Integer, Double> probabilities, boolean isPinUsed) {
        List<Json> candidates = new ArrayList<>();
        for (int i = 0; i < snapshot.members().size(); i++) {
            int position = i;
            PoolSnapshot.Member member = snapshot.members().get(i);
            EndpointState state = member.state();
            boolean isInTier = tier.stream().anyMatch(candidate -> candidate.position() == position);
            boolean isEligible = isInTier && !member.endpoint().isFull();
            candidates.add(Json.object().with("endpoint", member.endpoint().label())
                    .with("address", StatusReport.text(member.endpoint()))
                    .with("admin", StatusReport.label(state.admin())).with("health", StatusReport.label(state.health()))
                    .with("suspect", state.isSuspect()).with("backup", state.isBackup()).with("weight", state.weight())
                    .with("connections", member.endpoint().connections())
                    .with("eligible", isEligible)
                    .with("why", why(pool, member, isEligible, isPinUsed))
                    .with("probability", Json.of(probabilities.getOrDefault(position, 0.0), 4)).build());
        }
        return candidates;
    }

    private static String why(ManagedPool pool, PoolSnapshot.Member member, boolean isEligible, boolean isPinUsed) {
        EndpointState state = member.state();
        if (isEligible) {
            return state.health() == Health.DOWN
                    ? "down, but no endpoint is up, and onNoHealthy is try-anyway"
                    : state.isSuspect() ? "suspect, but no better one is left" : "may be chosen";
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
        if (isPinUsed) {
            return "not looked at: the client's pin decides";
        }
        if (state.health() == Health.DOWN) {
            return pool.config().onNoHealthy() == OnNoHealthy.REJECT
                    ? "down, and onNoHealthy is reject"
                    : "down, and a better one is left";
        }
        return state.isSuspect()
                ? "suspect since a failure, and a better one is left"
                : "a backup, and a primary can be used";
    }

    private static Json context(Endpoint endpoint, String why) {
        return Json.object().with("endpoint", endpoint.label()).with("definite", true).with("why", why).build();
    }

    private static Json context(ManagedPool pool, PoolSnapshot snapshot, Map<Integer, Double> probabilities) {
        List<Integer> possible = probabilities.entrySet().stream().filter(entry -> entry.getValue() > 0)
                .map(Map.Entry::getKey)
                .sorted().toList();
        if (possible.isEmpty()) {
            return Json.object().with("endpoint", (String) null).with("definite", true)
                    .with("why", "no endpoint can be used: the client is reset").build();
        }
        String only = possible.size() == 1
                ? snapshot.members().get(possible.getFirst()).endpoint().label()
                : null;
        String why = switch (pool.config().balance()) {
            case SOURCE_HASH -> "the hash of the client's address, over the endpoints that can be used";
            case RANDOM -> "by chance, each alike";
            case WEIGHTED_RANDOM -> "by chance, as the weights say";
            case POWER_OF_TWO -> "the less loaded of two drawn by weight, with the connections of now";
            case ROUND_ROBIN -> "in turn on each event loop; the probabilities are the shares of a whole round";
            case LEAST_CONNECTIONS -> "the least loaded for its weight, with the connections of now";
        };
        return Json.object().with("endpoint", only).with("definite", only != null)
                .with("why", only != null && pool.config().balance() != BalanceRule.SOURCE_HASH
                        ? "the only one that " + (pool.config().balance() == BalanceRule.LEAST_CONNECTIONS
                                ? "is least loaded"
                                : "can be chosen")
                        : why)
                .build();
    }

    /** A choice that is only looked at. */
    private record Look(ClientAddress client) implements SelectionContext {
        @Override
        public boolean isUsable(Endpoint endpoint) {
            return !endpoint.isFull();
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
