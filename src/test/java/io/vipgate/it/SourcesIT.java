package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Admin;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who uses how much of the limits per source, as an operator is told. */
@SocketTest
final class SourcesIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private TestGateway.Builder with(EchoEndpoint echo, String limits) {
        return TestGateway.with().endpoint("one", echo).listener("perSource: " + limits)
                .more(Admin.section(directory.resolve("token"))).more("metrics: { bind: \"127.0.0.1:0\" }");
    }

    private static List<String> told(Json answer) {
        return answer.get("sources").list().stream().map(source -> source.get("source").text() + " "
                + source.get("listener").text() + " " + source.get("used").text() + " " + source.get("open").text()
                + "/" + source.get("maxConnections").text() + " " + source.get("tokens").text() + "/"
                + source.get("burst").text() + " " + source.get("refused").text() + " " + source.get("dryRun").text())
                .toList();
    }

    @Test
    void whoIsOverALimitStandsFirst() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo, "{ maxConnections: 2, around: {} }").start();
                Peer one = gateway.connect();
                Peer two = gateway.connect()) {
            Admin admin = new Admin(gateway, directory.resolve("token"));
            one.exchange();
            two.exchange();
            Peer.expectRefused(gateway.port());

            assertThat(told(admin.ok("GET", "/api/v1/sources"))).containsExactly(
                    "127.0.0.1 web 100 2/2 / 1 false", "127.0.0.0/24 web 13 2/16 / 0 false");
            assertThat(told(admin.ok("GET", "/api/v1/sources?limit=1&listener=web"))).hasSize(1);
            assertThat(admin.call("GET", "/api/v1/sources?listener=mail", "").status()).isEqualTo(404);
            assertThat(admin.call("GET", "/api/v1/sources?limit=0", "").status()).isEqualTo(422);
            assertThat(admin.withoutToken("GET", "/api/v1/sources").status()).isEqualTo(401);
        }
    }

    private static List<Json> sources(Admin admin) throws IOException {
        return admin.ok("GET", "/api/v1/sources").get("sources").list();
    }

    @Test
    void whoWasRefusedIsToldWhenItHasNothingOpen() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo, "{ newPerSecond: 1, burst: 1, dryRun: true }").start()) {
            Admin admin = new Admin(gateway, directory.resolve("token"));
            // On a busy machine two may be more than a second apart.
            while (sources(admin).isEmpty()) {
                try (Peer one = gateway.connect(); Peer two = gateway.connect()) {
                    one.exchange();
                    two.exchange();
                }
            }

            Json source = sources(admin).getFirst();

            assertThat(source.get("source").text()).isEqualTo("127.0.0.1");
            assertThat(source.get("open").number()).isZero();
            assertThat(source.get("maxConnections").isNull()).isTrue();
            assertThat(source.get("burst").number()).isEqualTo(1);
            assertThat(source.get("refused").number()).isPositive();
            assertThat(source.get("dryRun").isTrue()).isTrue();
            assertThat(Scrape.of(gateway).sum("vipgate_source_evictions_total")).isZero();
        }
    }
}
