package io.vipgate;

import io.vipgate.eventloop.EventLoop;
import io.vipgate.eventloop.EventLoops;
import io.vipgate.relay.Acceptor;
import io.vipgate.relay.LoopListener;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.RelayDrain;
import io.vipgate.relay.RelayLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The event loops, and what each of them has of the gateway.
 *
 * <p>Thread-safe; what is in a lane is confined to that lane's event loop.
 */
final class Lanes implements AutoCloseable {
    /** What one event loop has. Confined to that loop. */
    static final class Lane {
        private final int number;
        private final RelayLoop relays;
        private final Map<String, LoopPool> pools = new HashMap<>();
        private final Map<String, LoopListener> listeners = new HashMap<>();
        private final Map<BoundAddress, Acceptor> acceptors = new HashMap<>();

        private Lane(int number, RelayLoop relays) {
            this.number = number;
            this.relays = relays;
        }

        /** From 0. */
        int number() {
            return number;
        }

        RelayLoop relays() {
            return relays;
        }

        /** By the pool's name. */
        Map<String, LoopPool> pools() {
            return pools;
        }

        /** By the listener's name. */
        Map<String, LoopListener> listeners() {
            return listeners;
        }

        Map<BoundAddress, Acceptor> acceptors() {
            return acceptors;
        }
    }

    private final EventLoops loops;
    private final List<Lane> lanes = new ArrayList<>();

    /**
     * Makes a lane of each loop.
     *
     * @param relays makes what its relays share, on the loop
     */
    Lanes(EventLoops loops, Function<EventLoop, RelayLoop> relays) {
        this.loops = loops;
        for (EventLoop loop : loops.all()) {
            onLoop(loop, () -> lanes.add(new Lane(lanes.size(), relays.apply(loop))));
        }
    }

    int count() {
        return lanes.size();
    }

    /** Lets an action look at each lane, on its loop, one after the other. */
    void onEach(Consumer<Lane> action) {
        for (Lane lane : lanes) {
            onLoop(lane.relays().eventLoop(), () -> action.accept(lane));
        }
    }

    /** Asks each loop to run an action soon, and does not wait for it. */
    void tell(Consumer<Lane> action) {
        for (Lane lane : lanes) {
            lane.relays().eventLoop().execute(() -> action.accept(lane));
        }
    }

    /** Asks those loops that are meant, and does not wait for them. */
    void tell(Consumer<Lane> action, Predicate<Lane> isMeant) {
        lanes.stream().filter(isMeant).forEach(lane -> lane.relays().eventLoop().execute(() -> action.accept(lane)));
    }

    /** Pairs the lanes with the items of a list as long as they are many. */
    <T> void onEach(List<T> items, BiConsumer<Lane, T> action) {
        onEach(lane -> action.accept(lane, items.get(lane.number())));
    }

    /** Runs an action on a loop and waits for it. */
    private static void onLoop(EventLoop loop, Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.join();
    }

    /** Closes every listening socket, resets every relay, and ends the loops. */
    @Override
    public void close() {
        onEach(lane -> {
            lane.acceptors().values().forEach(Acceptor::close);
            RelayDrain.begin(lane.relays(), 0, () -> {});
            lane.relays().close();
        });
        loops.close();
    }
}
