package io.vipgate.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One listener: {@code listeners.L}. <b>Immutable.</b>
 *
 * @param bind at least one
 * @param maxConnections 1 or more; empty for half the budget of file descriptors
 */
public record ListenerConfig(
        @Key(required = true, orScalar = true, doc = "where it listens: an address and a port, or a list of them; "
                + "`:80` is every address of both families; one address may stand beside a wildcard, "
                + "`[fe80::1%eth0]:80` is on an interface") List<BindAddress> bind,
        @Key(required = true, doc = "the name of the pool it serves") String pool,
        @Key(min = "1", shown = "half the fd budget", doc = "beyond it a new client is closed at once and counted; "
                + "exact over all event loops") Optional<Integer> maxConnections,
        @Key(byDefault = "4096", min = "1", max = "65535", doc = "accept queue; a warning is logged when the kernel's "
                + "`somaxconn` is lower") int backlog,
        @Key(byDefault = "false", doc = "bind an address this machine does not own "
                + "yet (standby of a pair)") boolean freebind,
        @Key(doc = "what the kernel may keep of a client's connection once 256 KiB went one way; the peer waits when it is "
                + "full") BuffersConfig buffers,
        @Key(shown = "the system's", doc = "the kernel's congestion control towards clients, such as `cubic` or `bbr`; a warning "
                + "tells when the kernel does not grant it") Optional<CongestionName> congestion,
        @Key(shown = "nobody sends a PROXY header", doc = "clients' addresses come in the PROXY protocol header of a balancer or "
                + "another gateway in front; a list is short for `from`") Optional<AcceptProxyConfig> acceptProxy,
        @Key(shown = "everybody may come in", doc = "who may come in; the client, where a PROXY header conveys it") Optional<AccessConfig> access,
        @Key(shown = "no ClientHello is looked at", doc = "the pool by the server name in the client's TLS ClientHello, which is looked "
                + "at and passed on") Optional<TlsConfig> tls,
        @Key(shown = "no limits", doc = "limits for each client, or network of clients") Optional<PerSourceConfig> perSource) {
    /** Keeps its own copies. */
    public ListenerConfig {
        bind = List.copyOf(bind);
    }

    /** The pools that its clients may get, its own first. */
    public Set<String> pools() {
        Set<String> pools = new LinkedHashSet<>(List.of(pool));
        tls.ifPresent(routing -> {
            pools.addAll(routing.alpn().values());
            pools.addAll(routing.names().values());
        });
        return pools;
    }
}
