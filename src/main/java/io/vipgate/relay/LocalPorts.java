package io.vipgate.relay;

import io.vipgate.linux.Sysctl;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/**
 * The ports the kernel hands out to connecting sockets.
 *
 * <p>Immutable.
 *
 * @param first lowest
 * @param last highest
 */
public record LocalPorts(int first, int last) {
    /** Reads the setting; when it can't be read, every port counts as handed out. */
    public static LocalPorts ofThisMachine() {
        String[] bounds = Sysctl.read("net.ipv4.ip_local_port_range").orElse("1 65535").split("\\s+", -1);
        return new LocalPorts(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]));
    }

    boolean canReachItself(InetSocketAddress endpoint) {
        if (endpoint.getPort() < first || endpoint.getPort() > last) {
            return false;
        }
        try {
            return endpoint.getAddress().isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(endpoint.getAddress()) != null;
        } catch (SocketException e) {
            return true;
        }
    }
}
