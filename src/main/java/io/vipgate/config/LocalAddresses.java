package io.vipgate.config;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;

/** The addresses of this machine. <b>Stateless.</b> */
final class LocalAddresses {
    private LocalAddresses() {}

    /** None when the machine does not tell: the check they serve is a courtesy. */
    static Set<InetAddress> read() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            return Set.of();
        }
    }
}
