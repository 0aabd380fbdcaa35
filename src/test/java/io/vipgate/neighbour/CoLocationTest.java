package io.vipgate.neighbour;

import static io.vipgate.neighbour.Members.NOBODY;
import static io.vipgate.neighbour.Members.NODE_A;
import static io.vipgate.neighbour.Members.NODE_B;
import static io.vipgate.neighbour.Members.answer;
import static io.vipgate.neighbour.Members.endpoint;
import static io.vipgate.neighbour.Members.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.vipgate.neighbour.CoLocation.Machine;
import io.vipgate.neighbour.CoLocation.Pair;
import io.vipgate.neighbour.CoLocation.State;
import io.vipgate.pool.Endpoint;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CoLocationTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant T1 = T0.plusSeconds(5);
    private static final Instant T2 = T0.plusSeconds(10);
    private static final Endpoint VIP1 = endpoint("vip1", "192.0.2.11");
    private static final Endpoint VIP2 = endpoint("vip2", "192.0.2.12");
    private static final List<Endpoint> BOTH = List.of(VIP1, VIP2);

    private static CoLocation after(CoLocation before, Neighbour first, Neighbour second, Instant now) {
        return before.next(BOTH, address -> address.equals("192.0.2.11") ? first : second, now);
    }

    static Stream<Arguments> whatTwoAnswersMean() {
        Neighbour virtual1 = node("00005e000133");
        Neighbour virtual2 = node("00005e000134");
        Neighbour virtualIpv6 = node("00005e000233");
        return Stream.of(
                Arguments.of(NODE_A, NODE_A, State.CO_LOCATED),
                Arguments.of(NODE_A, NODE_B, State.SEPARATE),
                Arguments.of(NODE_A, answer("02000000000b", "eth2"), State.SEPARATE),
                Arguments.of(NODE_A, answer("02000000000a", "eth2"), State.UNKNOWN),
                Arguments.of(NODE_A, NOBODY, State.UNKNOWN),
                Arguments.of(NOBODY, NODE_A, State.UNKNOWN),
                Arguments.of(NOBODY, NOBODY, State.UNKNOWN),
                Arguments.of(virtual1, virtual2, State.UNKNOWN),
                Arguments.of(virtual1, virtual1, State.UNKNOWN),
                Arguments.of(virtual1, NODE_B, State.UNKNOWN),
                Arguments.of(NODE_A, virtualIpv6, State.UNKNOWN));
    }

    @ParameterizedTest
    @MethodSource("whatTwoAnswersMean")
    void twoAnswersTellWhetherOneMachineServesBoth(Neighbour first, Neighbour second, State state) {
        CoLocation found = after(CoLocation.NOTHING, first, second, T0);

        assertThat(found.pairs()).containsExactly(new Pair(VIP1, VIP2, state, T0));
        assertThat(found.sharedMachines()).hasSize(state == State.CO_LOCATED ? 1 : 0);
    }

    @ParameterizedTest
    @EnumSource(Neighbour.Reason.class)
    void whoIsNotResolvedIsNoMachine(Neighbour.Reason reason) {
        Neighbour unresolved = new Neighbour.Unresolved(reason);

        CoLocation found = after(CoLocation.NOTHING, unresolved, unresolved, T0);

        assertThat(found.pairs()).extracting(Pair::state).containsExactly(State.UNKNOWN);
        assertThat(found.sharedMachines()).isEmpty();
    }

    @Test
    void nothingIsKnownBeforeTheFirstLook() {
        assertThat(CoLocation.NOTHING.findings()).isEmpty();
        assertThat(CoLocation.NOTHING.pairs()).isEmpty();
        assertThat(CoLocation.NOTHING.sharedMachines()).isEmpty();
    }

    @Test
    void timesAreThoseOfTheLastChange() {
        CoLocation first = after(CoLocation.NOTHING, NODE_A, NODE_B, T0);
        CoLocation moved = after(first, NODE_B, NODE_B, T1);
        CoLocation later = after(moved, NODE_B, NODE_B, T2);

        assertThat(later.findings()).extracting(CoLocation.Finding::since).containsExactly(T1, T0);
        assertThat(later.pairs()).containsExactly(new Pair(VIP1, VIP2, State.CO_LOCATED, T1));
        assertThat(later.sharedMachines())
                .containsExactly(new Machine((Neighbour.Resolved) NODE_B, BOTH, T1));
    }

    @Test
    void anEndpointWithAnotherAddressIsAnother() {
        CoLocation first = after(CoLocation.NOTHING, NODE_A, NODE_A, T0);
        Endpoint again = endpoint("vip1", "192.0.2.13");

        CoLocation next = first.next(List.of(again, VIP2), _ -> NODE_A, T1);

        assertThat(next.pairs()).containsExactly(new Pair(again, VIP2, State.CO_LOCATED, T1));
    }

    @Test
    void oneAddressWithSeveralPortsIsNoPair() {
        Endpoint other = endpoint("vip1-8080", "192.0.2.11", 8080);

        CoLocation found = CoLocation.NOTHING.next(List.of(VIP1, other), _ -> NODE_A, T0);

        assertThat(found.pairs()).isEmpty();
        assertThat(found.sharedMachines()).isEmpty();

        CoLocation withThird = found.next(List.of(VIP1, other, VIP2), _ -> NODE_A, T1);

        assertThat(withThird.pairs()).extracting(Pair::first, Pair::second)
                .containsExactly(tuple(VIP1, VIP2),
                        tuple(other, VIP2));
        assertThat(withThird.sharedMachines()).extracting(Machine::endpoints)
                .containsExactly(List.of(VIP1, other, VIP2));
    }

    @Test
    void bothFamiliesOfOneServiceAreNoPairAndTwoServicesOnOneMachineAreOneInEach() {
        Endpoint first = endpoint("vip1-6", "2001:db8::11");
        Endpoint second = endpoint("vip2-6", "2001:db8::12");

        CoLocation one = CoLocation.NOTHING.next(List.of(VIP1, first), _ -> NODE_A, T0);
        assertThat(one.pairs()).isEmpty();
        assertThat(one.sharedMachines()).isEmpty();

        CoLocation both = CoLocation.NOTHING.next(List.of(VIP1, first, VIP2, second), _ -> NODE_A, T0);
        assertThat(both.pairs()).extracting(Pair::state).containsExactly(State.CO_LOCATED, State.CO_LOCATED);
        assertThat(both.sharedMachines()).singleElement()
                .satisfies(machine -> assertThat(machine.endpoints()).hasSize(4));
    }

    @Test
    void aLargePoolHasMachinesButNoPairs() {
        List<Endpoint> many = IntStream.range(0, 1_000)
                .mapToObj(i -> endpoint("e" + i, "10.0." + i / 250 + "." + (i % 250 + 1))).toList();

        CoLocation found = CoLocation.NOTHING.next(many, address -> address.endsWith("7") ? NODE_A : NODE_B, T0);

        assertThat(found.findings()).hasSize(1_000);
        assertThat(found.pairs()).isEmpty();
        assertThat(found.sharedMachines()).extracting(machine -> machine.endpoints().size())
                .containsExactlyInAnyOrder(100, 900);
    }

    @Test
    void aPoolAtTheBoundHasAllItsPairs() {
        List<Endpoint> endpoints = IntStream.range(0, CoLocation.MAX_PAIRED)
                .mapToObj(i -> endpoint("e" + i, "10.0.0." + (i + 1))).toList();

        assertThat(CoLocation.NOTHING.next(endpoints, _ -> NODE_A, T0).pairs()).hasSize(120);
    }
}
