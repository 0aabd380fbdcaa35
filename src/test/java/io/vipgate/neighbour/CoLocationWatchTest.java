package io.vipgate.neighbour;

import static io.vipgate.neighbour.Members.NODE_A;
import static io.vipgate.neighbour.Members.NODE_B;
import static io.vipgate.neighbour.Members.endpoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.neighbour.CoLocation.Pair;
import io.vipgate.neighbour.CoLocation.State;
import io.vipgate.pool.Endpoint;
import io.vipgate.pool.EndpointState;
import io.vipgate.pool.Pool;
import io.vipgate.pool.PoolSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CoLocationWatchTest {
    private final List<Pool> pools = new ArrayList<>();
    private final List<InetAddress> asked = new ArrayList<>();
    private Neighbour answer = NODE_A;
    private @Nullable IOException failure;
    private Instant now = Instant.EPOCH;
    private final CoLocationWatch watch = new CoLocationWatch(() -> List.copyOf(pools), this::lookUp, () -> now);

    private List<Neighbour> lookUp(List<InetAddress> addresses) throws IOException {
        if (failure != null) {
            throw failure;
        }
        asked.addAll(addresses);
        return addresses.stream().map(_ -> answer).toList();
    }

    private static PoolSnapshot snapshot(Endpoint... endpoints) {
        return new PoolSnapshot(Stream.of(endpoints)
                .map(endpoint -> new PoolSnapshot.Member(endpoint, EndpointState.initial(1, false))).toList(), true);
    }

    private Pool add(String name, Endpoint... endpoints) {
        Pool pool = new Pool(name, snapshot(endpoints));
        pools.add(pool);
        return pool;
    }

    private static List<InetAddress> addresses(String... literals) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toList();
    }

    @Test
    void looksAtEachAddressOnceAndAtNoPoolThatHasOnlyOne() {
        add("nginx", endpoint("vip1", "192.0.2.11"), endpoint("vip2", "192.0.2.12"));
        add("tls", endpoint("vip1", "192.0.2.11", 443), endpoint("vip2", "192.0.2.12", 443));
        add("one", endpoint("a", "192.0.2.13", 1), endpoint("b", "192.0.2.13", 2));

        watch.look();

        assertThat(asked).isEqualTo(addresses("192.0.2.11", "192.0.2.12"));
        assertThat(watch.of("nginx").pairs()).extracting(Pair::state).containsExactly(State.CO_LOCATED);
        assertThat(watch.of("tls").pairs()).extracting(Pair::state).containsExactly(State.CO_LOCATED);
        assertThat(watch.of("one").sharedMachines()).isEmpty();
        assertThat(watch.of("one").findings()).extracting(CoLocation.Finding::answer)
                .containsOnly(new Neighbour.Unresolved(Neighbour.Reason.NOT_ASKED));
    }

    @Test
    void followsThePoolsAsTheyAre() {
        Endpoint vip1 = endpoint("vip1", "192.0.2.11");
        Endpoint vip2 = endpoint("vip2", "192.0.2.12");
        Endpoint vip3 = endpoint("vip3", "192.0.2.13");
        Pool nginx = add("nginx", vip1, vip2);
        assertThat(watch.of("nginx")).as("before the first look").isEqualTo(CoLocation.NOTHING);
        watch.look();

        nginx.publish(snapshot(vip2, vip3));
        now = now.plusSeconds(5);
        watch.look();

        assertThat(watch.of("nginx").pairs()).containsExactly(new Pair(vip2, vip3, State.CO_LOCATED, now));

        pools.clear();
        watch.look();
        assertThat(watch.of("nginx")).isEqualTo(CoLocation.NOTHING);
    }

    @Test
    void whoCannotBeAskedKnowsNothing() {
        add("nginx", endpoint("vip1", "192.0.2.11"), endpoint("vip2", "192.0.2.12"));
        watch.look();
        failure = new IOException("netlink socket: operation not permitted");

        watch.look();

        assertThat(watch.of("nginx").pairs()).extracting(Pair::state).containsExactly(State.UNKNOWN);

        failure = null;
        answer = NODE_B;
        watch.look();
        assertThat(watch.of("nginx").pairs()).extracting(Pair::state).containsExactly(State.CO_LOCATED);
    }

    @Test
    void aPoolBeyondTheBoundIsNotLookedAtAndTheOthersAre() {
        add("huge", IntStream.range(0, 5_000)
                .mapToObj(i -> endpoint("e" + i, "10.0." + i / 250 + "." + (i % 250 + 1))).toArray(Endpoint[]::new));
        add("nginx", endpoint("vip1", "192.0.2.11"), endpoint("vip2", "192.0.2.12"));

        watch.look();

        assertThat(asked).hasSize(2);
        assertThat(watch.of("huge").sharedMachines()).isEmpty();
        assertThat(watch.of("nginx").sharedMachines()).hasSize(1);
    }
}
