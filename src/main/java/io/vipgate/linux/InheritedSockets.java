package io.vipgate.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors that the service manager hands a process when it starts, sd_listen_fds(3): by the environment's LISTEN_PID,
 * LISTEN_FDS and LISTEN_FDNAMES they begin at 3. What the environment says is not believed: only what is open counts, and
 * {@link #isListening} looks at the socket itself.
 *
 * <p>Confined to one thread.
 */
public final class InheritedSockets {
    private static final int FIRST = 3;
    private static final int IPPROTO_TCP = 6;
    private static final String UNNAMED = "unknown";

    private final LinuxSystemCalls systemCalls = new LinuxSystemCalls();
    private final Map<String, List<Integer>> byName = new HashMap<>();

    /**
     * Takes what is there; nothing of it is passed on to programs that this process starts.
     *
     * @param environment LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES
     * @param pid this process; what is meant for another one stays as it is
     */
    public InheritedSockets(Map<String, String> environment, long pid) {
        if (environment.getOrDefault("LISTEN_PID", "").equals(String.valueOf(pid))) {
            int count = number(environment.getOrDefault("LISTEN_FDS", ""));
            String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
            // A number that is too large ends at the first descriptor that is not open.
            for (int i = 0; i < count && systemCalls.setCloseOnExec(FIRST + i) == 0; i++) {
                byName.computeIfAbsent(i < names.length && !names[i].isEmpty() ? names[i] : UNNAMED,
                        _ -> new ArrayList<>()).add(FIRST + i);
            }
        }
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The names of what was not taken yet. */
    public List<String> names() {
        return List.copyOf(byName.keySet());
    }

    /** Takes what has a name; the taker owns it. Empty when there is nothing. */
    public List<Integer> take(String name) {
        List<Integer> found = byName.remove(name);
        return found == null ? List.of() : found;
    }

    /**
     * Whether a descriptor is a TCP socket that listens at just this address, and not for one interface alone: such a one was
     * about to be closed, see {@code Acceptor.retire}.
     *
     * @param address null for every address of both families
     */
    public boolean isListening(int fd, @Nullable InetAddress address, int port) {
        ClientAddress local = new ClientAddress();
        if (systemCalls.intOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_ACCEPTCONN) != 1
                || systemCalls.intOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_PROTOCOL) != IPPROTO_TCP
                || systemCalls.intOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_BINDTOIFINDEX) > 0
                || systemCalls.localAddress(fd, local) < 0 || local.port() != port) {
            return false;
        }
        boolean isIpv4 = systemCalls.intOption(fd, SocketOptions.SOL_SOCKET,
                SocketOptions.SO_DOMAIN) == SystemCalls.AF_INET;
        if (address == null) {
            // Where IPv6 is switched off, every address means every IPv4 address.
            return local.isUnspecified() && (isIpv4 || !isOfIpv6Only(fd));
        }
        return isIpv4 == address instanceof Inet4Address && (isIpv4 || isOfIpv6Only(fd))
                && ClientAddress.toInetAddress(local.high(), local.low()).equals(address);
    }

    private boolean isOfIpv6Only(int fd) {
        return systemCalls.intOption(fd, SocketOptions.SOL_IPV6, SocketOptions.IPV6_V6ONLY) == 1;
    }

    /** Closes what nobody needs. What is no socket stays: where the environment lies, it is the JVM's own. */
    public void close(List<Integer> descriptors) {
        descriptors.stream()
                .filter(fd -> systemCalls.intOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_DOMAIN) >= 0)
                .forEach(systemCalls::close);
    }
}
