package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Admin;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.NamingEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestEndpoint;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.json.Json;
import io.vipgate.pool.AdminState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Relays, pins and explanations, as the operator's address shows them. */
@SocketTest
final class AdminLooksIT {
    private static final Duration BOUND = Duration.ofSeconds(15);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private Admin admin(TestGateway gateway) {
        return new Admin(gateway, directory.resolve("token"));
    }

    private TestGateway.Builder with(TestEndpoint one, TestEndpoint two) {
        return TestGateway.with().endpoint("one", one).endpoint("two", two)
                .more(Admin.section(directory.resolve("token")));
    }

    // ---- relays ----

    @Test
    void openRelaysAreListedPageByPageAndClosed() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                TestGateway gateway = with(one, two).pool("balance: round-robin").start()) {
            List<Peer> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 12; i++) {
                    Peer client = gateway.connect();
                    client.exchange();
                    clients.add(client);
                }
                Admin admin = admin(gateway);
                Set<String> ids = new HashSet<>();
                Set<String> ports = new HashSet<>();
                String after = "";
                int pages = 0;
                do {
                    Json page = admin.ok("GET", "/api/v1/relays?limit=5" + (after.isEmpty() ? "" : "&after=" + after));
                    assertThat(page.get("matching").text()).isEqualTo("12");
                    page.get("relays").list().forEach(relay -> {
                        assertThat(ids.add(relay.get("id").text())).isTrue();
                        ports.add(relay.get("clientPort").text());
                        assertThat(relay.get("client").text()).isEqualTo("127.0.0.1");
                        assertThat(relay.get("phase").text()).isEqualTo("open");
                        assertThat(relay.get("bytesToClient").text()).isEqualTo("1");
                    });
                    after = page.get("next").text();
                    pages++;
                } while (!after.isEmpty());
                assertThat(pages).isEqualTo(3);
                assertThat(ports).containsExactlyInAnyOrderElementsOf(
                        clients.stream().map(client -> String.valueOf(client.localPort())).toList());

                String id = ids.iterator().next();
                Json relay = admin.ok("GET", "/api/v1/relays/" + id);
                assertThat(admin.ok("DELETE", "/api/v1/relays/" + id).get("closed").text()).isEqualTo("1");
                clients.stream().filter(client -> String.valueOf(client.localPort())
                        .equals(relay.get("clientPort").text())).findFirst().orElseThrow().expectReset();
                assertThat(admin.call("GET", "/api/v1/relays/" + id, "").status()).isEqualTo(404);
                assertThat(admin.call("DELETE", "/api/v1/relays/" + id, "").status()).isEqualTo(404);
                gateway.awaitRelays(11, BOUND);

                int atTwo = gateway.connections("two");
                assertThat(admin.ok("GET", "/api/v1/relays?endpoint=nginx/two").get("matching").text())
                        .isEqualTo(String.valueOf(atTwo));
                assertThat(admin.ok("DELETE", "/api/v1/relays?endpoint=nginx/two").get("closed").text())
                        .isEqualTo(String.valueOf(atTwo));
                gateway.awaitRelays(11 - atTwo, BOUND);
                assertThat(admin.ok("GET", "/api/v1/relays?client=127.0.0.2").get("matching").text()).isEqualTo("0");
                assertThat(admin.ok("DELETE", "/api/v1/relays?client=127.0.0.1&listener=web").get("closed").text())
                        .isEqualTo(String.valueOf(11 - atTwo));
            } finally {
                for (Peer client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void relaysNeedTheTokenAndRightNames() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                TestGateway gateway = with(one, two).start()) {
            Admin admin = admin(gateway);
            assertThat(admin.withoutToken("GET", "/api/v1/relays").status()).isEqualTo(401);
            assertThat(admin.withoutToken("GET", "/api/v1/pools/nginx/pins").status()).isEqualTo(401);
            assertThat(admin.call("DELETE", "/api/v1/relays", "").status()).as("all of them by accident")
                    .isEqualTo(422);
            assertThat(admin.call("GET", "/api/v1/relays?endpoint=nginx", "").status()).isEqualTo(422);
            assertThat(admin.call("GET", "/api/v1/relays?client=name.example", "").status()).isEqualTo(422);
            assertThat(admin.call("GET", "/api/v1/relays?limit=0", "").status()).isEqualTo(422);
            assertThat(admin.call("GET", "/api/v1/relays?limit=1001", "").status()).isEqualTo(422);
            assertThat(admin.call("GET", "/api/v1/relays?after=x", "").status()).isEqualTo(422);
            assertThat(admin.call("GET", "/api/v1/relays?endpoint=nginx/three", "").status()).isEqualTo(404);
            assertThat(admin.call("DELETE", "/api/v1/relays?pool=apache", "").status()).isEqualTo(404);
            assertThat(admin.call("DELETE", "/api/v1/relays/9-9", "").status()).isEqualTo(404);
            assertThat(admin.call("DELETE", "/api/v1/relays/x", "").status()).isEqualTo(404);
        }
    }

    // ---- pins ----

    @Test
    void pinsAreListedAndForgotten() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                TestGateway gateway = with(one, two).pool("pinning: { by: source-address }").start()) {
            Admin admin = admin(gateway);
            try (Peer client = gateway.connect()) {
                client.exchange();
                Json page = admin.ok("GET", "/api/v1/pools/nginx/pins");
                assertThat(page.get("count").text()).isEqualTo("1");
                Json pin = page.get("pins").list().getFirst();
                assertThat(pin.get("client").text()).isEqualTo("127.0.0.1");
                assertThat(pin.get("open").text()).isEqualTo("1");
                assertThat(admin.ok("GET", "/api/v1/pools/nginx/pins/127.0.0.1")).isEqualTo(pin);
                assertThat(page.get("next").isNull()).isTrue();
                assertThat(admin.ok("GET", "/api/v1/pools/nginx/pins?after=127.0.0.1&limit=5").get("pins").list())
                        .isEmpty();

                Json explained = admin.ok("GET", "/api/v1/explain?listener=web&client=127.0.0.1");
                assertThat(explained.get("choice").get("endpoint").text()).isEqualTo(pin.get("endpoint").text());
                assertThat(explained.get("choice").get("definite").isTrue()).isTrue();
                assertThat(explained.get("pin").get("used").isTrue()).isTrue();
                var _ = gateway.server().operator().toAdmin("nginx", pin.get("endpoint").text(), AdminState.MAINT);
                Json moved = admin.ok("GET", "/api/v1/explain?listener=web&client=127.0.0.1");
                assertThat(moved.get("pin").get("why").text()).isEqualTo("the endpoint is in maintenance");
                assertThat(moved.get("choice").get("endpoint").text()).isNotEqualTo(pin.get("endpoint").text());
            }
            assertThat(admin.ok("DELETE", "/api/v1/pools/nginx/pins/127.0.0.1").get("forgotten").text()).isEqualTo("1");
            assertThat(admin.call("GET", "/api/v1/pools/nginx/pins/127.0.0.1", "").status()).isEqualTo(404);
            assertThat(admin.call("DELETE", "/api/v1/pools/nginx/pins/127.0.0.1", "").status()).isEqualTo(404);
            assertThat(admin.call("DELETE", "/api/v1/pools/nginx/pins/x", "").status()).isEqualTo(422);
            assertThat(admin.call("GET", "/api/v1/pools/apache/pins", "").status()).isEqualTo(404);
            assertThat(admin.ok("DELETE", "/api/v1/pools/nginx/pins").get("forgotten").text()).isEqualTo("0");
        }
    }

    // ---- explanations ----

    @Test
    void explainTellsChancesAndWhySomeHaveNone() throws Exception {
        try (EchoEndpoint one = new EchoEndpoint();
                EchoEndpoint two = new EchoEndpoint();
                EchoEndpoint spare = new EchoEndpoint();
                TestGateway gateway = TestGateway.with().endpoint("one", one, "weight: 3").endpoint("two", two)
                        .endpoint("spare", spare, "backup: true").more(Admin.section(directory.resolve("token")))
                        .start()) {
            Admin admin = admin(gateway);
            String path = "/api/v1/explain?listener=web&client=192.0.2.7";
            Json answer = admin.withoutToken("GET", path).json();
            assertThat(answer.get("rule").text()).isEqualTo("weighted-random");
            assertThat(answer.get("choice").get("definite").isTrue()).isFalse();
            assertThat(answer.get("candidates").list()).extracting(each -> each.get("probability").text())
                    .containsExactly("0.75", "0.25", "0");
            assertThat(answer.get("candidates").list()).extracting(each -> each.get("why").text())
                    .containsExactly("may be chosen", "may be chosen", "a backup, and a primary can be used");

            var _ = gateway.server().operator().toAdmin("nginx", "one", AdminState.DRAIN);
            var _ = gateway.server().operator().toWeight("nginx", "two", 0);
            answer = admin.withoutToken("GET", path).json();
            assertThat(answer.get("candidates").list()).extracting(each -> each.get("why").text()).containsExactly(
                    "drains: takes pinned clients alone", "weight 0 takes nothing new", "may be chosen");
            assertThat(answer.get("choice").get("endpoint").text()).isEqualTo("spare");

            var _ = gateway.server().operator().toAdmin("nginx", "spare", AdminState.MAINT);
            answer = admin.withoutToken("GET", path).json();
            assertThat(answer.get("choice").get("endpoint").isNull()).isTrue();
            assertThat(answer.get("choice").get("why").text()).contains("no endpoint can be used");

            assertThat(admin.withoutToken("GET", path.replace("web", "mail")).status()).isEqualTo(404);
            assertThat(admin.withoutToken("GET", path.replace("192.0.2.7", "a.example")).status()).isEqualTo(422);
            assertThat(admin.withoutToken("GET", "/api/v1/explain?client=192.0.2.7").status()).isEqualTo(422);
        }
    }

    @Test
    void explainForetellsWhereTheHashSendsAClient() throws Exception {
        try (NamingEndpoint one = new NamingEndpoint('1');
                NamingEndpoint two = new NamingEndpoint('2');
                TestGateway gateway = with(one, two).pool("balance: source-hash").start()) {
            Json answer = admin(gateway).ok("GET", "/api/v1/explain?listener=web&client=127.0.0.1");
            assertThat(answer.get("choice").get("definite").isTrue()).isTrue();
            String foretold = answer.get("choice").get("endpoint").text().equals("one") ? "1" : "2";
            for (int i = 0; i < 5; i++) {
                try (Peer client = gateway.connect()) {
                    assertThat(client.receiveAll()).containsExactly(foretold.charAt(0));
                }
            }
        }
    }
}
