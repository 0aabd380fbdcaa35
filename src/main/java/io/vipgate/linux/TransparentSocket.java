package io.vipgate.linux;

/**
 * What a socket needs to connect from an address that is another machine's: IP_TRANSPARENT or IPV6_TRANSPARENT, ip(7).
 *
 * <p>Stateless.
 */
public final class TransparentSocket {
    private TransparentSocket() {}

    /**
     * Makes a socket one that may be bound to any address, whose port is chosen when it connects.
     *
     * @param family of the socket, {@link SystemCalls#AF_INET} or {@link SystemCalls#AF_INET6}
     * @return 0, or a negated error number: EPERM without CAP_NET_RAW and CAP_NET_ADMIN
     */
    public static int allow(SystemCalls systemCalls, int fd, int family) {
        int result = family == SystemCalls.AF_INET
                ? systemCalls.setOption(fd, SocketOptions.SOL_IP, SocketOptions.IP_TRANSPARENT, 1)
                : systemCalls.setOption(fd, SocketOptions.SOL_IPV6, SocketOptions.IPV6_TRANSPARENT, 1);
        return result < 0
                ? result
                : systemCalls.setOption(fd, SocketOptions.SOL_IP, SocketOptions.IP_BIND_ADDRESS_NO_PORT, 1);
    }

    /** Tries it on a socket that is closed again: whether this process lacks the capability. */
    public static boolean isForbidden() {
        SystemCalls systemCalls = new LinuxSystemCalls();
        return isForbidden(systemCalls, SystemCalls.AF_INET) || isForbidden(systemCalls, SystemCalls.AF_INET6);
    }

    private static boolean isForbidden(SystemCalls systemCalls, int family) {
        int fd = systemCalls.socket(family);
        if (fd < 0) {
            // No such family, or no descriptor: that tells nothing of the capability.
            return false;
        }
        int result = allow(systemCalls, fd, family);
        systemCalls.close(fd);
        return isRefusal(result);
    }

    /** Whether a result of {@link #allow} says that the process may not. */
    public static boolean isRefusal(int result) {
        return result == -Errno.EPERM || result == -Errno.EACCES;
    }
}
