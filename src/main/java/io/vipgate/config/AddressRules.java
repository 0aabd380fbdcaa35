package io.vipgate.config;

import io.vipgate.text.IpText;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.HashSet;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What must hold between addresses: of listeners, of the gateway's own servers, of endpoints. <b>Confined to one
 * load.</b>
 */
final class AddressRules {
    private static final Place ANY = new Place(Optional.empty(), "");
    private static final Place ANY_IPV4 = new Place(Optional.of(InetAddress.ofLiteral("0.0.0.0")), "");
    private static final Place ANY_IPV6 = new Place(Optional.of(InetAddress.ofLiteral("::")), "");

    private final GatewayConfig config;
    private final Written written;
    private final Problems problems;
    private final Supplier<Set<InetAddress>> readLocalAddresses;
    private final Map<Integer, Map<Place, Bound>> bindsByPort = new HashMap<>();
    private Optional<Set<InetAddress>> localAddresses = Optional.empty();

    /** One address that the configuration binds, and where it says so. */
    private record Bound(BindAddress bind, KeyPath path, boolean listener) {
        /**
         * Whether both can be open: a wildcard and one address can, since the kernel gives that address's clients to its own
         * socket, but only of listeners, whose sockets share their port.
         */
        boolean canStandBeside(Bound other) {
            return !bind.overlaps(other.bind)
                    || (listener && other.listener && bind.isWildcard() != other.bind.isWildcard());
        }
    }

    /** An address, or all, and its zone, which two addresses with the same bytes may differ by. */
    private record Place(Optional<InetAddress> address, String zone) {}

    AddressRules(GatewayConfig config, Written written, Problems problems, Supplier<Set<InetAddress>> localAddresses) {
        this.config = config;
        this.written = written;
        this.problems = problems;
        this.readLocalAddresses = localAddresses;
    }

    void check() {
        config.listeners().forEach((name, listener) -> {
            KeyPath path = ConfigRules.LISTENERS.child(name).child("bind");
            List<KeyPath> items = itemPaths(path);
            for (int i = 0; i < listener.bind().size(); i++) {
                bind(new Bound(listener.bind().get(i), items.get(i), true));
            }
        });
        config.admin().ifPresent(this::admin);
        config.metrics().ifPresent(metrics -> bind(new Bound(metrics.bind(), KeyPath.of("metrics", "bind"), false)));
        config.pools().forEach((name, pool) -> {
            KeyPath path = ConfigRules.POOLS.child(name);
            pool.endpoints()
                    .forEach((endpoint, value) -> endpoint(value.address(), path.child("endpoints").child(endpoint)));
            source(pool, path.child("source"));
            probeSource(pool, path.child("probe").child("source"));
        });
    }

    /**
     * Where each bound item of a list stands; those with an error were left out. A list of one may be written as a
     * single value.
     */
    private List<KeyPath> itemPaths(KeyPath path) {
        if (!written.has(path.item(0))) {
            return List.of(path);
        }
        List<KeyPath> items = new ArrayList<>();
        for (int i = 0; written.has(path.item(i)); i++) {
            if (!problems.touches(path.item(i))) {
                items.add(path.item(i));
            }
        }
        return items;
    }

    private void admin(AdminConfig admin) {
        KeyPath path = KeyPath.of("admin", "bind");
        List<KeyPath> items = itemPaths(path);
        Set<Path> sockets = new HashSet<>();
        if (admin.bind().isEmpty() && !problems.touches(path)) {
            error(path, "[] (expected: at least one address; without the section admin there is no server)");
        }
        for (int i = 0; i < admin.bind().size(); i++) {
            KeyPath item = items.get(i);
            AdminBind bind = admin.bind().get(i);
            bind.address().ifPresent(address -> bind(new Bound(address, item, false)));
            if (bind.socket().isPresent() && !sockets.add(bind.socket().get())) {
                error(item, bind + " (expected: each once)");
            }
        }
    }

    private void bind(Bound bound) {
        if (!bound.bind().isWildcard() && !bound.bind().address().filter(AddressText::isOfOneMachine).isPresent()) {
            error(bound.path(), bound.bind() + " (expected: an address of one machine)");
            return;
        }
        zone(bound.bind().address(), bound.bind().zone(), bound.bind().toString(), bound.path());
        Map<Place, Bound> others = bindsByPort.computeIfAbsent(bound.bind().port(), _ -> new LinkedHashMap<>());
        Place place = new Place(bound.bind().address(), bound.bind().zone());
        // A wildcard may meet anything; for one address the look-up suffices, since files can be long.
        Stream<Bound> candidates = bound.bind().isWildcard()
                ? others.values().stream()
                : covering(place, bound.bind().port());
        candidates.filter(other -> !bound.canStandBeside(other)).findFirst().ifPresent(other -> error(bound.path(),
                bound.bind() + " (expected: no overlap with " + where(other) + ")"));
        others.putIfAbsent(place, bound);
    }

    private void zone(Optional<InetAddress> address, String zone, String shown, KeyPath path) {
        if (address.filter(Zone::isMissing).isPresent()) {
            problems.warn(line(path), path, shown + " (this machine has no interface " + zone
                    + " now; a start or reload without it fails)");
        }
    }

    private void endpoint(EndpointAddress address, KeyPath endpoint) {
        KeyPath path = written.has(endpoint.child("address")) ? endpoint.child("address") : endpoint;
        if (address.literal().isEmpty()) {
            return;
        }
        InetAddress literal = address.literal().get();
        if (!AddressText.isOfOneMachine(literal)) {
            error(path,
                    address + " (expected: an address of one machine, not an unspecified, multicast or broadcast one)");
            return;
        }
        zone(address.literal(), address.zone(), address.toString(), path);
        covering(new Place(address.literal(), address.zone()), address.port()).filter(Bound::listener)
                .filter(bound -> !bound.bind().isWildcard() || isLocal(literal)).findFirst()
                .ifPresent(bound -> error(path,
                        address + " (expected: not the gateway's own listener, " + where(bound) + ")"));
    }

    /** What takes connections to this address and port, the closest first. Looked up, not searched: files can be long. */
    private Stream<Bound> covering(Place place, int port) {
        Map<Place, Bound> bounds = bindsByPort.getOrDefault(port, Map.of());
        Place wholeFamily = place.address().map(a -> a instanceof Inet4Address ? ANY_IPV4 : ANY_IPV6).orElse(ANY);
        return Stream.of(place, wholeFamily, ANY).distinct().map(bounds::get).filter(Objects::nonNull);
    }

    private String where(Bound bound) {
        return bound.bind() + " of " + bound.path() + " on line " + written.line(bound.path());
    }

    private void source(PoolConfig pool, KeyPath path) {
        List<KeyPath> items = itemPaths(path);
        for (int i = 0; i < pool.source().size(); i++) {
            InetAddress source = pool.source().get(i);
            if (!AddressText.isOfOneMachine(source)) {
                error(items.get(i), IpText.of(source) + " (expected: an address of this machine)");
            }
        }
        family(pool, pool.source(), path);
    }

    private void probeSource(PoolConfig pool, KeyPath path) {
        List<InetAddress> source = pool.probe().source().address().map(List::of).orElse(List.of());
        if (source.stream().allMatch(AddressText::isOfOneMachine)) {
            family(pool, source, path);
        } else {
            error(path, pool.probe().source() + " (expected: auto, none, or an address of this machine)");
        }
    }

    /** One of the sources must be of use for one of the endpoints. */
    private void family(PoolConfig pool, List<InetAddress> sources, KeyPath path) {
        Set<Class<?>> families = sources.stream().map(Object::getClass).collect(Collectors.toSet());
        List<EndpointAddress> addresses = pool.endpoints().values().stream().map(EndpointConfig::address).toList();
        boolean usable = addresses.isEmpty() || addresses.stream()
                .anyMatch(address -> address.literal().isEmpty()
                        || families.contains(address.literal().get().getClass()));
        if (!families.isEmpty() && !usable && !problems.touches(path)) {
            error(path, sources.stream().map(IpText::of).collect(Collectors.joining(", "))
                    + " (expected: an address of the same family as an endpoint of this pool)");
        }
    }

    private boolean isLocal(InetAddress address) {
        if (localAddresses.isEmpty()) {
            localAddresses = Optional.of(readLocalAddresses.get());
        }
        return address.isLoopbackAddress() || localAddresses.get().contains(address);
    }

    private void error(KeyPath path, String message) {
        problems.error(line(path), path, message);
    }

    private int line(KeyPath path) {
        return written.at(path).map(place -> place.node().line()).orElseGet(() -> written.line(path));
    }
}
