package io.vipgate.relay;

import io.vipgate.clienthello.ClientHelloParser;
import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.Wheel;
import io.vipgate.linux.ClientAddress;
import io.vipgate.linux.PendingBufferPool;
import io.vipgate.linux.PipePool;
import io.vipgate.linux.SystemCalls;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.proxyprotocol.ProxyHeaderParser;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What the relays of one event loop share: pumps and their memory, pipes, timers, and the observer.
 *
 * <p>Confined to its event loop.
 */
public final class RelayLoop {
    private final EventLoop eventLoop;
    private final SystemCalls systemCalls;
    private final ConnectionLimit fdBudget;
    private final RelayObserver observer;
    private final Wheel wheel;
    private final PendingBufferPool pendingBuffers = new PendingBufferPool(CopyPump.BUFFER_BYTES);
    private final PipePool pipes;
    private final CopyPump copyPump;
    private final SplicePump splicePump;
    private final StreamBuffers streamBuffers;
    private final Dialer dialer;
    private final DelayedAcks delayedAcks;
    private final KeepAlive keepAlive;
    private final UserTimeout userTimeout;
    private final ProxyHeaderSender proxyHeaderSender;
    private final ProxyHeaderParser proxyHeaderParser = new ProxyHeaderParser();
    private final ClientHelloParser clientHelloParser = new ClientHelloParser();
    private final OpenRelays relays = new OpenRelays();
    private long numbers;
    private int waiting;

    /**
     * Prepares a loop for relays.
     *
     * @param fdBudget relays that the process has descriptors for, shared by all loops
     * @param mostPipes bound on the loop's pipes
     */
    public RelayLoop(EventLoop eventLoop, ConnectionLimit fdBudget, int mostPipes, RelayObserver observer) {
        this.eventLoop = eventLoop;
        this.fdBudget = fdBudget;
        this.observer = observer;
        systemCalls = eventLoop.systemCalls();
        wheel = new Wheel(eventLoop);
        pipes = new PipePool(systemCalls, mostPipes);
        copyPump = new CopyPump(systemCalls, pendingBuffers);
        splicePump = new SplicePump(systemCalls, pipes);
        streamBuffers = new StreamBuffers(systemCalls);
        dialer = new Dialer(systemCalls);
        delayedAcks = new DelayedAcks(eventLoop);
        keepAlive = new KeepAlive(systemCalls);
        userTimeout = new UserTimeout(systemCalls);
        proxyHeaderSender = new ProxyHeaderSender(systemCalls, pendingBuffers);
    }

    /** The loop's thread. */
    public EventLoop eventLoop() {
        return eventLoop;
    }

    SystemCalls systemCalls() {
        return systemCalls;
    }

    ConnectionLimit fdBudget() {
        return fdBudget;
    }

    RelayObserver observer() {
        return observer;
    }

    Wheel wheel() {
        return wheel;
    }

    PendingBufferPool pendingBuffers() {
        return pendingBuffers;
    }

    PipePool pipes() {
        return pipes;
    }

    Dialer dialer() {
        return dialer;
    }

    DelayedAcks delayedAcks() {
        return delayedAcks;
    }

    ProxyHeaderSender proxyHeaderSender() {
        return proxyHeaderSender;
    }

    ProxyHeaderParser proxyHeaderParser() {
        return proxyHeaderParser;
    }

    ClientHelloParser clientHelloParser() {
        return clientHelloParser;
    }

    /** Memory for what is looked at and forgotten; the pumps use it too. At least as long as the longest PROXY header. */
    MemorySegment scratch() {
        return copyPump.memory();
    }

    /** Counts and tells of a client that got no relay; its socket is closed. */
    void onRefused(LoopListener listener, ClientAddress client, @Nullable ClientOrigin origin, RefuseReason reason,
            long ageNanos) {
        listener.onRefused(reason);
        observer.onRefused(listener, reason);
        observer.onClientRefused(listener, client, origin == null ? null : origin.conveyed(),
                origin == null ? null : origin.hello(), reason, ageNanos);
    }

    KeepAlive keepAlive() {
        return keepAlive;
    }

    UserTimeout userTimeout() {
        return userTimeout;
    }

    /** Open relays of this loop. */
    public int relays() {
        return relays.size();
    }

    /** Clients of this loop whose first bytes are waited for. */
    int waiting() {
        return waiting;
    }

    void onWaiting(int more) {
        waiting += more;
    }

    Relay relay(int position) {
        return relays.get(position);
    }

    /** Of the relay that was opened last; 0 before the first. */
    long newestNumber() {
        return numbers;
    }

    /** Bytes that were spliced, to the backend or to clients. */
    public long splicedBytes(boolean isToBackend) {
        return splicePump.spliced(isToBackend ? 1 : 0);
    }

    long nextNumber() {
        return ++numbers;
    }

    void onOpened(Relay relay) {
        relays.add(relay);
    }

    void onClosed(Relay relay) {
        relays.remove(relay);
    }

    /** Moves what can be moved in one turn, by the pump that suits. */
    Progress pump(Flow flow) {
        streamBuffers.bound(flow);
        Progress progress = flow.isStreaming ? splicePump.move(flow) : copyPump.move(flow);
        if (progress == Progress.CHANGE_PUMP && !flow.isStreaming && flow.pending == null && !flow.source.isUrgent) {
            flow.isStreaming = true;
            streamBuffers.bound(flow);
            progress = splicePump.move(flow);
        }
        if (progress == Progress.CHANGE_PUMP) {
            progress = copyPump.move(flow);
        }
        // It streams, but there is no pipe for it: it copies on in its next turn.
        return progress == Progress.CHANGE_PUMP ? Progress.YIELD : progress;
    }

    boolean discard(RelaySocket socket) {
        return copyPump.discard(socket);
    }

    /** Resets every relay, then frees pooled memory and pipes. */
    public void close() {
        for (int i = relays.size() - 1; i >= 0; i = Math.min(i, relays.size()) - 1) {
            relays.get(i).abort(CloseReason.DRAIN);
        }
        pipes.close();
        pendingBuffers.close();
    }
}
