package io.vipgate.relay;

import io.vipgate.pool.Endpoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the relays of one loop that are to be closed so that their clients come back elsewhere, the idlest of each endpoint
 * first, and closes some of them by FIN when it is told how many. One that has bytes under way by then, or an answer due, stays.
 *
 * <p>Confined to its event loop.
 */
public final class RelayHoming {
    /** Closed in one turn: each takes some system calls. */
    private static final int PER_TURN = 64;

    private final RelayLoop loop;
    private final Wanted wanted;
    private final RelayHomes homes;
    private final Map<Endpoint, Integer> places = new HashMap<>();
    /** Those who have been silent shortest first, while they are looked for; then longest first. */
    private final List<PriorityQueue<Silent>> found = new ArrayList<>();
    private final List<ArrayDeque<Relay>> idlest = new ArrayList<>();
    private final int[] astray;
    private final int[] idle;
    private final int[] leaving;
    private final Map<Endpoint, Integer> room = new HashMap<>();

    /**
     * What is looked for.
     *
     * @param from endpoints whose relays are looked at
     * @param idleNanos how long a relay must have been silent
     * @param most of each endpoint, how many are remembered
     * @param room where clients' homes are bounded: how many may be sent there by this loop
     */
    public record Wanted(List<Endpoint> from, long idleNanos, int most, Map<Endpoint, Integer> room) {
        /** Keeps its own copies. */
        public Wanted {
            from = List.copyOf(from);
            room = Map.copyOf(room);
        }
    }

    /** How many there are, in the order of {@link Wanted#from}. Immutable as long as nobody writes to its arrays.
     *
     * @param homing who has found them, and can close them; to be called on its loop
     * @param astray relays that are elsewhere than where they belong, busy ones included
     * @param idle those of them that could be closed, as far as can be told without asking the kernel
     * @param leaving relays that have been sent FIN and are not over
     */
    public record Found(RelayHoming homing, List<Integer> astray, List<Integer> idle, List<Integer> leaving) {}

    /** Since when a relay has been silent. */
    private record Silent(Relay relay, long since) {
        private static final Comparator<Silent> SHORTEST_FIRST = Comparator.comparingLong(Silent::since).reversed();
    }

    private RelayHoming(RelayLoop loop, Wanted wanted, RelayHomes homes) {
        this.loop = loop;
        this.wanted = wanted;
        this.homes = homes;
        int count = wanted.from().size();
        for (int i = 0; i < count; i++) {
            places.put(wanted.from().get(i), i);
            found.add(new PriorityQueue<>(Silent.SHORTEST_FIRST));
            idlest.add(new ArrayDeque<>());
        }
        astray = new int[count];
        idle = new int[count];
        leaving = new int[count];
        room.putAll(wanted.room());
    }

    /**
     * Begins to look for them; to be called on the loop.
     *
     * @param onFound called on the loop
     */
    public static void find(RelayLoop loop, Wanted wanted, RelayHomes homes, Consumer<Found> onFound) {
        RelayHoming homing = new RelayHoming(loop, wanted, homes);
        RelayScan.begin(loop, homing::look, () -> onFound.accept(homing.result()));
    }

    private boolean look(Relay relay) {
        Endpoint at = endpoint(relay);
        Integer place = at == null ? null : places.get(at);
        if (at == null || place == null) {
            return false;
        }
        if (relay.phase == RelayPhase.HOMING) {
            leaving[place]++;
        } else if (relay.phase == RelayPhase.OPEN && homes.homeOf(relay, at) != null) {
            astray[place]++;
            if (canGo(relay)) {
                idle[place]++;
                remember(found.get(place), new Silent(relay, relay.lastDelivered));
            }
        }
        return false;
    }

    private void remember(PriorityQueue<Silent> longest, Silent silent) {
        Silent shortest = longest.peek();
        if (longest.size() < wanted.most()) {
            longest.add(silent);
        } else if (shortest != null && silent.since() - shortest.since() < 0) {
            Silent _ = longest.remove();
            longest.add(silent);
        }
    }

    private static @Nullable Endpoint endpoint(Relay relay) {
        LoopEndpoint at = relay.endpoint();
        return at == null ? null : at.endpoint();
    }

    private boolean canGo(Relay relay) {
        Flow up = relay.clientToBackend;
        Flow down = relay.backendToClient;
        return up != null && down != null && !up.isFinished && !down.isFinished
                && RelayEndings.isSilent(relay, wanted.idleNanos());
    }

    private Found result() {
        for (int i = 0; i < found.size(); i++) {
            PriorityQueue<Silent> shortestFirst = found.get(i);
            while (!shortestFirst.isEmpty()) {
                idlest.get(i).addFirst(shortestFirst.remove().relay());
            }
        }
        return new Found(this, list(astray), list(idle), list(leaving));
    }

    private static List<Integer> list(int[] counts) {
        List<Integer> all = new ArrayList<>();
        for (int count : counts) {
            all.add(count);
        }
        return List.copyOf(all);
    }

    /**
     * Closes some of those that were found, some in each turn; to be called on the loop, and again when it has ended.
     *
     * @param counts how many, in the order of {@link Wanted#from}
     * @param onEnd called on the loop with how many were closed
     */
    public void close(List<Integer> counts, IntConsumer onEnd) {
        assert loop.eventLoop().inEventLoop();
        close(counts.stream().mapToInt(Integer::intValue).toArray(), 0, onEnd);
    }

    private void close(int[] left, int before, IntConsumer onEnd) {
        int closed = before;
        int turn = PER_TURN;
        boolean isOver = true;
        for (int i = 0; i < left.length; i++) {
            while (turn > 0 && left[i] > 0 && !idlest.get(i).isEmpty()) {
                turn--;
                if (close(idlest.get(i).removeFirst(), wanted.from().get(i))) {
                    closed++;
                    left[i]--;
                }
            }
            isOver &= left[i] == 0 || idlest.get(i).isEmpty();
        }
        int soFar = closed;
        if (isOver) {
            onEnd.accept(soFar);
        } else {
            loop.eventLoop().executeAfterNextBatch(() -> close(left, soFar, onEnd));
        }
    }

    private boolean close(Relay relay, Endpoint from) {
        if (!from.equals(endpoint(relay)) || !canGo(relay) || !RelayEndings.isIdle(relay, wanted.idleNanos())) {
            return false;
        }
        Endpoint home = homes.homeOf(relay, from);
        if (home == null || !hasRoom(home)) {
            return false;
        }
        homes.onLeaving(relay, from);
        return RelayEndings.drain(relay, wanted.idleNanos(), CloseReason.REBALANCED);
    }

    /** Whether a place can be expected there for the client; it is another's then. */
    private boolean hasRoom(Endpoint home) {
        Integer left = room.get(home);
        if (left == null || left <= 0) {
            return left == null;
        }
        room.put(home, left - 1);
        return true;
    }
}
