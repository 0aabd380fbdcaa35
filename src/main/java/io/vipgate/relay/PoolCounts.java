package io.vipgate.relay;

import io.vipgate.counters.BucketBounds;
import io.vipgate.counters.EnumCounter;
import io.vipgate.counters.Histogram;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * What was counted of a pool and its endpoints.
 *
 * <p>Confined to its event loop; a copy belongs to whoever has it.
 */
public final class PoolCounts {
    private final Map<String, EndpointCounts> endpoints = new HashMap<>();
    private final EnumCounter<CloseReason> closedUnplaced = new EnumCounter<>(CloseReason.class);
    private final EnumCounter<ClientAddressFallback> fallbacks = new EnumCounter<>(ClientAddressFallback.class);
    private final Histogram durations = new Histogram(BucketBounds.LIFETIMES);
    private final EnumCounter<HedgeResult> hedges = new EnumCounter<>(HedgeResult.class);
    private long clients;
    private long retries;
    private long retriesRefused;
    private long noHealthy;
    private long pinHits;
    private long pinMisses;

    /** Makes counts of nothing. */
    public PoolCounts() {}

    /** Adds what was counted of an address to what its name has. */
    void add(LoopEndpoint address) {
        add(address.endpoint().name(), address.counts());
    }

    /** Takes over what was counted of an address that is gone. */
    void takeOver(LoopEndpoint gone) {
        gone.countInto(endpoint(gone.endpoint().name()));
    }

    private void add(String name, EndpointCounts counts) {
        endpoint(name).add(counts);
    }

    private EndpointCounts endpoint(String name) {
        return endpoints.computeIfAbsent(name, _ -> new EndpointCounts());
    }

    /** Forgets endpoints with other names than these. */
    void retain(Collection<String> names) {
        endpoints.keySet().retainAll(names);
    }

    void onClient() {
        clients++;
    }

    void onHedge(HedgeResult result) {
        hedges.add(result);
    }

    void onRetryRefused() {
        retriesRefused++;
    }

    void onRetry() {
        retries++;
    }

    void onFallback(ClientAddressFallback reason) {
        fallbacks.add(reason);
    }

    void onNoHealthy() {
        noHealthy++;
    }

    void onPinHit() {
        pinHits++;
    }

    void onPinMiss() {
        pinMisses++;
    }

    /** A relay is over; no endpoint could be selected for it. */
    void onClosedUnplaced(CloseReason reason) {
        closedUnplaced.add(reason);
    }

    void onRelayOver(long nanos) {
        durations.record(nanos);
    }

    void add(PoolCounts other) {
        other.endpoints.forEach(this::add);
        closedUnplaced.add(other.closedUnplaced);
        fallbacks.add(other.fallbacks);
        durations.add(other.durations);
        hedges.add(other.hedges);
        clients += other.clients;
        retries += other.retries;
        retriesRefused += other.retriesRefused;
        noHealthy += other.noHealthy;
        pinHits += other.pinHits;
        pinMisses += other.pinMisses;
    }

    /** By the endpoint's name. */
    public Map<String, EndpointCounts> endpoints() {
        return Collections.unmodifiableMap(endpoints);
    }

    /** Relays that ended without an endpoint, since none could be selected. */
    public EnumCounter<CloseReason> closedUnplaced() {
        return closedUnplaced;
    }

    /** Attempts that could not be made from the client's address, in a pool that wants that. */
    public EnumCounter<ClientAddressFallback> fallbacks() {
        return fallbacks;
    }

    /** How long relays lasted, from being accepted to their end. */
    public Histogram durations() {
        return durations;
    }

    /** Second connects, begun beside one that was slow, by what became of them. */
    public EnumCounter<HedgeResult> hedges() {
        return hedges;
    }

    /** Clients that asked for an endpoint. */
    public long clients() {
        return clients;
    }

    /** Attempts that would have followed a failed one, had the budget of retries not been used up. */
    public long retriesRefused() {
        return retriesRefused;
    }

    /** Attempts that followed a failed one. */
    public long retries() {
        return retries;
    }

    /** Clients for whom no endpoint was left that is not DOWN: they were tried on one that is, or refused. */
    public long noHealthy() {
        return noHealthy;
    }

    /** Connections that went where their client was pinned. */
    public long pinHits() {
        return pinHits;
    }

    /** Connections whose client was not pinned before. */
    public long pinMisses() {
        return pinMisses;
    }
}
