package io.vipgate.admin.http;

/** Answers that wait for slow readers hold all of the heap that they may. */
public final class NoRoomException extends Exception {
    private static final long serialVersionUID = 1;

    NoRoomException() {
        super("slow readers hold what answers may take of the heap");
    }
}
