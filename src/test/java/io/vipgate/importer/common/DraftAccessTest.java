package io.vipgate.importer.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DraftAccessTest {
    private static ClientSet set(String... networks) {
        List<ClientSet> sets = new ArrayList<>();
        for (String network : networks) {
            sets.add(ClientSet.of(network).orElseThrow());
        }
        return ClientSet.union(sets);
    }

    @Test
    void theNetworksOfTheFileStayWhereTheyAdmitTheSame() {
        ClientSet admitted = set("10.0.0.0/8", "192.0.2.0/25", "192.0.2.128/25").without(set("10.0.0.1"));

        DraftAccess access = DraftAccess.of(admitted, List.of("10.0.0.0/8", "192.0.2.0/25", "192.0.2.128/25"),
                List.of("10.0.0.1/32", "0.0.0.0/0", "::/0"));

        assertThat(access.isAsWritten()).isTrue();
        assertThat(access.allow()).containsExactly("10.0.0.0/8", "192.0.2.0/25", "192.0.2.128/25");
        assertThat(access.deny()).containsExactly("10.0.0.1");
    }

    @Test
    void whereTheOrderDecidedTheFewestNetworksComeToTheSame() {
        ClientSet admitted = ClientSet.ALL.without(set("10.0.0.0/8").without(set("10.1.0.0/16")));

        DraftAccess access = DraftAccess.of(admitted, List.of("10.1.0.0/16"), List.of("10.0.0.0/8"));

        assertThat(access.isAsWritten()).isFalse();
        assertThat(access.allow()).containsExactly("0.0.0.0/0", "10.1.0.0/16", "::/0");
        assertThat(access.deny()).containsExactly("10.0.0.0/8");
    }

    @Test
    void nobodyAndEverybody() {
        assertThat(DraftAccess.of(ClientSet.ALL, List.of("0.0.0.0/0"), List.of()).isEverybody()).isTrue();
        assertThat(DraftAccess.of(ClientSet.NONE, List.of(), List.of("0.0.0.0/0", "::/0")).deny())
                .containsExactly("0.0.0.0/0", "::/0");
    }

    @Test
    void aBalancerIsNotTurnedAwayWhereItsClientsAre() {
        ClientSet balancers = set("10.0.0.0/30");
        ClientSet admitted = ClientSet.ALL.without(set("10.0.0.0/8", "198.51.100.0/24"));

        DraftAccess access = DraftAccess.of(admitted, List.of(), List.of("10.0.0.0/8", "198.51.100.0/24"), balancers);

        assertThat(access.admitted()).contains(admitted);
        assertThat(access.deny()).isNotEmpty().allSatisfy(network -> assertThat(set(network).and(balancers).isEmpty())
                .isTrue());
    }

    @Test
    void whateverIsAdmittedIsAdmittedByTheLongestNetwork() {
        long seed = 20_261_127L;
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            ClientSet admitted = random.nextBoolean() ? ClientSet.ALL : ClientSet.NONE;
            List<String> allow = new ArrayList<>();
            List<String> deny = new ArrayList<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                String network = network(random);
                boolean isAllowed = random.nextBoolean();
                admitted = isAllowed ? admitted.or(set(network)) : admitted.without(set(network));
                (isAllowed ? allow : deny).add(network);
            }
            ClientSet balancers = random.nextBoolean() ? ClientSet.NONE : set(network(random));
            ClientSet expected = admitted;
            DraftAccess fewest = DraftAccess.fewest(admitted);
            assertThat(List.of(DraftAccess.of(admitted, allow, deny), fewest,
                    DraftAccess.of(admitted, allow, deny, balancers)))
                    .as("seed %d, round %d", seed, round)
                    .allSatisfy(access -> assertThat(access.admitted()).contains(expected));
            assertThat(fewest.size()).as("seed %d, round %d", seed, round)
                    .isLessThanOrEqualTo(2 + allow.size() + deny.size());
        }
    }

    private static String network(Random random) {
        int length = random.nextInt(8);
        return random.nextInt(4) == 0
                ? String.format("20%02x::/%d", (random.nextInt(256) >> (8 - length)) << (8 - length), 8 + length)
                : ((random.nextInt(256) >> (8 - length)) << (8 - length)) + ".0.0.0/" + length;
    }
}
