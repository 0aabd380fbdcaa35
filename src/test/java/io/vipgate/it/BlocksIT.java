package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Admin;
import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.HttpAnswer;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.Scrape;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import io.vipgate.json.Json;
import io.vipgate.relay.CloseReason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that are turned away, by real connections. */
@SocketTest
final class BlocksIT {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String BAD = "127.0.0.66";
    private static final String GOOD = "127.0.0.77";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private TestGateway.Builder with(EchoEndpoint echo) {
        return TestGateway.with().endpoint("one", echo).more(Admin.section(tokenFile()))
                .more("metrics: { bind: \"127.0.0.1:0\" }");
    }

    private TestGateway.Builder withStateFile(EchoEndpoint echo) {
        return with(echo).more("stateFile: " + directory.resolve("state"));
    }

    private Path tokenFile() {
        return directory.resolve("token");
    }

    private static Peer from(String address, TestGateway gateway) throws IOException {
        Socket socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), gateway.port()), 20_000);
            return new Peer(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void expectServed(String address, TestGateway gateway) throws IOException {
        try (Peer client = from(address, gateway)) {
            client.exchange();
        }
    }

    private static void expectTurnedAway(String address, TestGateway gateway) throws IOException {
        try (Peer client = from(address, gateway)) {
            client.expectReset();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private static boolean isServed(String address, TestGateway gateway) {
        try (Peer client = from(address, gateway)) {
            client.exchange();
            return true;
        } catch (IOException | AssertionError e) {
            return false;
        }
    }

    private static Json block(Admin admin, String network, String body) throws IOException {
        HttpAnswer answer = admin.call("PUT", "/api/v1/blocks/" + network, body);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json();
    }

    @Test
    void aBlockedClientIsTurnedAwayItsRelayIsResetAndOthersAreServedUntilItIsLifted() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).start();
                Peer open = from(BAD, gateway);
                Peer other = from(GOOD, gateway)) {
            Admin admin = new Admin(gateway, tokenFile());
            open.exchange();
            other.exchange();

            Json done = block(admin, BAD, "{\"why\": \"sshd\"}");

            assertThat(done.get("closed").text()).isEqualTo("1");
            assertThat(done.get("kept").isTrue()).isFalse();
            assertThat(done.get("block").get("until").isNull()).isTrue();
            open.expectReset();
            other.exchange();
            expectTurnedAway(BAD, gateway);
            expectServed(GOOD, gateway);
            assertThat(gateway.closed(CloseReason.OPERATOR)).isEqualTo(1);
            assertThat(Scrape.of(gateway).sum("vipgate_blocks")).isEqualTo(1);
            assertThat(admin.ok("GET", "/api/v1/status").get("blocks").get("count").text()).isEqualTo("1");
            assertThat(admin.ok("GET", "/api/v1/blocks/" + BAD).get("why").text()).isEqualTo("sshd");

            assertThat(admin.ok("DELETE", "/api/v1/blocks/" + BAD).get("lifted").text()).isEqualTo("1");

            expectServed(BAD, gateway);
            assertThat(admin.call("DELETE", "/api/v1/blocks/" + BAD, "").status()).isEqualTo(404);
            assertThat(Scrape.of(gateway).sum("vipgate_blocks")).isZero();
        }
    }

    @Test
    void behindABalancerTheConveyedClientCountsAndNotTheBalancer() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).listener("acceptProxy: [127.0.0.1]").start();
                Peer open = conveyed("198.51.100.7", gateway);
                Peer other = conveyed("198.51.100.8", gateway)) {
            open.exchange();
            other.exchange();

            Json done = block(new Admin(gateway, tokenFile()), "198.51.100.7", "{}");

            assertThat(done.get("closed").text()).isEqualTo("1");
            open.expectReset();
            other.exchange();
            try (Peer again = conveyed("198.51.100.7", gateway)) {
                again.expectReset();
            }
            try (Peer third = conveyed("198.51.100.9", gateway)) {
                third.exchange();
            }
            assertThat(Scrape.of(gateway).sum("vipgate_listener_refused_total", "reason", "blocked")).isEqualTo(1);
        }
    }

    private static Peer conveyed(String client, TestGateway gateway) throws IOException {
        Peer peer = gateway.connect();
        peer.send("PROXY TCP4 " + client + " 203.0.113.1 40000 80\r\n");
        return peer;
    }

    @Test
    void aBlockIsStrongerThanAnAllowList() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).listener("access: { allow: [" + BAD + "], answer: close }").start()) {
            expectServed(BAD, gateway);
            expectEnded(GOOD, gateway);

            block(new Admin(gateway, tokenFile()), "127.0.0.64/28", "{}");

            expectEnded(BAD, gateway);
        }
    }

    private static void expectEnded(String address, TestGateway gateway) throws IOException {
        try (Peer client = from(address, gateway)) {
            client.expectEnd();
        }
    }

    @Test
    void openRelaysGoOnWhereThatIsAskedFor() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint();
                TestGateway gateway = with(echo).start();
                Peer open = from(BAD, gateway)) {
            open.exchange();

            Json done = block(new Admin(gateway, tokenFile()), "127.0.0.64/26", "{\"keep\": true}");

            assertThat(done.get("closed").text()).isEqualTo("0");
            open.exchange();
            expectTurnedAway(GOOD, gateway);
        }
    }

    @Test
    void aBlockEndsByItselfAndAWiderOneGoesOn() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, tokenFile());
            block(admin, BAD, "{\"for\": \"1s\"}");
            block(admin, "127.0.0.72/29", "{\"for\": \"1h\"}");

            Await.until("it has ended", BOUND, () -> isServed(BAD, gateway));

            expectTurnedAway(GOOD, gateway);
            Await.until("it is forgotten", BOUND, () -> count(admin) == 1);
            assertThat(admin.ok("GET", "/api/v1/blocks").get("blocks").list()).extracting(
                    block -> block.get("network").text()).containsExactly("127.0.0.72/29");
        }
    }

    private static double count(Admin admin) {
        try {
            return admin.ok("GET", "/api/v1/status").get("blocks").get("count").number();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void blocksOutliveTheGatewayInTheStateFileWithTheirEnds() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint()) {
            String until;
            try (TestGateway gateway = withStateFile(echo).start()) {
                Admin admin = new Admin(gateway, tokenFile());
                Json done = block(admin, BAD, "{\"for\": \"1h\", \"why\": \"sshd, größer\"}");
                assertThat(done.get("kept").isTrue()).isTrue();
                until = done.get("block").get("until").text();
                block(admin, "2001:db8::%2F48", "{}");
                block(admin, GOOD, "{\"for\": \"1s\"}");
            }
            assertThat(Files.readString(directory.resolve("state"))).contains("\nblock " + BAD + " since=",
                    "\nblock 2001:db8::/48 since=");
            try (TestGateway gateway = withStateFile(echo).start()) {
                expectTurnedAway(BAD, gateway);
                Admin admin = new Admin(gateway, tokenFile());
                Json block = admin.ok("GET", "/api/v1/blocks/" + BAD);
                assertThat(block.get("why").text()).isEqualTo("sshd, größer");
                assertThat(Duration.between(Instant.parse(until), Instant.parse(block.get("until").text())))
                        .as("whole seconds are kept").isBetween(Duration.ZERO, Duration.ofSeconds(1));
                Await.until("it has ended", BOUND, () -> isServed(GOOD, gateway));
                Await.until("what was restored is swept too", BOUND, () -> count(admin) == 2);
                admin.ok("DELETE", "/api/v1/blocks/" + BAD);
            }
            try (TestGateway gateway = withStateFile(echo).start()) {
                expectServed(BAD, gateway);
            }
        }
    }

    @Test
    void aReloadKeepsThemAndTakesThoseOfAStateFileThatItNames() throws Exception {
        Files.writeString(directory.resolve("state"), "block " + GOOD + " since=1 why=of the file\n");
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, tokenFile());
            block(admin, BAD, "{}");
            expectServed(GOOD, gateway);

            gateway.apply(withStateFile(echo));

            expectTurnedAway(BAD, gateway);
            expectTurnedAway(GOOD, gateway);
            Await.until("all are written", BOUND, () -> state().contains("block " + BAD)
                    && state().contains("why=of the file"));
        }
    }

    private String state() {
        try {
            return Files.readString(directory.resolve("state"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSecondCallReplacesEndAndReasonAndKeepsSince() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, tokenFile());
            Json first = block(admin, BAD, "{\"for\": \"1h\", \"why\": \"one\"}").get("block");
            Json second = block(admin, BAD, "{\"why\": \"two\"}").get("block");

            assertThat(second.get("why").text()).isEqualTo("two");
            assertThat(second.get("until").isNull()).isTrue();
            assertThat(second.get("since").text()).isEqualTo(first.get("since").text());
            assertThat(count(admin)).isEqualTo(1);
        }
    }

    @Test
    void listsAreGivenInPages() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, tokenFile());
            List<String> networks = List.of("192.0.2.1", "198.51.100.0/24", "198.51.100.7", "2001:db8::/32");
            for (String network : networks.reversed()) {
                block(admin, network, "{}");
            }

            Json first = admin.ok("GET", "/api/v1/blocks?limit=3");
            assertThat(first.get("blocks").list()).extracting(block -> block.get("network").text())
                    .isEqualTo(networks.subList(0, 3));
            assertThat(first.get("count").text()).isEqualTo("4");
            Json rest = admin.ok("GET", "/api/v1/blocks?limit=3&after=" + first.get("next").text());
            assertThat(rest.get("blocks").list()).extracting(block -> block.get("network").text())
                    .containsExactly("2001:db8::/32");
            assertThat(rest.get("next").isNull()).isTrue();
            assertThat(admin.withoutToken("GET", "/api/v1/blocks").status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8.0.0.0/7 | {} | 422 | network: 8.0.0.0/7 (expected: /8 or longer; "wide": true, --wide on the command line, \
            allows shorter ones)
            2001::/31 | {} | 422 | network: 2001::/31 (expected: /32 or longer; "wide": true, --wide on the command line, \
            allows shorter ones)
            127.0.0.0/8 | {} | 422 | network: 127.0.0.0/8 (expected: one without your own address, 127.0.0.1)
            ::1 | {} | 422 | network: ::1 (expected: one without your own address, ::1)
            0.0.0.0/0 | {"wide": true} | 422 | network: 0.0.0.0/0 (expected: one without your own address, 127.0.0.1)
            192.0.2.7/24 | {} | 422 | network: 192.0.2.7/24 (expected: 192.0.2.0/24)
            192.0.2.7/33 | {} | 422 | network: 192.0.2.7/33 (expected: an address or a network, such as 192.0.2.7, \
            192.0.2.0/24 or 2001:db8::/32)
            localhost | {} | 422 | network: localhost (expected: an address or a network, such as 192.0.2.7, \
            192.0.2.0/24 or 2001:db8::/32)
            192.0.2.7 | {"for": "3651d"} | 422 | body: for: 3651d (expected: 1s to 3650d, with the unit s, m, h or d; left \
            out, the block lasts until it is lifted)
            192.0.2.7 | {"for": "90"} | 422 | body: for: 90 (expected: 1s to 3650d, with the unit s, m, h or d; left out, \
            the block lasts until it is lifted)
            192.0.2.7 | {"why": "two\\nlines"} | 422 | body: why (expected: one line of at most 128 bytes, without control \
            characters)
            192.0.2.7 | {"until": "1h"} | 422 | body (expected: an object with some of the members [for, keep, why, wide])
            192.0.2.7 | {"keep": "yes"} | 422 | body: keep (expected: true or false)
            """)
    void whatCanNotBeMeantIsRefusedWithWhatIsExpected(String network, String body, int status, String message)
            throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, tokenFile());

            HttpAnswer answer = admin.call("PUT", "/api/v1/blocks/" + network, body);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.json().get("error").text()).isEqualTo(message);
            assertThat(count(admin)).isZero();
        }
    }

    @Test
    void aWideNetworkIsBlockedWhereThatIsMeantAndWhatIsNotBlockedIsUnknown() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = with(echo).start()) {
            Admin admin = new Admin(gateway, tokenFile());
            block(admin, "128.0.0.0/1", "{\"wide\": true}");

            HttpAnswer unknown = admin.call("DELETE", "/api/v1/blocks/192.0.2.0%2F24", "");
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.json().get("error").text())
                    .isEqualTo("no block of 192.0.2.0/24; its first address is blocked by 128.0.0.0/1");
            assertThat(admin.call("GET", "/api/v1/blocks/2001:db8::1", "").status()).isEqualTo(404);
        }
    }
}
