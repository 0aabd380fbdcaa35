package io.vipgate.admin;

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
import java.net.InetAddress;
import java.util.Optional;

/** What the operator's calls do to the gateway. Thread-safe; may block for as long as a change takes. */
public interface Operations extends HealthSource {
    /** How everything is. */
    GatewayStatus status();

    /**
     * What endpoints and listeners have done in the last ten minutes.
     *
     * @param since only what was sampled after this moment, in milliseconds of Unix time
     */
    Samples history(long since);

    /**
     * Sets what the operator wants of an endpoint.
     *
     * @param state {@code ready}, {@code drain} or {@code maint}
     * @return how the endpoint is afterwards
     * @throws RequestException if there is no such pool or endpoint
     */
    EndpointAddresses toState(String pool, String endpoint, String state) throws RequestException;

    /**
     * Sets an endpoint's weight.
     *
     * @return how the endpoint is afterwards
     * @throws RequestException if there is no such pool or endpoint, or the weight is out of range
     */
    EndpointAddresses toWeight(String pool, String endpoint, int weight) throws RequestException;

    /**
     * A page of the open relays.
     *
     * @param after id of the last relay of the page before; empty for the first page
     * @param most relays on the page
     * @throws RequestException if there is no such endpoint, or {@code after} is no id
     */
    RelayList relays(RelayFilter filter, String after, int most) throws RequestException;

    /**
     * One open relay.
     *
     * @throws RequestException if there is none with this id
     */
    RelayList.Entry relay(String id) throws RequestException;

    /**
     * Ends an open relay.
     *
     * @throws RequestException if there is none with this id
     */
    ClosedRelays closeRelay(String id) throws RequestException;

    /**
     * Ends open relays.
     *
     * @throws RequestException if there is no such endpoint
     */
    ClosedRelays closeRelays(RelayFilter filter) throws RequestException;

    /**
     * A page of a pool's pins, in the order of the clients' addresses.
     *
     * @param after the last client of the page before; empty for the first page
     * @throws RequestException if there is no such pool
     */
    PinList pins(String pool, Optional<InetAddress> after, int most) throws RequestException;

    /**
     * A client's pin.
     *
     * @throws RequestException if there is no such pool, or the client is not pinned
     */
    PinList.Entry pin(String pool, InetAddress client) throws RequestException;

    /**
     * Forgets a client's pin.
     *
     * @throws RequestException if there is no such pool, or the client is not pinned
     */
    ForgottenPins forget(String pool, InetAddress client) throws RequestException;

    /**
     * Forgets all pins of a pool.
     *
     * @throws RequestException if there is no such pool
     */
    ForgottenPins forgetAll(String pool) throws RequestException;

    /**
     * A page of the blocks.
     *
     * @param after the network of the last block of the page before; empty for the first page
     * @throws RequestException if {@code after} is no network
     */
    BlockList blocks(String after, int most) throws RequestException;

    /**
     * The block of a network.
     *
     * @throws RequestException if that is none, or it has none
     */
    BlockList.Entry block(String network) throws RequestException;

    /**
     * Blocks a network, or replaces the end and the reason of its block.
     *
     * @throws RequestException if it is none, may not be blocked, or there is no room
     */
    BlockedNetwork block(BlockRequest request) throws RequestException;

    /**
     * Lifts a block.
     *
     * @param by who asks, for the log
     * @throws RequestException if the network is none, or has no block
     */
    LiftedBlocks lift(String network, String by) throws RequestException;

    /**
     * Which sources are nearest to a limit of {@code perSource}, or over it.
     *
     * @param listener at which; empty for all
     * @param most to tell
     * @throws RequestException if there is no such listener
     */
    SourceList sources(Optional<String> listener, int most) throws RequestException;

    /**
     * Which endpoint a client would get, and why.
     *
     * @throws RequestException if there is no such listener
     */
    Explanation explain(String listener, ExplainedClient client) throws RequestException;

    /**
     * Reads the configuration again.
     *
     * @return what has changed
     * @throws RequestException if it was refused, or there is nothing to read
     */
    ReloadResult reload(ReloadOptions options) throws RequestException;

    /**
     * An earlier configuration holds again.
     *
     * @param steps how many before the present one, from 1 on
     * @param isDryRun whether it is only said what would change
     * @throws RequestException if there is none, it is refused, or the gateway stops
     */
    ReloadResult rollBack(int steps, boolean isDryRun) throws RequestException;

    /**
     * The configurations that have held.
     *
     * @throws RequestException if there is no file to read
     */
    ConfigList configurations() throws RequestException;

    /**
     * Has the gateway stand by, or be active again.
     *
     * @throws RequestException if the gateway stops
     */
    StandbyState toStandby(boolean isStandby) throws RequestException;

    /**
     * Has a pool rebalanced once, or tells what that would close.
     *
     * @throws RequestException if there is no such pool, its relays may not be closed now, or the gateway stops
     */
    RebalanceResult rebalance(String pool, boolean isDryRun) throws RequestException;

    /**
     * Ends the rebalancing of a pool.
     *
     * @throws RequestException if there is no such pool
     */
    RebalanceStop stopRebalancing(String pool) throws RequestException;

    /**
     * Sets what the operator wants of a listener.
     *
     * @param state {@code ready}, {@code paused} or {@code refusing}
     * @return how the listener is afterwards
     * @throws RequestException if there is no such listener, or the gateway stops
     */
    ListenerStatus toListenerState(String listener, String state) throws RequestException;

    /**
     * The configuration that waits to be confirmed stays.
     *
     * @throws RequestException if none waits, or the gateway stops
     */
    ReloadResult confirm() throws RequestException;
}
