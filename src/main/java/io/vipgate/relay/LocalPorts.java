package io.vipgate.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The ports the kernel hands out to connecting sockets.
 *
 * <p>Immutable.
 *
 * @param first lowest
 * @param last highest
 */
public record LocalPorts(int first, int last) {
    private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /** Reads the setting; when it can't be read, every port counts as handed out. */
    public static LocalPorts ofThisMachine() {
        try {
            String[] bounds = Files.readString(SETTING).trim().split("\\s+");
            return new LocalPorts(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]));
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return new LocalPorts(1, 65_535);
        }
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
