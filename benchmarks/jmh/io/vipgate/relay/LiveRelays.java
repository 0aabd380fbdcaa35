package io.vipgate.relay;

import io.vipgate.balance.WeightedRandom;
import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.linux.Lap;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.Peers;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.RelayRoom;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A real event loop with a listener on 127.0.0.1 and one endpoint behind it, and the peers of both.
 *
 * <p>The counts are confined to the loop, and so are the peers once it is made.
 */
final class LiveRelays implements AutoCloseable {
    private static final long SECOND = 1_000_000_000L;

    final Peers peers = new Peers();
    final EventLoop eventLoop;
    final NativeSocketAddress address;
    /** Relays that have reached the endpoint, since the beginning. */
    int connected;
    /** Relays that are over, since the beginning. */
    int closed;

    private final EventLoops loops = new EventLoops(1);
    private final RelayLoop relays;
    private final Acceptor acceptor;

    /**
     * Begins to accept.
     *
     * @param mostPipes 0 for copying whatever streams
     */
    LiveRelays(int mostPipes) {
        eventLoop = loops.all().getFirst();
        int listening = peers.listen();
        address = peers.addressOf(listening);
        Endpoint endpoint = new Endpoint("vip1", peers.address(), 0);
        LoopPool pool = new LoopPool(
                new Pool("nginx",
                        new PoolSnapshot(List.of(new PoolSnapshot.Member(endpoint, EndpointState.initial(1, false))),
                                true)),
                new PoolPlan(settings(), WeightedRandom::new, null), new SplittableRandom(1),
                LocalPorts.ofThisMachine());
        RelayObserver observer = new RelayObserver() {
            @Override
            public void onConnected(RelayInfo relay) {
                connected++;
            }

            @Override
            public void onClosed(RelayInfo relay, CloseReason reason) {
                closed++;
            }
        };
        relays = new RelayLoop(eventLoop, new ConnectionLimit(9000), mostPipes, observer);
        LoopListener listener = new LoopListener("web", new ConnectionLimit(9000), RelayRoom.of(9000),
                new ListenerWarnings("web"), pool);
        AtomicReference<Acceptor> begun = new AtomicReference<>();
        Lap.on(eventLoop, () -> begun.set(Acceptor.start(relays, listener, listening)));
        acceptor = Objects.requireNonNull(begun.get());
    }

    /** As the configuration's defaults are. */
    private static RelaySettings settings() {
        return new RelaySettings(5 * SECOND, 0, 600 * SECOND, 30 * SECOND, 0, 0, new RelaySettings.KeepAlive(30, 5, 3),
                0, 60 * SECOND, HeaderSettings.NONE, List.of(), BufferBounds.DEFAULT, null);
    }

    /** Bytes that went through pipes to the endpoint; asked on the loop. */
    long splicedBytes() {
        return relays.splicedBytes(true);
    }

    /** Relays that are open; asked on the loop. */
    int open() {
        return relays.relays();
    }

    @Override
    public void close() {
        Lap.on(eventLoop, () -> {
            acceptor.close();
            relays.close();
            peers.close();
        });
        loops.close();
    }
}
