package io.vipgate.linux;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of this machine, as they were when somebody last looked: asking costs no system call.
 *
 * <p>Thread-safe.
 */
public final class OwnAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);

    private volatile Set<InetAddress> present = Set.of();

    /** Knows none yet, but that loopback addresses are this machine's. */
    public OwnAddresses() {}

    /** Looks. When the machine does not tell, what was known stays. */
    public void look() {
        try {
            present = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            LOG.debug("the addresses of this machine can't be listed: {}", e.getMessage());
        }
    }

    /** Whether it is one of this machine's. */
    public boolean contains(InetAddress address) {
        return address.isLoopbackAddress() || present.contains(address);
    }
}
