package io.vipgate.neighbour;

import static io.vipgate.neighbour.Members.NOBODY;
import static io.vipgate.neighbour.Members.NODE_A;
import static io.vipgate.neighbour.Members.NODE_B;
import static io.vipgate.neighbour.Members.answer;
import static io.vipgate.neighbour.Members.endpoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.neighbour.CoLocationLog.Notice;
import io.vipgate.pool.Endpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoLocationLogTest {
    private static final String BOTH_ON_A = "pool nginx: vip1 and vip2 are both answered by 02:00:00:00:00:0a on eth1: "
            + "one machine serves both";
    private static final String SEPARATE = "pool nginx: separate again: vip1 answered by 02:00:00:00:00:0a; "
            + "vip2 answered by 02:00:00:00:00:0b";

    private final CoLocationLog proxyHeaderSender = new CoLocationLog("nginx");
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Map<String, Neighbour> answers = new HashMap<>();
    private final Set<Endpoint> notChosen = new HashSet<>();

    /** Makes the pool of as many endpoints, vip1 and so on, and says who answers for each. */
    private List<Notice> look(Neighbour... each) {
        for (int i = 0; i < each.length; i++) {
            String address = "192.0.2." + (11 + i);
            if (i == endpoints.size()) {
                endpoints.add(endpoint("vip" + (i + 1), address));
            }
            answers.put(address, each[i]);
        }
        return noticesFor(endpoints);
    }

    private List<Notice> noticesFor(List<Endpoint> members) {
        CoLocation found = CoLocation.NOTHING.next(members, key -> Objects.requireNonNull(answers.get(key)),
                Instant.EPOCH);
        return proxyHeaderSender.noticesFor(found, endpoint -> !notChosen.contains(endpoint));
    }

    private static Notice shared(String text) {
        return new Notice(true, text);
    }

    private static Notice separate(String text) {
        return new Notice(false, text);
    }

    @Test
    void saysOnceThatOneMachineServesBothAndOnceThatItNoLongerDoes() {
        assertThat(look(NODE_A, NODE_B)).isEmpty();
        assertThat(look(NODE_A, NODE_A)).containsExactly(shared(BOTH_ON_A));
        assertThat(look(NODE_A, NODE_A)).isEmpty();
        assertThat(look(NODE_A, NODE_B)).containsExactly(separate(SEPARATE));
        assertThat(look(NODE_A, NODE_B)).isEmpty();
        assertThat(look(NODE_A, NODE_A)).containsExactly(shared(BOTH_ON_A));
    }

    @Test
    void saysNothingOfWhatIsNotKnown() {
        assertThat(look(NODE_A, NOBODY)).isEmpty();
        assertThat(look(NODE_A, NODE_A)).hasSize(1);
        assertThat(look(NODE_A, NOBODY)).isEmpty();
        assertThat(look(NOBODY, NOBODY)).isEmpty();
        assertThat(look(NODE_A, NODE_A)).as("as it was before").isEmpty();
        assertThat(look(NOBODY, NODE_A)).isEmpty();
        assertThat(look(NODE_A, NODE_B)).containsExactly(separate(SEPARATE));
    }

    @Test
    void bothMovingTogetherIsNoNews() {
        look(NODE_A, NODE_A);

        assertThat(look(NODE_B, NODE_B)).isEmpty();
        assertThat(look(NODE_B, answer("02000000000b", "eth2"))).as("not known to be another machine").isEmpty();
    }

    @Test
    void whoGetsNoClientsIsNotWorthALine() {
        look(NODE_A, NODE_B);
        notChosen.add(endpoints.get(1));

        assertThat(look(NODE_A, NODE_A)).isEmpty();

        notChosen.clear();
        assertThat(look(NODE_A, NODE_A)).as("it has come back").containsExactly(shared(BOTH_ON_A));

        notChosen.add(endpoints.get(0));
        assertThat(look(NODE_A, NODE_A)).isEmpty();
        assertThat(look(NODE_A, NODE_B)).as("what was said is taken back all the same")
                .containsExactly(separate(SEPARATE));
    }

    @Test
    void aThirdThatJoinsIsNews() {
        look(NODE_A, NODE_A, NODE_B);

        assertThat(look(NODE_A, NODE_A, NODE_A))
                .containsExactly(shared("pool nginx: vip1, vip2 and vip3 are all answered "
                        + "by 02:00:00:00:00:0a on eth1: one machine serves them all"));
        assertThat(look(NODE_A, NODE_A, NODE_A)).isEmpty();
    }

    @Test
    void aThirdThatLeavesIsNewsAndTheOthersStayTogether() {
        look(NODE_A, NODE_A, NODE_A);

        assertThat(look(NODE_A, NODE_A, NODE_B)).containsExactly(separate(
                "pool nginx: separate again: vip1, vip2 answered by 02:00:00:00:00:0a; vip3 answered by 02:00:00:00:00:0b"));
        assertThat(look(NODE_A, NODE_A, NODE_B)).isEmpty();
    }

    @Test
    void oneThatGoesFromAGroupToTheOtherIsTwoNews() {
        look(NODE_A, NODE_A, NODE_B, NODE_B);

        assertThat(look(NODE_A, NODE_B, NODE_B, NODE_B)).containsExactly(separate(SEPARATE),
                shared("pool nginx: vip2, vip3 and vip4 are all answered by 02:00:00:00:00:0b on eth1: one machine serves "
                        + "them all"));
        assertThat(look(NODE_A, NODE_B, NODE_B, NODE_B)).isEmpty();
    }

    @Test
    void endpointsThatAReloadRemovesAreForgotten() {
        look(NODE_A, NODE_A);

        assertThat(noticesFor(endpoints.subList(0, 1))).isEmpty();
        assertThat(noticesFor(endpoints)).containsExactly(shared(BOTH_ON_A));
    }

    @Test
    void aLineNamesAFewOfMany() {
        Neighbour[] all = IntStream.range(0, 200).mapToObj(_ -> NODE_A).toArray(Neighbour[]::new);

        assertThat(look(all)).extracting(Notice::text)
                .containsExactly(
                        "pool nginx: vip1, vip2, vip3, vip4, vip5, vip6, vip7, vip8 and 192 more are all answered "
                                + "by 02:00:00:00:00:0a on eth1: one machine serves them all");
    }
}
