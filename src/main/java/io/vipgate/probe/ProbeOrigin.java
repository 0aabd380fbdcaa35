package io.vipgate.probe;

import io.vipgate.config.ProbeSource;
import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.SystemCalls;
import io.vipgate.text.IpText;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;

/**
 * Which of this machine's addresses probes come from: where relays have a source of their own, what comes from another one
 * may meet another firewall and another route, and says nothing about what clients meet.
 *
 * <p>Immutable.
 */
final class ProbeOrigin {
    /** Wherever the kernel has a probe come from. */
    static final ProbeOrigin KERNELS = of(ProbeSource.NONE, List.of());

    private interface Binding {
        void to(InetAddress address) throws IOException;
    }

    private final List<InetAddress> addresses;
    private final boolean isPools;

    private ProbeOrigin(List<InetAddress> addresses, boolean isPools) {
        this.addresses = List.copyOf(addresses);
        this.isPools = isPools;
    }

    /**
     * As configured.
     *
     * @param pools where the pool's relays come from, best first; empty for the kernel's choice
     */
    static ProbeOrigin of(ProbeSource configured, List<InetAddress> pools) {
        return new ProbeOrigin(configured.orPools(pools), configured.isPools());
    }

    /**
     * Binds a socket to the first address of the endpoint's family that can be had now. Where there is none of that family,
     * relays fail if that is the pool's source, and the kernel chooses if it is the probe's own.
     *
     * @throws BindException if there is none: this machine's own fault
     */
    void bind(Socket socket, InetAddress endpoint) throws IOException {
        bind(endpoint, address -> socket.bind(new InetSocketAddress(address, 0)));
    }

    /** The same with a descriptor. */
    void bind(SystemCalls calls, int fd, InetAddress endpoint) throws IOException {
        bind(endpoint, address -> {
            try (Arena arena = Arena.ofConfined()) {
                int bound = calls.bind(fd, NativeSocketAddress.of(new InetSocketAddress(address, 0), arena));
                switch (-bound) {
                    case 0 -> {
                    }
                    case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EACCES ->
                        throw new BindException(Errno.text(-bound));
                    default -> throw new ConnectionFault(-bound);
                }
            }
        });
    }

    private void bind(InetAddress endpoint, Binding binding) throws IOException {
        List<InetAddress> fitting = addresses.stream().filter(each -> each.getClass() == endpoint.getClass()).toList();
        if (fitting.isEmpty() && (addresses.isEmpty() || !isPools)) {
            return;
        }
        String fault = "source has no address of the family of " + IpText.of(endpoint);
        for (InetAddress address : fitting) {
            try {
                binding.to(address);
                return;
            } catch (BindException e) {
                fault = "source " + IpText.of(address) + ": " + e.getMessage();
            }
        }
        throw new BindException(fault);
    }
}
