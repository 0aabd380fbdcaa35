package io.vipgate.admin.http;

import org.jspecify.annotations.Nullable;

/**
 * In which room a connection is: in one at a time, or in none.
 *
 * <p>Confined to the loop.
 */
final class RoomPlace {
    private final HttpConnection owner;
    private @Nullable Room present;

    RoomPlace(HttpConnection owner) {
        this.owner = owner;
    }

    boolean isIn(Room room) {
        return present == room;
    }

    /** Goes to a room, or is the last that did something in it. Returns false, and stays, where there is no place. */
    boolean moveTo(Room next) {
        if (present == next) {
            next.touch(owner);
            return true;
        }
        if (!next.enter(owner)) {
            return false;
        }
        leave();
        present = next;
        return true;
    }

    /** The connection did something. */
    void touch() {
        if (present != null) {
            present.touch(owner);
        }
    }

    void leave() {
        if (present != null) {
            present.leave(owner);
            present = null;
        }
    }
}
