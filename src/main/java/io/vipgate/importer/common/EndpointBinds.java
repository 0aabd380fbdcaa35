package io.vipgate.importer.common;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Listeners on the address of an endpoint, as where a server passed some of its clients on to others. The gateway needs an address
 * of its own there: a loopback address stands for it until the operator writes it.
 *
 * <p>Confined to one import.
 */
final class EndpointBinds {
    private static final int LOOPBACKS = 254;

    private final Notes notes;
    private final Set<HostPort> endpoints;
    private final Set<HostPort> taken = new HashSet<>();

    EndpointBinds(Notes notes, List<DraftPool> pools) {
        this.notes = notes;
        endpoints = pools.stream().flatMap(pool -> pool.endpoints().stream()).map(DraftEndpoint::address)
                .map(EndpointBinds::withoutSpelling).collect(Collectors.toSet());
    }

    /** Two spellings of an address are one. */
    private static HostPort withoutSpelling(HostPort address) {
        return address.literal().isPresent() ? new HostPort("", address.literal(), address.port()) : address;
    }

    private static boolean isLoopback(HostPort bind) {
        return bind.literal().filter(InetAddress::isLoopbackAddress).isPresent();
    }

    /** Puts a loopback address in place of each address that is an endpoint's. */
    void replaceIn(DraftListener listener) {
        List<HostPort> binds = new ArrayList<>();
        for (HostPort bind : listener.binds()) {
            boolean isEndpoint = !isLoopback(bind) && endpoints.contains(withoutSpelling(bind));
            Optional<HostPort> instead = isEndpoint ? loopback(bind) : Optional.empty();
            if (instead.isPresent()) {
                notes.addLoss(listener.line(), bind + " is a server's own address; the listener needs another one, and "
                        + "clients must use it. " + listener.name() + " has " + instead.get()
                        + " until you write that address");
            }
            binds.add(instead.orElse(bind));
        }
        listener.replaceBinds(binds);
    }

    private Optional<HostPort> loopback(HostPort bind) {
        Stream<String> hosts = bind.isIpv6()
                ? Stream.of("::1")
                : Stream.iterate(1, last -> last + 1).limit(LOOPBACKS).map(last -> "127.0.0." + last);
        return hosts.flatMap(host -> HostPort.address(host, bind.port()).stream())
                .filter(each -> !endpoints.contains(withoutSpelling(each))).filter(taken::add).findFirst();
    }
}
