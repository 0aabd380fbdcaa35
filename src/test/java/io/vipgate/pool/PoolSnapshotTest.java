package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolSnapshotTest {
    private static final int NEVER = -1;

    private static PoolSnapshot.Member member(String name, EndpointState state) {
        return new PoolSnapshot.Member(
                new Endpoint(name, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80), 0), state);
    }

    private static EndpointState state(Health health, boolean isSuspect, boolean isBackup) {
        return new EndpointState(AdminState.READY, health, isSuspect, 1, isBackup, EndpointState.FULL_RAMP, 0);
    }

    /**
     * In which order the contract wants endpoints: UP (or never probed) primaries, such backups, both again when suspect,
     * then DOWN primaries, DOWN backups.
     */
    private static int rank(EndpointState state, boolean tryDown) {
        if (state.admin() != AdminState.READY || state.weight() == 0) {
            return NEVER;
        }
        int backup = state.isBackup() ? 1 : 0;
        if (state.health() == Health.DOWN) {
            return tryDown ? 4 + backup : NEVER;
        }
        return (state.isSuspect() ? 2 : 0) + backup;
    }

    private static List<EndpointState> everyState() {
        List<EndpointState> all = new ArrayList<>();
        for (AdminState admin : AdminState.values()) {
            for (Health health : Health.values()) {
                for (boolean isSuspect : new boolean[]{false, true}) {
                    for (boolean isBackup : new boolean[]{false, true}) {
                        for (int weight : new int[]{0, 1, 256}) {
                            all.add(new EndpointState(admin, health, isSuspect, weight, isBackup,
                                    EndpointState.FULL_RAMP, 0));
                        }
                    }
                }
            }
        }
        return all;
    }

    static Stream<Arguments> everyStateAndPolicy() {
        return everyState().stream().flatMap(state -> Stream.of(Arguments.of(state, true), Arguments.of(state, false)));
    }

    /** What a state stands behind, and what stands behind it, in a pool with one endpoint of each rank. */
    @ParameterizedTest
    @MethodSource("everyStateAndPolicy")
    void everyCombinationHasItsPlace(EndpointState state, boolean tryDown) {
        // given
        List<PoolSnapshot.Member> members = List.of(member("probe", state),
                member("rank5", state(Health.DOWN, false, true)), member("rank4", state(Health.DOWN, false, false)),
                member("rank3", state(Health.UP, true, true)), member("rank2", state(Health.UP, true, false)),
                member("rank1", state(Health.UP, false, true)), member("rank0", state(Health.UP, false, false)));

        // when
        List<List<Candidate>> tiers = new PoolSnapshot(members, tryDown).tiers();

        // then
        assertThat(tiers).hasSize(tryDown ? 6 : 4);
        for (int rank = 0; rank < tiers.size(); rank++) {
            List<String> names = tiers.get(rank).stream().map(candidate -> candidate.endpoint().name()).toList();
            if (rank == rank(state, tryDown)) {
                assertThat(names).containsExactly("probe", "rank" + rank);
                assertThat(tiers.get(rank).getFirst()).isEqualTo(
                        new Candidate(members.getFirst().endpoint(), 0, state.weight()));
            } else {
                assertThat(names).containsExactly("rank" + rank);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyStateAndPolicy")
    void anEndpointAloneIsTheOnlyTierOrNone(EndpointState state, boolean tryDown) {
        PoolSnapshot.Member alone = member("alone", state);

        List<List<Candidate>> tiers = new PoolSnapshot(List.of(alone), tryDown).tiers();

        if (rank(state, tryDown) == NEVER) {
            assertThat(tiers).isEmpty();
        } else {
            assertThat(tiers).containsExactly(List.of(new Candidate(alone.endpoint(), 0, state.weight())));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyPoolIsSortedIntoTiersThatKeepTheOrderOfTheConfiguration(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        List<EndpointState> states = everyState();
        for (int round = 0; round < 200; round++) {
            // given
            List<PoolSnapshot.Member> members = new ArrayList<>();
            for (int i = random.nextInt(0, 12); i > 0; i--) {
                members.add(member("vip" + i, states.get(random.nextInt(states.size()))));
            }
            boolean tryDown = random.nextBoolean();

            // when
            PoolSnapshot snapshot = new PoolSnapshot(members, tryDown);

            // then
            TreeMap<Integer, List<Candidate>> expected = new TreeMap<>();
            for (int i = 0; i < members.size(); i++) {
                EndpointState state = members.get(i).state();
                if (rank(state, tryDown) != NEVER) {
                    expected.computeIfAbsent(rank(state, tryDown), _ -> new ArrayList<>())
                            .add(new Candidate(members.get(i).endpoint(), i, state.weight()));
                }
            }
            assertThat(snapshot.tiers()).as("seed %d, round %d: %s", seed, round, members)
                    .containsExactlyElementsOf(expected.values());
            assertThat(snapshot.members()).isEqualTo(members);
        }
    }

    @Test
    void rejectStopsAfterTheEndpointsThatAreUp() {
        List<PoolSnapshot.Member> members = List.of(member("down", state(Health.DOWN, false, false)),
                member("backup", state(Health.UP, false, true)));

        assertThat(new PoolSnapshot(members, false).tiers()).hasSize(1);
        assertThat(new PoolSnapshot(members, true).tiers()).hasSize(2);
    }

    @Test
    void aSnapshotDoesNotChangeWithTheListItWasMadeFrom() {
        // given
        List<PoolSnapshot.Member> members = new ArrayList<>(List.of(member("vip1", EndpointState.initial(1, false))));
        PoolSnapshot snapshot = new PoolSnapshot(members, true);

        // when
        members.clear();

        // then
        assertThat(snapshot.members()).hasSize(1);
        assertThatThrownBy(() -> snapshot.members().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> snapshot.tiers().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> snapshot.tiers().getFirst().clear()).isInstanceOf(
                UnsupportedOperationException.class);
    }
}
