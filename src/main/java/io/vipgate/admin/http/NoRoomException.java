package io.vipgate.admin.http;

import java.io.IOException;

/** Answers hold all of the heap that they may: those that wait for slow readers, or one that is as long as that. */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    NoRoomException() {
        super("no room for the answer in the share of the heap that answers may take");
    }
}
