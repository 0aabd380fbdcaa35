package io.vipgate.linux;

/** Levels and options of setsockopt(2) on Linux. Immutable. */
public final class SocketOptions {
    /** Level of socket(7) options. */
    public static final int SOL_SOCKET = 1;
    /** Level of ip(7) options. */
    public static final int SOL_IP = 0;
    /** Level of ipv6(7) options. */
    public static final int SOL_IPV6 = 41;
    /** Level of tcp(7) options. */
    public static final int SOL_TCP = 6;

    /** Reuse of a local address in TIME_WAIT. */
    public static final int SO_REUSEADDR = 2;
    /** Pending error. */
    public static final int SO_ERROR = 4;
    /** Bound of the receive buffer; the kernel doubles it for its overhead, and no longer adapts it. */
    public static final int SO_RCVBUF = 8;
    /** Keepalive probes on or off. */
    public static final int SO_KEEPALIVE = 9;
    /** Urgent data stays in the stream. */
    public static final int SO_OOBINLINE = 10;
    /** What close does with unsent data. */
    public static final int SO_LINGER = 13;
    /** Whether it listens; can only be asked. */
    public static final int SO_ACCEPTCONN = 30;
    /** The protocol of its family; can only be asked. */
    public static final int SO_PROTOCOL = 38;
    /** Its address family; can only be asked. */
    public static final int SO_DOMAIN = 39;
    /** The same beyond net.core.rmem_max; needs CAP_NET_ADMIN. */
    public static final int SO_RCVBUFFORCE = 33;
    /** Bytes that must have come before a socket counts as readable. */
    public static final int SO_RCVLOWAT = 18;
    /** A classic BPF program that packets must pass. */
    public static final int SO_ATTACH_FILTER = 26;
    /** Takes the program away. */
    public static final int SO_DETACH_FILTER = 27;
    /** Several sockets share one local address. */
    public static final int SO_REUSEPORT = 15;
    /** A socket for one interface only, by its number. */
    public static final int SO_BINDTOIFINDEX = 62;
    /** Bind to an address this machine does not own. */
    public static final int IP_FREEBIND = 15;
    /** Choose the local port at connect, when the whole four-tuple is known. */
    public static final int IP_BIND_ADDRESS_NO_PORT = 24;
    /** Connect from an address that is another machine's; needs CAP_NET_RAW or CAP_NET_ADMIN. */
    public static final int IP_TRANSPARENT = 19;
    /** The same of an IPv6 socket. */
    public static final int IPV6_TRANSPARENT = 75;
    /** An IPv6 socket takes IPv6 only. */
    public static final int IPV6_V6ONLY = 26;
    /** No waiting for full segments (Nagle's algorithm off). */
    public static final int TCP_NODELAY = 1;
    /** Seconds of silence before the first keepalive probe. */
    public static final int TCP_KEEPIDLE = 4;
    /** Seconds between keepalive probes. */
    public static final int TCP_KEEPINTVL = 5;
    /** Unanswered keepalive probes that end a connection. */
    public static final int TCP_KEEPCNT = 6;
    /** State of a connection. */
    public static final int TCP_INFO = 11;
    /** Congestion-control algorithm, by name. */
    public static final int TCP_CONGESTION = 13;
    /** 0: delay acknowledgements; 1: send them at once; 2: send a pending one now and go on delaying. */
    public static final int TCP_QUICKACK = 12;

    /** Bound on bytes that wait in the send queue for the peer's window or the network. */
    public static final int TCP_NOTSENT_LOWAT = 25;

    private SocketOptions() {}
}
