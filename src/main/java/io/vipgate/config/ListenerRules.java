package io.vipgate.config;

import io.vipgate.access.Prefix;
import java.util.List;

/** What must hold of who may come in to one listener, and as whom. <b>Confined to one load.</b> */
final class ListenerRules {
    private static final Prefix ALL_IPV4 = new Prefix(0, 0xffff_0000_0000L, 96);
    private static final Prefix ALL_IPV6 = new Prefix(0, 0, 0);
    private static final double WIDE_IPV4 = 0.25;
    /** A quarter of what is routed, 2000::/3. */
    private static final double WIDE_IPV6 = WIDE_IPV4 / 8;

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
        warnOfTrust(accept.from(), true, ALL_IPV4, from);
        warnOfTrust(accept.from(), false, ALL_IPV6, from);
    }

    /** Balancers are few: whoever names a quarter of a family, as the complement of some networks does, has meant something else. */
    private void warnOfTrust(List<Prefix> networks, boolean isIpv4, Prefix all, KeyPath from) {
        String trusted = networks.contains(all)
                ? all.toString()
                : isWide(networks, isIpv4)
                        ? "a quarter of the " + (isIpv4 ? "IPv4" : "IPv6") + " addresses or more"
                        : "";
        if (!trusted.isEmpty()) {
            problems.warn(written.line(from), from,
                    trusted + ": whoever can reach this address can claim to be anybody");
        }
    }

    private static boolean isWide(List<Prefix> networks, boolean isIpv4) {
        double share = 0;
        Prefix last = null;
        for (Prefix each : networks.stream().filter(prefix -> prefix.isIpv4() == isIpv4).sorted().toList()) {
            if (last == null || !last.contains(each.high(), each.low())) {
                last = each;
                share += Math.scalb(1.0, (isIpv4 ? ALL_IPV4.length() : 0) - each.length());
            }
        }
        return share >= (isIpv4 ? WIDE_IPV4 : WIDE_IPV6);
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

    /**
     * What one pool at least must send for a listener's fields to be passed on.
     *
     * @param pools those of the listener's that there are
     */
    void passesFieldsOn(List<PoolConfig> pools) {
        KeyPath at = path.child("acceptProxy").child("tlvs");
        List<TlvType> tlvs = listener.acceptProxy().map(AcceptProxyConfig::tlvs).orElse(List.of());
        boolean isSent = pools.isEmpty()
                || pools.stream().anyMatch(pool -> pool.proxyProtocol().version() == ProxyProtocol.V2);
        if (!tlvs.isEmpty() && !isSent && !problems.touches(at)) {
            error(at, "passed on by no one (expected: proxyProtocol: v2 in the pool " + listener.pool() + ")");
        }
    }

    private void error(KeyPath at, String message) {
        problems.error(written.line(at), at, message);
    }
}
