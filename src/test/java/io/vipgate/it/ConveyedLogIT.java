package io.vipgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.it.fixture.Await;
import io.vipgate.it.fixture.EchoEndpoint;
import io.vipgate.it.fixture.Peer;
import io.vipgate.it.fixture.SocketTest;
import io.vipgate.it.fixture.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the access log tells of clients that a PROXY header conveyed. */
@SocketTest
final class ConveyedLogIT {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private TestGateway start(String format, EchoEndpoint echo) throws Exception {
        return TestGateway.with().endpoint("one", echo).listener("acceptProxy: [127.0.0.1]")
                .listener("access: { deny: [203.0.113.66] }")
                .more("accessLog: { format: " + format + ", file: \"" + log() + "\" }").start();
    }

    private Path log() {
        return directory.resolve("access.log");
    }

    private List<String> lines(int count) {
        Await.until(count + " lines", BOUND, () -> read().size() >= count);
        return read();
    }

    private List<String> read() {
        try {
            return Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void textHasThePeerBehindTheOtherFields() throws Exception {
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = start("text", echo)) {
            int port;
            try (Peer client = gateway.connect()) {
                port = client.localPort();
                client.send("PROXY TCP6 2001:db8::9 2001:db8::1 40001 443\r\n");
                client.exchange();
            }
            assertThat(lines(1).getFirst()).contains(" web [2001:db8::9]:40001 -> nginx/one ")
                    .endsWith(" close=-- peer=127.0.0.1:" + port);

            try (Peer denied = gateway.connect()) {
                denied.send("PROXY TCP4 203.0.113.66 203.0.113.1 40002 443\r\n");
                denied.expectReset();
                assertThat(lines(2).getLast()).contains(" web 203.0.113.66:40002 -> nginx/- ")
                        .endsWith(" close=PR peer=127.0.0.1:" + denied.localPort());
            }
            try (Peer unknown = gateway.connect()) {
                unknown.send("PROXY UNKNOWN\r\n");
                unknown.exchange();
            }
            assertThat(lines(3).getLast()).endsWith(" close=--");
        }
    }

    @Test
    void jsonHasWhatAwsAndAzureTellWithoutLettingItBreakTheLine() throws Exception {
        String addresses = "cb007109cb0071019c4101bb";
        try (EchoEndpoint echo = new EchoEndpoint(); TestGateway gateway = start("json", echo)) {
            try (Peer client = gateway.connect()) {
                client.send(HexFormat.of().parseHex(
                        SIGNATURE + "21110023" + addresses + "ea000c01" + "767063652d220a5c78ff31" + "ee000501"
                                + "efbeadde"));
                client.exchange();
            }
            assertThat(lines(1)).hasSize(1);
            assertThat(lines(1).getFirst()).contains("\"client\":\"203.0.113.9:40001\"", ",\"peer\":\"127.0.0.1:")
                    .endsWith(",\"vpce\":\"vpce-\\\"\\u000a\\\\x\\u00ff1\",\"linkId\":3735928559}");
        }
    }
}
