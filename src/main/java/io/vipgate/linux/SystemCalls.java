package io.vipgate.linux;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of the data path. Every method returns what the kernel returned, or the negated error number
 * ({@link Errno}); none throws for an error of the kernel. Interrupted calls are not restarted here: the sockets do not
 * block, and Linux interrupts none of these calls on such sockets.
 *
 * <p>Memory is passed by address and length in bytes; the caller owns it and keeps it alive during the call.
 *
 * <p>Confined to the thread of its event loop: an instance holds the buffers that its calls answer through.
 */
public interface SystemCalls {

    /** Address family of IPv4 sockets. */
    int AF_INET = 2;
    /** Address family of IPv6 sockets. */
    int AF_INET6 = 10;

    /**
     * accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC.
     *
     * @param fd a listening socket
     * @param client filled with the address of the client, IPv4-mapped IPv6 form for IPv4
     * @return the new descriptor, or a negated error number
     */
    int accept(int fd, ClientAddress client);

    /**
     * socket(2): a TCP socket with SOCK_NONBLOCK and SOCK_CLOEXEC.
     *
     * @param family {@link #AF_INET} or {@link #AF_INET6}
     * @return the new descriptor, or a negated error number
     */
    int socket(int family);

    /**
     * connect(2).
     *
     * @return 0 when connected at once, {@code -EINPROGRESS} when begun, another negated error number when it failed
     */
    int connect(int fd, NativeSocketAddress remote);

    /** bind(2). */
    int bind(int fd, NativeSocketAddress local);

    /**
     * bind(2).
     *
     * @param family of the socket; {@link #AF_INET} for an address in IPv4-mapped form only
     */
    int bind(int fd, int family, ClientAddress local);

    /** listen(2). */
    int listen(int fd, int backlog);

    /**
     * recv(2).
     *
     * @return bytes read, 0 at the end of the stream, or a negated error number
     */
    int receive(int fd, long address, int length);

    /**
     * recv(2) with MSG_PEEK: what it gives stays in the receive queue.
     *
     * @return bytes seen, 0 at the end of the stream, or a negated error number
     */
    int peek(int fd, long address, int length);

    /**
     * send(2) with MSG_NOSIGNAL.
     *
     * @param more MSG_MORE: hold back a last partial segment. Only allowed when shutdown or close follows at once, which
     *     then joins the FIN to it; otherwise the segment waits up to 200 ms
     * @return bytes taken, fewer than asked when the send queue is full, or a negated error number
     */
    int send(int fd, long address, int length, boolean more);

    /** shutdown(2) with SHUT_WR: sends FIN behind what is queued. */
    int shutdownWrite(int fd);

    /** close(2). */
    int close(int fd);

    /** setsockopt(2) with an int value. */
    int setOption(int fd, int level, int option, int value);

    /** setsockopt(2) with TCP_CONGESTION: 0, or a negated error number if this process may not have the algorithm. */
    int setCongestion(int fd, CongestionControl algorithm);

    /** getsockopt(2) with TCP_CONGESTION; empty if that fails. */
    Optional<CongestionControl> congestion(int fd);

    /** setsockopt(2): SO_LINGER on with 0 seconds, so that close(2) sends RST and drops the queue. */
    int setResetOnClose(int fd);

    /**
     * setsockopt(2) SO_ATTACH_FILTER: the listening socket answers no further SYN, so that its queue can be emptied. Their
     * senders repeat them, a second later at the earliest; handshakes that have begun end as they would.
     */
    int ignoreNewClients(int fd);

    /**
     * getsockopt(2) SO_ERROR, which also clears it.
     *
     * @return the pending error, positive; 0 for none; or a negated error number when the call itself failed
     */
    int socketError(int fd);

    /**
     * getsockname(2).
     *
     * @param local filled with the local address and port
     */
    int localAddress(int fd, ClientAddress local);

    /**
     * ioctl(2) SIOCOUTQ.
     *
     * @return bytes in the send queue that the peer has not acknowledged, or a negated error number
     */
    int unacknowledged(int fd);

    /**
     * ioctl(2) SIOCINQ.
     *
     * @return bytes in the receive queue, or a negated error number
     */
    int unread(int fd);

    /**
     * getsockopt(2) TCP_INFO.
     *
     * @param info filled with the fields vipgate looks at
     */
    int tcpInfo(int fd, TcpInfo info);

    /**
     * splice(2) with SPLICE_F_MOVE and SPLICE_F_NONBLOCK.
     *
     * @return bytes moved; 0 at the end of the stream; {@code -EAGAIN} when the source is empty or the target full
     */
    int splice(int from, int to, int length);

    /**
     * pipe2(2) with O_NONBLOCK and O_CLOEXEC, then F_SETPIPE_SZ.
     *
     * @param size wanted capacity in bytes; the kernel may grant less to an unprivileged user
     * @return the pipe, or null when the process has no descriptor left
     */
    @Nullable
    Pipe openPipe(int size);
}
