package io.vipgate.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {
    private final ConnectionLimit limit = new ConnectionLimit(0);

    private PoolSnapshot.Member address(String name, int last, EndpointState state) {
        return new PoolSnapshot.Member(Endpoint.ofHost(name,
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + last), 80), "192.0.2." + last, limit), state);
    }

    private static EndpointState weighing(int weight) {
        return EndpointState.initial(weight, false);
    }

    private static List<Candidate> candidates(PoolSnapshot.Member... members) {
        return new PoolSnapshot(List.of(members), true).tiers().getFirst();
    }

    @Test
    void endpointsThatHaveTheirNameForThemselvesWeighWhatTheConfigurationSays() {
        assertThat(candidates(address("a", 1, weighing(5)), address("b", 2, weighing(256))))
                .extracting(Candidate::weight).containsExactly(5, 256);
    }

    @Test
    void addressesOfOneNameDivideItsWeightExactly() {
        List<Candidate> candidates = candidates(address("a", 1, weighing(1)), address("a", 2, weighing(1)),
                address("a", 3, weighing(1)), address("b", 4, weighing(1)), address("c", 5, weighing(2)),
                address("c", 6, weighing(2)));

        int a = candidates.subList(0, 3).stream().mapToInt(Candidate::weight).sum();
        int c = candidates.subList(4, 6).stream().mapToInt(Candidate::weight).sum();
        assertThat(candidates.get(3).weight()).isEqualTo(a);
        assertThat(c).isEqualTo(2 * a);
        assertThat(candidates).extracting(Candidate::share).containsExactly(2, 2, 2, 6, 3, 3);
    }

    @Test
    void endpointThatStartsSlowlyWeighsLess() {
        List<Candidate> candidates = candidates(address("a", 1, weighing(3).toRamp(1)), address("b", 2, weighing(3)));

        assertThat(candidates.get(1).weight()).isEqualTo(20 * candidates.get(0).weight());
        assertThat(candidates.get(1).share()).isEqualTo(20 * candidates.get(0).share());
    }

    @Test
    void sumsStayWithinWhatTheRulesCanComputeWith() {
        List<PoolSnapshot.Member> members = new ArrayList<>();
        for (int name = 0; name < 200; name++) {
            for (int i = 0; i <= name % 10; i++) {
                members.add(address("n" + name, i + 1, weighing(256).toRamp(1 + name % 20)));
            }
        }

        List<Candidate> candidates = new PoolSnapshot(members, true).tiers().getFirst();

        assertThat(candidates).hasSameSizeAs(members).allMatch(candidate -> candidate.weight() > 0);
        assertThat(candidates.stream().mapToLong(Candidate::weight).sum()).isLessThan(1L << 31);
    }
}
