package io.vipgate.config;

import io.vipgate.access.Prefix;
import java.util.List;

/** What must hold of who may come in to one listener, and as whom. <b>Confined to one load.</b> */
final class ListenerRules {
    private static final Prefix ALL_IPV4 = new Prefix(0, 0xffff_0000_0000L, 96);
    private static final Prefix ALL_IPV6 = new Prefix(0, 0, 0);

    private final ListenerConfig listener;
    private final KeyPath path;
    private final Written written;
    private final Problems problems;
    private final AccessRules lists;

    ListenerRules(ListenerConfig listener, KeyPath path, Written written, Problems problems, AccessRules lists) {
        this.lists = lists;
        this.listener = listener;
        this.path = path;
        this.written = written;
        this.problems = problems;
    }

    void check() {
        listener.acceptProxy().ifPresent(this::acceptProxy);
        listener.access().ifPresent(access -> lists.check(access, path.child("access")));
        listener.perSource().ifPresent(this::perSource);
    }

    private void acceptProxy(AcceptProxyConfig accept) {
        KeyPath at = path.child("acceptProxy");
        KeyPath from = written.has(at.child("from")) ? at.child("from") : at;
        if (accept.from().isEmpty() && !problems.touches(at)) {
            error(from, "empty (expected: the networks that must send a PROXY header)");
        }
        if (accept.versions().isEmpty() && !problems.touches(at)) {
            error(at.child("versions"), "empty (expected: v1, v2, or both)");
        }
        if (!accept.tlvs().isEmpty() && !accept.versions().contains(AcceptProxyConfig.ProxyVersion.V2)
                && !problems.touches(at)) {
            error(at.child("tlvs"), "of version 2 only (expected: v2 among versions)");
        }
        accept.from().stream().filter(prefix -> prefix.equals(ALL_IPV4) || prefix.equals(ALL_IPV6))
                .forEach(prefix -> problems.warn(written.line(from), from,
                        prefix + ": whoever can reach this address can claim to be anybody"));
    }

    private void perSource(PerSourceConfig limits) {
        KeyPath at = path.child("perSource");
        if (limits.burst().isPresent() && limits.newPerSecond() == 0 && !problems.touches(at)) {
            error(at.child("burst"), limits.burst().get() + " (expected: only beside newPerSecond)");
        }
        if (limits.maxConnections() == 0 && limits.newPerSecond() == 0 && !problems.touches(at)) {
            problems.warn(written.line(at), at, "limits nothing without maxConnections or newPerSecond");
        }
        listener.maxConnections().filter(most -> limits.maxConnections() > most)
                .ifPresent(most -> problems.warn(written.line(at.child("maxConnections")), at.child("maxConnections"),
                        limits.maxConnections() + " is never reached: the listener's own is " + most));
        limits.around().filter(around -> around.factor() > 0).ifPresent(around -> {
            shorter(at, "ipv4Prefix", around.ipv4Prefix(), limits.ipv4Prefix());
            shorter(at, "ipv6Prefix", around.ipv6Prefix(), limits.ipv6Prefix());
        });
    }

    private void shorter(KeyPath perSource, String key, int around, int own) {
        KeyPath at = perSource.child("around").child(key);
        if (around >= own && !problems.touches(at) && !problems.touches(perSource.child(key))) {
            error(at, around + " (expected: shorter than perSource." + key + ", " + own + ")");
        }
    }

    /** What a pool must send for a listener's fields to be passed on. */
    void passesFieldsOn(PoolConfig pool) {
        KeyPath at = path.child("acceptProxy").child("tlvs");
        List<TlvType> tlvs = listener.acceptProxy().map(AcceptProxyConfig::tlvs).orElse(List.of());
        if (!tlvs.isEmpty() && pool.proxyProtocol().version() != ProxyProtocol.V2 && !problems.touches(at)) {
            error(at, "passed on by no one (expected: proxyProtocol: v2 in the pool " + listener.pool() + ")");
        }
    }

    private void error(KeyPath at, String message) {
        problems.error(written.line(at), at, message);
    }
}
