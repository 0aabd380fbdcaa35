package io.vipgate.config;

import io.vipgate.text.Sanitizer;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The rules that concern more than one key. Each looks only at what was bound without an error of its own, so that
 * one mistake is told once.
 * <b>Confined to one load.</b>
 */
final class ConfigRules {
    static final KeyPath LISTENERS = KeyPath.of("listeners");
    static final KeyPath POOLS = KeyPath.of("pools");

    private final GatewayConfig config;
    private final Written written;
    private final Problems problems;
    private final Supplier<Set<InetAddress>> localAddresses;

    ConfigRules(GatewayConfig config, Written written, Problems problems, Supplier<Set<InetAddress>> localAddresses) {
        this.config = config;
        this.written = written;
        this.problems = problems;
        this.localAddresses = localAddresses;
    }

    void check() {
        notEmpty(config.listeners(), LISTENERS, "at least one listener");
        notEmpty(config.pools(), POOLS, "at least one pool");
        AccessRules lists = new AccessRules(written, problems);
        config.listeners().forEach((name, listener) -> {
            KeyPath path = LISTENERS.child(name);
            notEmpty(listener.bind(), path.child("bind"), "at least one address and port");
            namesPool(listener.pool(), path.child("pool"));
            buffers(listener.buffers(), path.child("buffers"));
            ListenerRules rules = new ListenerRules(listener, path, written, problems, lists);
            rules.check();
            listener.tls().ifPresent(
                    tls -> new TlsRules(tls, path.child("tls"), written, problems).check(this::namesPool));
            rules.passesFieldsOn(listener.pools().stream().map(config.pools()::get).filter(Objects::nonNull).toList());
        });
        for (int i = 0; i < config.readiness().pools().size(); i++) {
            namesPool(config.readiness().pools().get(i), KeyPath.of("readiness", "pools").item(i));
            canBeUnready(config.readiness().pools().get(i), KeyPath.of("readiness", "pools").item(i));
        }
        config.pools().forEach((name, pool) -> {
            KeyPath path = POOLS.child(name);
            notEmpty(pool.endpoints(), path.child("endpoints"), "at least one endpoint");
            buffers(pool.buffers(), path.child("buffers"));
            new PoolRules(pool, path, written, problems).check();
            new ProbeRules(pool.probe(), path.child("probe"), written, problems).check();
        });
        new ClientAddressRules(config, written, problems).check();
        if (config.accessLog().file().isBlank()) {
            KeyPath path = KeyPath.of("accessLog", "file");
            problems.error(written.line(path), path,
                    Sanitizer.value(config.accessLog().file()) + " (expected: stdout or a file's path)");
        }
        new AddressRules(config, written, problems, localAddresses).check();
    }

    private void buffers(BuffersConfig buffers, KeyPath path) {
        atLeast(buffers.receive(), path.child("receive"));
        atLeast(buffers.send(), path.child("send"));
    }

    private void atLeast(ByteSize size, KeyPath path) {
        if (size.bytes() > 0 && size.compareTo(BuffersConfig.LEAST) < 0) {
            problems.error(written.line(path), path, size + " (expected: 0 or at least " + BuffersConfig.LEAST + ")");
        }
    }

    private void notEmpty(Map<?, ?> map, KeyPath path, String expected) {
        notEmpty(map.keySet(), path, expected);
    }

    private void notEmpty(Collection<?> values, KeyPath path, String expected) {
        if (values.isEmpty() && !problems.touches(path)) {
            problems.error(written.line(path), path, "empty (expected: " + expected + ")");
        }
    }

    private void namesPool(String name, KeyPath path) {
        Set<String> pools = config.pools().keySet();
        if (!pools.contains(name) && !pools.isEmpty() && !problems.touches(path)) {
            problems.error(valueLine(path), path, Sanitizer.value(name) + " (expected: the name of a pool; "
                    + Suggestion.orElse(name, pools, "there is " + someOf(pools)) + ")");
        }
    }

    /** An endpoint that nobody probes counts as up, come what may. */
    private void canBeUnready(String name, KeyPath path) {
        PoolConfig pool = config.pools().get(name);
        if (pool != null && pool.probe().type() != ProbeType.NONE) {
            pool.endpoints().entrySet().stream().filter(entry -> !entry.getValue().probe()).findFirst()
                    .ifPresent(entry -> problems.warn(valueLine(path), path,
                            name + " never counts as down: its endpoint " + entry.getKey() + " is not probed"));
        }
    }

    private static String someOf(Set<String> names) {
        return String.join(", ", names.stream().limit(10).toList()) + (names.size() > 10 ? ", ..." : "");
    }

    private int valueLine(KeyPath path) {
        return written.at(path).map(place -> place.node().line()).orElseGet(() -> written.line(path));
    }
}
