package io.vipgate.importer.nginx;

import io.vipgate.importer.common.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How clients come to an address, and so which variables have their addresses, and which those of balancers. */
enum NginxArrival {
    /** By connections of their own. */
    DIRECT,
    /** By balancers whose headers are believed; ngx_stream_realip_module. */
    BELIEVED,
    /** By balancers whose headers are read, and not used. */
    READ;

    /** Empty where no header comes. */
    static final String IN_HEADER = "proxy_protocol_addr";

    private static final String REMOTE = "remote_addr";
    private static final String PEER = "realip_remote_addr";

    static NginxArrival of(Optional<Statement> expectingProxy, List<Statement> realIpFrom) {
        return expectingProxy.isEmpty() ? DIRECT : realIpFrom.isEmpty() ? READ : BELIEVED;
    }

    /** The variables, without a dollar sign, that have the client's address. */
    Set<String> clients() {
        return switch (this) {
            case DIRECT -> Set.of(REMOTE, PEER);
            case BELIEVED -> Set.of(REMOTE, IN_HEADER);
            case READ -> Set.of(IN_HEADER);
        };
    }

    /** Those that have the address of the balancer it comes by. */
    Set<String> peers() {
        return switch (this) {
            case DIRECT -> Set.of();
            case BELIEVED -> Set.of(PEER);
            case READ -> Set.of(REMOTE, PEER);
        };
    }

    static boolean isAddress(String variable) {
        return Set.of(REMOTE, PEER, IN_HEADER).contains(variable);
    }
}
