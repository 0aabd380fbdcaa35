package io.vipgate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.balance.LeastConnections;
import io.vipgate.balance.RoundRobin;
import io.vipgate.linux.ClientAddress;
import io.vipgate.pool.ConnectionLimit;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.ListenerRoom;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import io.vipgate.pool.RelayRoom;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A listener over two endpoints on a {@link FakeKernel}, which go in turn. */
final class RelayFixture {
    static final long SECOND = 1_000_000_000L;
    static final long TICK = io.vipgate.eventloop.Wheel.TICK_NANOS;

    final FakeKernel kernel = new FakeKernel();
    final Map<CloseReason, Integer> closed = new EnumMap<>(CloseReason.class);
    final List<Relay> opened = new ArrayList<>();
    final List<RefuseReason> refused = new ArrayList<>();
    /** Something that happens when an observer is told; it is given what of. */
    Consumer<String> onTold = _ -> {};
    final ConnectionLimit limit;
    final ConnectionLimit fdBudget = new ConnectionLimit(1000);
    final ListenerRoom room = RelayRoom.of(1000);
    final RelayLoop loop;
    final Pool shared;
    final LoopPool pool;
    final LoopListener listener;
    final Acceptor acceptor;

    RelayFixture() {
        this(settings(), 1000);
    }

    RelayFixture(RelaySettings settings, int maxConnections) {
        this(settings, maxConnections, 2);
    }

    /** As many endpoints as are meant: vip1 to vip9 at most. */
    RelayFixture(RelaySettings settings, int maxConnections, int endpoints) {
        limit = new ConnectionLimit(maxConnections);
        RelayObserver observer = new RelayObserver() {
            @Override
            public void onOpened(RelayInfo relay) {
                opened.add((Relay) relay);
                onTold.accept("opened");
            }

            @Override
            public void onConnected(RelayInfo relay) {
                onTold.accept("connected");
            }

            @Override
            public void onConnectFailed(RelayInfo relay, ConnectFailure failure) {
                onTold.accept("connectFailed");
            }

            @Override
            public void onOvertaken(RelayInfo relay, LoopEndpoint loser) {
                onTold.accept("overtaken");
            }

            @Override
            public void onClientRefused(LoopListener refusedBy, ClientAddress client, @Nullable Conveyed conveyed,
                    @Nullable HelloInfo hello,
                    RefuseReason reason, long ageNanos) {
                refused.add(reason);
            }

            @Override
            public void onClosed(RelayInfo relay, CloseReason reason) {
                closed.merge(reason, 1, Integer::sum);
                onTold.accept("closed");
            }
        };
        loop = new RelayLoop(kernel.loop, fdBudget, 4, observer);
        List<PoolSnapshot.Member> members = IntStream.rangeClosed(1, endpoints)
                .mapToObj(i -> member("vip" + i, "192.0.2." + i + "0")).toList();
        shared = new Pool("nginx", new PoolSnapshot(members, true));
        pool = new LoopPool(shared, plan(settings),
                new SplittableRandom(1), new LocalPorts(32_768, 60_999));
        listener = new LoopListener("web", limit, room, new ListenerWarnings("web"), pool);
        acceptor = Acceptor.start(loop, listener, kernel.listening.fd);
    }

    private static PoolPlan plan(RelaySettings settings) {
        return new PoolPlan(settings, RoundRobin::new, null);
    }

    /** Chooses by the load of its endpoints from now on. */
    RelayFixture byLoad() {
        pool.configure(new PoolPlan(pool.settings(), LeastConnections::new, null));
        return this;
    }

    static RelaySettings settings() {
        return new RelaySettings(SECOND, 2, 600 * SECOND, 30 * SECOND, 0, 0, new RelaySettings.KeepAlive(30, 5, 3), 0,
                60 * SECOND, HeaderSettings.NONE, List.of(), BufferBounds.DEFAULT, null);
    }

    /** The settings with other bounds, in nanoseconds; 0 is none. */
    static RelaySettings withBounds(long idle, long halfClosed, long lifetime) {
        RelaySettings s = settings();
        return new RelaySettings(s.connectTimeoutNanos(), s.attempts(), idle, halfClosed, lifetime, 0, s.keepAlive(),
                s.clientUserTimeoutNanos(), s.endpointUserTimeoutNanos(), s.header(),
                s.sources(), s.buffers(), null);
    }

    private static PoolSnapshot.Member member(String name, String address) {
        return new PoolSnapshot.Member(
                new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral(address), 80), 0),
                EndpointState.initial(1, false));
    }

    /** A client that is connected to an endpoint, and the endpoint's socket. */
    record Pair(FakeSocket client, FakeSocket backend) {}

    Pair connected() {
        FakeSocket client = kernel.client();
        kernel.settle();
        FakeSocket backend = kernel.dialled.getLast();
        backend.accept();
        kernel.settle();
        return new Pair(client, backend);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes that differ by position, so that loss, repetition and exchange all show. */
    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i ^ (i >>> 8) ^ (i >>> 16));
        }
        return bytes;
    }

    Endpoint endpoint(int index) {
        return pool.endpoints().get(index).endpoint();
    }

    /** Nothing is left: no socket, no count, no memory, no timer, no byte in a pipe. */
    void assertNothingLeft() {
        assertThat(kernel.openSockets()).as("open sockets").isZero();
        assertThat(loop.relays()).as("relays").isZero();
        assertThat(limit.present()).as("connections of the listener").isZero();
        assertThat(fdBudget.present()).as("descriptor budget").isZero();
        assertThat(room.present()).as("room of the listener").isZero();
        assertThat(pool.endpoints()).as("connections of endpoints").allMatch(each -> each.endpoint().connections() == 0
                && each.endpoint().connecting() == 0 && each.endpoint().finished() == 0);
        assertThat(loop.pendingBuffers().inUse()).as("bytes of pending buffers").isZero();
        assertThat(loop.wheel().armed()).as("timers").isZero();
        assertThat(loop.pipes().open()).as("pipes in use").isEqualTo(loop.pipes().pooled());
        assertThat(kernel.bytesInPipes()).as("bytes in pooled pipes").isZero();
        assertThat(closed.values().stream().mapToInt(Integer::intValue).sum()).as("every relay is closed once")
                .isEqualTo(opened.size());
    }
}
