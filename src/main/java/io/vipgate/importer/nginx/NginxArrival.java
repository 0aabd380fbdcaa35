package io.vipgate.importer.nginx;

import io.vipgate.importer.common.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How clients come to an address, and so which variables have their addresses, and which those of balancers. */
enum NginxArrival {
    /** By connections of their own. */
    DIRECT(Set.of("remote_addr", "realip_remote_addr"), Set.of()),
    /** By balancers whose headers are believed; ngx_stream_realip_module. */
    BELIEVED(Set.of("remote_addr", NginxArrival.IN_HEADER), Set.of("realip_remote_addr")),
    /** By balancers whose headers are read, and not used. */
    READ(Set.of(NginxArrival.IN_HEADER), Set.of("remote_addr", "realip_remote_addr"));

    /** Empty where no header comes. */
    static final String IN_HEADER = "proxy_protocol_addr";

    private final Set<String> clients;
    private final Set<String> peers;

    NginxArrival(Set<String> clients, Set<String> peers) {
        this.clients = clients;
        this.peers = peers;
    }

    static NginxArrival of(Optional<Statement> expectingProxy, List<Statement> realIpFrom) {
        return expectingProxy.isEmpty() ? DIRECT : realIpFrom.isEmpty() ? READ : BELIEVED;
    }

    /** The variables, without a dollar sign, that have the client's address. */
    Set<String> clients() {
        return clients;
    }

    /** Those that have the address of the balancer it comes by. */
    Set<String> peers() {
        return peers;
    }

    static boolean isAddress(String variable) {
        return BELIEVED.clients.contains(variable) || BELIEVED.peers.contains(variable);
    }
}
