package io.vipgate.eventloop;

/** The event flags of epoll_ctl(2). Immutable. */
public final class Ready {
    /** EPOLLIN: something to read, or the end of the stream. */
    public static final int IN = 0x1;
    /** EPOLLPRI: urgent data. */
    public static final int PRI = 0x2;
    /** EPOLLOUT: room to write, or connected. */
    public static final int OUT = 0x4;
    /** EPOLLERR: a pending error; always reported. */
    public static final int ERR = 0x8;
    /** EPOLLHUP: both directions are over; always reported. */
    public static final int HUP = 0x10;
    /** EPOLLRDHUP: the peer's FIN is in the receive queue, perhaps behind unread bytes. */
    public static final int RDHUP = 0x2000;
    /** EPOLLET: report changes rather than states. */
    public static final int EDGE = 1 << 31;

    private Ready() {}
}
