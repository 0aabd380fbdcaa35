package io.vipgate.relay;

import io.vipgate.counters.EnumCounter;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.ListenerRoom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A listener as one event loop sees it: whom it serves, its bound over all loops, and this loop's counters.
 *
 * <p>Confined to its event loop.
 */
public final class LoopListener {
    /** So many relays in a row whose endpoint spoke first, less those whose client did, tell the protocol. */
    private static final int CONVINCED = 8;

    private final String name;
    private final ConnectionLimit limit;
    private final ListenerRoom room;
    private final ListenerWarnings warnings;
    private LoopPool pool;
    private BufferBounds buffers = BufferBounds.DEFAULT;
    private final ListenerCounts counts = new ListenerCounts();
    private final Admission admission = new Admission(counts);
    private final WaitingClients waiting = new WaitingClients();
    private @Nullable ProxyAcceptance proxies;
    private @Nullable HeaderStep headerStep;
    private @Nullable HelloStep helloStep;
    private int endpointSpeaksFirst;
    private ListenerState state = ListenerState.READY;

    /**
     * Makes the view of a listener.
     *
     * @param limit its bound, shared by all loops
     * @param room its part of the places that the process has for relays, shared by all loops
     * @param warnings what the log is told of it, shared by all loops
     */
    public LoopListener(String name, ConnectionLimit limit, ListenerRoom room, ListenerWarnings warnings,
            LoopPool pool) {
        this.name = name;
        this.limit = limit;
        this.room = room;
        this.warnings = warnings;
        this.pool = pool;
    }

    /** Its name in the configuration. */
    public String name() {
        return name;
    }

    /** Whom it serves. */
    public LoopPool pool() {
        return pool;
    }

    /** Serves another pool from now on; open relays stay where they are. */
    public void serve(LoopPool newPool) {
        if (newPool != pool) {
            pool = newPool;
            // Another protocol, perhaps.
            endpointSpeaksFirst = 0;
        }
    }

    /** Takes clients as the operator wants from now on; its {@link Acceptor}s have to be told. */
    public void to(ListenerState newState) {
        state = newState;
    }

    /** What the operator wants of it. */
    public ListenerState state() {
        return state;
    }

    /** Bounds the buffers of clients' connections that begin to stream from now on. */
    public void bound(BufferBounds newBuffers) {
        buffers = newBuffers;
    }

    /** Lets in whom the rules let in from now on. */
    public void admit(AdmissionRules rules) {
        admission.configure(rules);
    }

    /**
     * Has those send a PROXY header who connect from now on.
     *
     * @param newProxies null: nobody
     * @param waitingClients how many wait for its first bytes, shared by all loops
     */
    public void accept(@Nullable ProxyAcceptance newProxies, AtomicInteger waitingClients) {
        proxies = newProxies;
        headerStep = newProxies == null ? null : new HeaderStep(newProxies);
        waiting.share(waitingClients);
    }

    /** Leads TLS clients who connect from now on by their ClientHello; null: nobody. */
    public void route(@Nullable TlsRouting routing) {
        helloStep = routing == null ? null : new HelloStep(routing);
    }

    /** What must come first of those that must send a header; null when nobody must. */
    @Nullable
    HeaderStep headerStep() {
        return headerStep;
    }

    /** What decides a client's pool; null when its bytes do not. */
    @Nullable
    HelloStep helloStep() {
        return helloStep;
    }

    Admission admission() {
        return admission;
    }

    /** Who must send a PROXY header; null when nobody must. */
    @Nullable
    ProxyAcceptance proxies() {
        return proxies;
    }

    /** A client's first bytes are waited for. When three quarters of the places are taken so, the longest wait ends before. */
    void onWaiting(Preread client) {
        if (waiting.onAllLoops() >= Math.max(1, limit.most() - limit.most() / 4)) {
            giveWay();
        }
        waiting.add(client);
        counts.onWaiting(1);
    }

    /** Ends every wait on this loop. */
    public void dismissWaiting() {
        boolean isLeft = true;
        while (isLeft) {
            isLeft = giveWay();
        }
    }

    void onWaitingOver(Preread client) {
        waiting.remove(client);
        counts.onWaiting(-1);
    }

    /** Ends the longest wait on this loop; false when nobody waits. */
    private boolean giveWay() {
        Preread longest = waiting.longest();
        if (longest == null) {
            return false;
        }
        longest.giveWay();
        return true;
    }

    ListenerWarnings warnings() {
        return warnings;
    }

    BufferBounds buffers() {
        return buffers;
    }

    /**
     * Takes a place for a client that was accepted; that of the one whose first bytes are waited for longest, if there is no
     * other.
     *
     * @param all the places that the process has for relays
     * @return why there is none; null when it is taken
     */
    @Nullable
    RefuseReason tryAcquire(ConnectionLimit all) {
        RefuseReason reason = takePlace(all);
        return reason != null && giveWay() ? takePlace(all) : reason;
    }

    private @Nullable RefuseReason takePlace(ConnectionLimit all) {
        if (!limit.tryAcquire()) {
            return RefuseReason.MAX_CONNECTIONS;
        }
        if (!room.tryAcquire()) {
            limit.release();
            return RefuseReason.NO_ROOM;
        }
        if (!all.tryAcquire()) {
            room.release();
            limit.release();
            return RefuseReason.NO_ROOM;
        }
        return null;
    }

    void onAccepted() {
        counts.onAccepted();
    }

    void onClosed() {
        release();
        counts.onClosed();
    }

    /** Gives back the place of a client that got no relay. */
    void release() {
        room.release();
        limit.release();
    }

    /** What was counted on this loop; not to be kept. */
    public ListenerCounts counts() {
        return counts;
    }

    void onRefused(RefuseReason reason) {
        counts.onRefused(reason);
    }

    /** The first bytes of a relay were the client's or the endpoint's. */
    void onSpokeFirst(boolean isClient) {
        endpointSpeaksFirst = Math.clamp(endpointSpeaksFirst + (isClient ? -1 : 1), 0, CONVINCED);
    }

    /**
     * Whether the acknowledgement that ends the handshake with the endpoint may wait for the client's first bytes. Not
     * when endpoints speak first: they would wait for it.
     */
    boolean canDelayHandshakeAck() {
        return endpointSpeaksFirst < CONVINCED;
    }

    /** Clients accepted and not refused. */
    public long accepted() {
        return counts.accepted();
    }

    /** Clients refused, by reason; the loop's own. */
    public EnumCounter<RefuseReason> refused() {
        return counts.refused();
    }

    /** Clients that a dry run would have refused, by reason; the loop's own. */
    public EnumCounter<RefuseReason> wouldRefuse() {
        return counts.wouldRefuse();
    }

    /** Clients refused for this reason. */
    public long refused(RefuseReason reason) {
        return counts.refused().of(reason);
    }

    /** Clients of this loop whose first bytes are waited for. */
    public long waiting() {
        return counts.waiting();
    }

    /** PROXY headers of this kind that were accepted. */
    public long headers(ListenerCounts.HeaderKind kind) {
        return counts.headers().of(kind);
    }
}
