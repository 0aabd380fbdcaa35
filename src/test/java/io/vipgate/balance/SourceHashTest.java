package io.vipgate.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vipgate.hash.SipHash;
import io.vipgate.pool.Candidate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceHashTest {
    private static final int CLIENTS = 20_000;

    private final FakeSelectionContext context = new FakeSelectionContext(0);

    private static Balancer over(List<Candidate> candidates) {
        return SourceHash.keyedBy("", 32, 64).over(candidates);
    }

    private Candidate pick(Balancer balancer, long ipv4) {
        return Objects.requireNonNull(balancer.select(context.client(0, 0xffff_0000_0000L | ipv4)));
    }

    private String pick(Balancer balancer, String client) {
        return Objects.requireNonNull(balancer.select(context.client(client))).endpoint().name();
    }

    /** Names by client: 10.0.0.0, 10.0.0.1, ... */
    private List<String> mapping(Balancer balancer) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            names.add(pick(balancer, 0x0a00_0000L + i).endpoint().name());
        }
        return names;
    }

    private static List<Candidate> without(List<Candidate> candidates, int index) {
        List<Candidate> rest = new ArrayList<>(candidates);
        rest.remove(index);
        return rest;
    }

    /** The expected names come from a second implementation, written from the description alone. */
    @ParameterizedTest
    @CsvSource({"192.0.2.1, vip3, vip4", "192.0.2.2, vip1, vip1", "192.0.2.3, vip3, vip1", "192.0.2.4, vip4, vip3",
        "198.51.100.7, vip1, vip1", "198.51.100.8, vip3, vip2", "203.0.113.200, vip4, vip2",
        "10.0.0.1, vip2, vip1", "2001:db8::1, vip2, vip4", "2001:db8:0:1::1, vip3, vip4",
        "2001:db8:0:2::1, vip2, vip1", "2001:db8:ffff::1, vip4, vip1"})
    void knownClientsKeepTheirEndpoints(String client, String withEmptyKey, String withSecret) {
        // A change here moves clients at an upgrade, and apart on two gateways of different versions.
        List<Candidate> candidates = Candidates.weighing(2, 1, 2, 1);

        assertThat(pick(over(candidates), client)).isEqualTo(withEmptyKey);
        assertThat(pick(SourceHash.keyedBy("secret", 32, 64).over(candidates), client)).isEqualTo(withSecret);
    }

    @Test
    void everyScoreIsFiniteAndGrowsWithTheHash() {
        double lowest = SourceHash.score(1, SourceHash.unit(0));
        double middle = SourceHash.score(1, SourceHash.unit(Long.MIN_VALUE));
        double highest = SourceHash.score(1, SourceHash.unit(-1L));

        assertThat(lowest).isPositive().isLessThan(middle);
        assertThat(highest).isFinite().isGreaterThan(middle);
        assertThat(SourceHash.score(2, SourceHash.unit(-1L))).isEqualTo(2 * highest);
    }

    /** The rule as it is defined, with nothing left out: 100,000 selections over random weights, health and clients. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everySelectionIsThatOfTheDefinition(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SipHash hash = SipHash.keyedBy("secret");
        for (int pool = 0; pool < 20; pool++) {
            // given
            int heaviest = random.nextBoolean() ? 4 : 1 << random.nextInt(24);
            List<Candidate> candidates = Candidates
                    .weighing(Candidates.randomWeights(random, 1 << random.nextInt(9), heaviest));
            Balancer balancer = SourceHash.keyedBy("secret", 32, 128).over(candidates);
            int clients = 1 << random.nextInt(16);
            for (int i = 0; i < 500; i++) {
                Candidate changed = candidates.get(random.nextInt(candidates.size()));
                Consumer<Candidate> change = random.nextInt(3) == 0 ? context::bar : context::allow;
                change.accept(changed);
                long low = random.nextInt(clients);

                // when
                Candidate selected = balancer.select(context.client(seed, low));

                // then
                assertThat(selected).as("seed %d, pool %d, client %d", seed, pool, low)
                        .isSameAs(byDefinition(candidates, hash, hash.of(seed, low)));
            }
        }
    }

    private @Nullable Candidate byDefinition(List<Candidate> candidates, SipHash hash, long client) {
        return candidates.stream().filter(context::isUsable).max(Comparator.<Candidate>comparingDouble(each -> {
            long random = hash.of(client, hash.of(each.endpoint().label().getBytes(StandardCharsets.UTF_8)));
            return -each.weight() / StrictMath.log(((random >>> 12) + 0.5) / (1L << 52));
        }).thenComparing(each -> each.endpoint().label(), Comparator.reverseOrder())).orElse(null);
    }

    @Test
    void theSameClientGetsTheSameEndpointFromEveryGateway() {
        assertThat(mapping(over(Candidates.weighing(1, 1, 3)))).isEqualTo(mapping(over(Candidates.weighing(1, 1, 3))));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void theOrderOfTheListDoesNotMatter(long seed) {
        List<Candidate> candidates = Candidates.weighing(1, 5, 2, 1, 3);
        List<Candidate> shuffled = new ArrayList<>(candidates);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(mapping(over(shuffled))).isEqualTo(mapping(over(candidates)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,1", "5,1", "1,2,3,4", "256,128,128"})
    void clientsAreSharedAsTheWeights(String weights) {
        // given
        List<Candidate> candidates = Candidates
                .weighing(Arrays.stream(weights.split(",", -1)).mapToInt(Integer::parseInt).toArray());

        // when
        List<String> mapping = mapping(over(candidates));

        // then
        for (Candidate candidate : candidates) {
            double share = Collections.frequency(mapping, candidate.endpoint().name()) / (double) CLIENTS;
            assertThat(share).as("%s", candidate).isCloseTo(
                    (double) candidate.weight() / Candidates.totalWeight(candidates), within(0.02));
        }
    }

    @ParameterizedTest(name = "endpoint {0}")
    @ValueSource(ints = {0, 1, 2, 3})
    void onlyTheClientsOfARemovedEndpointMove(int removed) {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 2, 3, 1);
        String name = candidates.get(removed).endpoint().name();
        List<String> before = mapping(over(candidates));

        // when
        List<String> after = mapping(over(without(candidates, removed)));

        // then
        assertThat(before).contains(name);
        for (int i = 0; i < CLIENTS; i++) {
            if (before.get(i).equals(name)) {
                assertThat(after.get(i)).isNotEqualTo(name);
            } else if (!before.get(i).equals(after.get(i))) {
                throw new AssertionError("client " + i + " moved from " + before.get(i) + " to " + after.get(i));
            }
        }
    }

    @Test
    void anEndpointThatComesBackGetsExactlyItsClientsBack() {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 2, 3, 1);
        List<String> before = mapping(over(candidates));
        Balancer balancer = over(candidates);

        // when
        context.bar(candidates.get(2));
        List<String> meanwhile = mapping(balancer);
        context.allow(candidates.get(2));

        // then an endpoint that cannot be used is as good as removed
        assertThat(meanwhile).isEqualTo(mapping(over(without(candidates, 2)))).isNotEqualTo(before);
        assertThat(mapping(balancer)).isEqualTo(before);
    }

    @Test
    void moreWeightOnlyDrawsClientsIn() {
        // given
        List<String> before = mapping(over(Candidates.weighing(1, 1, 1)));

        // when
        List<String> after = mapping(over(Candidates.weighing(1, 2, 1)));

        // then
        int moved = 0;
        for (int i = 0; i < CLIENTS; i++) {
            if (!before.get(i).equals(after.get(i))) {
                assertThat(after.get(i)).isEqualTo("vip2");
                moved++;
            }
        }
        assertThat(moved / (double) CLIENTS).isCloseTo(1 / 2.0 - 1 / 3.0, within(0.02));
    }

    @Test
    void theClientsOfARemovedEndpointSpreadOverAllOthers() {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 1, 1);
        List<String> before = mapping(over(candidates));

        // when
        List<String> after = mapping(over(without(candidates, 0)));

        // then
        List<String> movedTo = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            if (before.get(i).equals("vip1")) {
                movedTo.add(after.get(i));
            }
        }
        assertThat(Collections.frequency(movedTo, "vip2") / (double) movedTo.size()).isCloseTo(0.5, within(0.03));
    }

    @Test
    void theIpv4PrefixNamesTheClient() {
        Balancer balancer = SourceHash.keyedBy("", 24, 64).over(Candidates.weighing(1, 1, 1, 1));

        for (long net = 0; net < 50; net++) {
            Candidate first = pick(balancer, 0x0a00_0000L + (net << 8));
            for (int host = 1; host < 256; host++) {
                assertThat(pick(balancer, 0x0a00_0000L + (net << 8) + host)).isSameAs(first);
            }
        }
        assertThat(mapping(balancer)).contains("vip1", "vip2", "vip3", "vip4");
    }

    @Test
    void theIpv6PrefixNamesTheClient() {
        // given
        Balancer balancer = SourceHash.keyedBy("", 32, 56).over(Candidates.weighing(1, 1, 1, 1));
        List<String> names = new ArrayList<>();
        for (long net = 0; net < 100; net++) {
            long high = 0x2001_0db8_0000_0000L + (net << 8);
            String first = Objects.requireNonNull(balancer.select(context.client(high, 1))).endpoint().name();
            names.add(first);
            for (int host = 0; host < 64; host++) {
                // when
                Candidate selected = balancer.select(context.client(high + host, 0x1234_5678_9abcL * host));

                // then
                assertThat(Objects.requireNonNull(selected).endpoint().name()).isEqualTo(first);
            }
        }
        assertThat(names).contains("vip1", "vip2", "vip3", "vip4");
    }

    @Test
    void anotherKeyGivesAnotherMapping() {
        // given
        List<Candidate> candidates = Candidates.weighing(1, 1);
        List<String> open = mapping(over(candidates));

        // when
        List<String> secret = mapping(SourceHash.keyedBy("secret", 32, 64).over(candidates));

        // then the two agree about half the clients, as by chance
        int same = 0;
        for (int i = 0; i < CLIENTS; i++) {
            same += open.get(i).equals(secret.get(i)) ? 1 : 0;
        }
        assertThat(same / (double) CLIENTS).isCloseTo(0.5, within(0.02));
    }
}
