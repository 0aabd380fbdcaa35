package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Clients;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that {@code source-hash} keeps at their endpoints, without a table. */
@SocketTest
final class SourceHashIT {
    private static final int CLIENTS = 1_000;
    private static final String HASHED = "balance: source-hash";

    private static List<String> askAll(TestGateway gateway) throws Exception {
        List<String> answers = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            answers.add(Clients.ask(gateway, client));
        }
        return answers;
    }

    @Test
    void onlyTheClientsOfARemovedEndpointMoveAndExactlyThoseReturn() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                NamingEndpoint three = new NamingEndpoint('3');
                TestGateway gateway = TestGateway.with().endpoint("one", one).endpoint("two", two)
                        .endpoint("three", three).pool(HASHED).start()) {
            List<String> before = askAll(gateway);
            assertThat(before).contains("1", "2", "3");

            gateway.apply(TestGateway.with().endpoint("one", one).endpoint("three", three).pool(HASHED));
            List<String> without = askAll(gateway);
            for (int client = 0; client < CLIENTS; client++) {
                if (before.get(client).equals("2")) {
                    assertThat(without.get(client)).isNotEqualTo("2");
                } else {
                    assertThat(without.get(client)).as("client %d", client).isEqualTo(before.get(client));
                }
            }

            gateway.apply(
                    TestGateway.with().endpoint("one", one).endpoint("two", two).endpoint("three", three).pool(HASHED));
            assertThat(askAll(gateway)).isEqualTo(before);
        }
    }

    @Test
    void twoGatewaysAgreeWhateverOrderTheirFilesAreIn() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                NamingEndpoint three = new NamingEndpoint('3');
                TestGateway left = TestGateway.with().endpoint("one", one).endpoint("two", two, "weight: 2")
                        .endpoint("three", three).pool(HASHED).start();
                TestGateway right = TestGateway.with().endpoint("three", three).endpoint("one", one)
                        .endpoint("two", two, "weight: 2").pool(HASHED).start()) {
            assertThat(askAll(right)).isEqualTo(askAll(left));
        }
    }
}
