package io.vipgate.pool;

import java.util.Collection;
import java.util.Map;

/**
 * The places that a process has for relays, shared out among its listeners: each keeps a part that no other can take, half
 * of an equal share, and what nobody keeps goes to whoever comes first. One listener's flood leaves the others their part.
 *
 * <p>Confined to the control thread, but for the rooms.
 */
public final class RelayRoom {
    private final ConnectionLimit common = new ConnectionLimit(1);

    /** Makes a room that nobody has a part of. */
    public RelayRoom() {}

    /** The room of a listener that has it to itself. */
    public static ListenerRoom of(int places) {
        RelayRoom whole = new RelayRoom();
        ListenerRoom room = whole.add();
        whole.share(places, Map.of(room, places));
        return room;
    }

    /** What one listener has of it; it keeps nothing before {@link #share}. */
    public ListenerRoom add() {
        return new ListenerRoom(common);
    }

    /** A listener is gone: its connections count as those of all until they end. */
    public void remove(ListenerRoom gone) {
        gone.keep(0);
    }

    /**
     * Shares the places out anew. A part that is larger than before may be in use by others still, who then get nothing more
     * until they are within theirs.
     *
     * @param places for relays of all listeners together
     * @param listeners every listener's room, and the most connections it may have
     */
    public void share(int places, Map<ListenerRoom, Integer> listeners) {
        Collection<Integer> bounds = listeners.values();
        int equal = bounds.isEmpty() ? 0 : places / (2 * bounds.size());
        int kept = bounds.stream().mapToInt(most -> Math.min(most, equal)).sum();
        common.most(Math.max(1, places - kept));
        listeners.forEach((room, most) -> room.keep(Math.min(most, equal)));
    }
}
