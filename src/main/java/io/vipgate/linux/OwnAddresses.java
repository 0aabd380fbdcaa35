package io.vipgate.linux;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of this machine, and those of broadcasts in its networks, as they were when somebody last looked: asking costs no system call.
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
            present = NetworkInterface.networkInterfaces().flatMap(each -> each.getInterfaceAddresses().stream())
                    .flatMap(each -> Stream.of(each.getAddress(), each.getBroadcast())).filter(Objects::nonNull)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            LOG.debug("the addresses of this machine can't be listed: {}", e.getMessage());
        }
    }

    /** Whether it is one of this machine's, or none that a client can have here: bind(2) takes a broadcast address for any. */
    public boolean contains(InetAddress address) {
        return address.isLoopbackAddress() || present.contains(address);
    }
}
