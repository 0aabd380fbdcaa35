package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.gateway.Gateway;
import io.vipgate.process.GatewayServer;
import io.vipgate.config.ConfigLoader;
import io.vipgate.config.GatewayConfig;
import io.vipgate.config.LoadResult;
import io.vipgate.config.Loaded;
import io.vipgate.config.Rejected;
import io.vipgate.control.HostLookup;
import io.vipgate.pool.EndpointState;
import io.vipgate.relay.CloseReason;
import io.vipgate.relay.ConnectFailure;
import io.vipgate.relay.LoopEndpoint;
import io.vipgate.relay.LoopPool;
import io.vipgate.relay.RelayInsides;
import io.vipgate.relay.RelayLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * A gateway in this process, with one listener and one pool.
 *
 * <p>Closing it waits until its relays have ended by themselves, and fails when they don't.
 *
 * <p>Thread-safe.
 */
final class TestGateway implements AutoCloseable {
    private final GatewayServer server;
    private final Gateway gateway;

    private TestGateway(GatewayServer server) {
        this.server = server;
        gateway = server.gateway();
    }

    private static GatewayConfig load(String yaml) {
        LoadResult result = ConfigLoader.parse("test", yaml.getBytes(StandardCharsets.UTF_8), Map.of());
        return switch (result) {
            case Loaded loaded -> loaded.config();
            case Rejected rejected -> throw new AssertionError(rejected.problems() + " in\n" + yaml);
        };
    }

    /** Becomes another configuration, as by a reload. */
    void apply(Builder next) throws Exception {
        gateway.apply(load(next.yaml()));
    }

    static Builder with() {
        return new Builder();
    }

    /** What differs from the defaults. Confined to the thread of its test. */
    static final class Builder {
        private final Map<String, String> endpoints = new LinkedHashMap<>();
        private String bind = "127.0.0.1:0";
        private String listener = "";
        private String pool = "";
        /** None, so that endpoints count clients alone. */
        private String probe = "{ type: none }";
        private int eventLoops = 2;
        private String more = "";
        private String otherListeners = "";
        private String otherPools = "";
        private HostLookup names = HostLookup.ofThisMachine();

        /**
         * Adds an endpoint.
         *
         * @param address in the configuration's form
         * @param more further keys, such as {@code "weight: 5"}
         */
        Builder endpoint(String name, String address, String... more) {
            String keys = more.length == 0 ? "" : ", " + String.join(", ", more);
            endpoints.put(name, "{ address: " + address + keys + " }");
            return this;
        }

        Builder endpoint(String name, TestEndpoint endpoint, String... more) {
            return endpoint(name, endpoint.address(), more);
        }

        Builder bind(String address) {
            bind = address;
            return this;
        }

        /** Adds a line to the listener. */
        Builder listener(String line) {
            listener += "    " + line + "\n";
            return this;
        }

        /** Adds a line to the pool. */
        Builder pool(String line) {
            pool += "    " + line + "\n";
            return this;
        }

        /** Probes as in the configuration, such as {@code "{ type: tcp }"}. */
        Builder probe(String value) {
            probe = value;
            return this;
        }

        Builder eventLoops(int count) {
            eventLoops = count;
            return this;
        }

        String yaml() {
            StringBuilder yaml = new StringBuilder("listeners:\n  web:\n    bind: ").append(bind)
                    .append("\n    pool: nginx\n").append(listener).append(otherListeners).append("pools:\n")
                    .append(otherPools).append("  nginx:\n    probe: ")
                    .append(probe).append('\n')
                    .append(pool)
                    .append("    endpoints:\n");
            endpoints.forEach((name, value) -> yaml.append("      ").append(name).append(": ").append(value)
                    .append('\n'));
            return yaml.append("runtime: { eventLoops: ").append(eventLoops).append(" }\n").append(more).toString();
        }

        /** Adds a listener, with a pool of its own behind it. */
        Builder and(String name, String address, TestEndpoint endpoint) {
            otherPools += "  " + name + "-pool: { probe: { type: none }, endpoints: { only: \"" + endpoint.address()
                    + "\" } }\n";
            return and(name, address, name + "-pool");
        }

        /** Adds a listener. */
        Builder and(String name, String address, String itsPool) {
            otherListeners += "  " + name + ": { bind: \"" + address + "\", pool: " + itsPool + " }\n";
            return this;
        }

        /** Adds lines at the top level of the file. */
        Builder more(String lines) {
            more += lines + "\n";
            return this;
        }

        /** Who looks names up. */
        Builder names(HostLookup service) {
            names = service;
            return this;
        }

        TestGateway start() throws Exception {
            return new TestGateway(GatewayServer.start(load(yaml()), names));
        }
    }

    GatewayServer server() {
        return server;
    }

    Gateway gateway() {
        return gateway;
    }

    int port() {
        return gateway.ports("web").getFirst();
    }

    /** A new client. */
    Peer connect() throws IOException {
        return Peer.connect(port());
    }

    int relays() {
        return gateway.relays();
    }

    /** Waits until so many relays are open. */
    void awaitRelays(int count, Duration bound) {
        Await.until(count + " relays", bound, () -> relays() == count);
    }

    private long sumOfEndpoints(String name, ToLongFunction<LoopEndpoint> number) {
        return sumOfPool(pool -> pool.endpoints().stream()
                .filter(endpoint -> name.isEmpty() || endpoint.endpoint().name().equals(name)).mapToLong(number)
                .sum());
    }

    private long sumOfPool(ToLongFunction<LoopPool> number) {
        long[] sum = {0};
        gateway.forEachLoop("nginx", pool -> sum[0] += number.applyAsLong(pool));
        return sum[0];
    }

    private long sumOfLoops(ToLongFunction<RelayLoop> number) {
        long[] sum = {0};
        gateway.forEachLoop(loop -> sum[0] += number.applyAsLong(loop));
        return sum[0];
    }

    /** Relays of all endpoints that ended for this reason. */
    long closed(CloseReason reason) {
        return sumOfEndpoints("", endpoint -> endpoint.closed(reason));
    }

    /** Relays that ended, for any reason. */
    long closed() {
        long sum = 0;
        for (CloseReason reason : CloseReason.values()) {
            sum += closed(reason);
        }
        return sum;
    }

    /** Connections made to an endpoint. */
    long connected(String name) {
        return sumOfEndpoints(name, LoopEndpoint::connected);
    }

    long failures(String name, ConnectFailure failure) {
        return sumOfEndpoints(name, endpoint -> endpoint.connectFailures(failure));
    }

    /** Failed attempts at an endpoint, for any reason. */
    long failures(String name) {
        long sum = 0;
        for (ConnectFailure failure : ConnectFailure.values()) {
            sum += failures(name, failure);
        }
        return sum;
    }

    /** Connections of an endpoint now, those being made included. */
    int connections(String name) {
        int[] count = {0};
        gateway.forEachLoop("nginx", pool -> pool.endpoints().stream()
                .filter(endpoint -> endpoint.endpoint().name().equals(name))
                .forEach(endpoint -> count[0] = endpoint.endpoint().connections()));
        return count[0];
    }

    /** What is known of an endpoint now. */
    EndpointState state(String name) {
        return gateway.pool("nginx").snapshot().members().stream()
                .filter(member -> member.endpoint().name().equals(name)).findFirst().orElseThrow().state();
    }

    long retries() {
        return sumOfPool(LoopPool::retries);
    }

    long pinHits() {
        return sumOfPool(LoopPool::pinHits);
    }

    long pinMisses() {
        return sumOfPool(LoopPool::pinMisses);
    }

    long bytesToBackend() {
        return sumOfEndpoints("", LoopEndpoint::bytesToBackend);
    }

    long bytesToClient() {
        return sumOfEndpoints("", LoopEndpoint::bytesToClient);
    }

    long spliced(boolean isToBackend) {
        return sumOfLoops(loop -> loop.splicedBytes(isToBackend));
    }

    /** Bytes that loops hold for slow readers. */
    long tailBytes() {
        return sumOfLoops(RelayInsides::tailBytes);
    }

    /** Waits until nothing is open any more, and checks that every count was given back. */
    void awaitIdle(Duration bound) {
        awaitRelays(0, bound);
        assertThat(tailBytes()).as("memory held for relays that are over").isZero();
    }

    @Override
    public void close() {
        try {
            awaitIdle(Duration.ofSeconds(3));
            gateway.forEachLoop("nginx", pool -> pool.endpoints().forEach(endpoint -> assertThat(
                    endpoint.endpoint().connections()).as("connections counted at %s", endpoint.endpoint()).isZero()));
        } finally {
            server.close();
        }
    }
}
