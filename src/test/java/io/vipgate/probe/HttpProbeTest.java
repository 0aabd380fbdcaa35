package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.ProxyProtocol;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProbeTest {
    @Test
    void aStatusInTheRangePasses() throws Exception {
        assertThat(statusOf("HTTP/1.1 204 No Content\r\n\r\n")).isEqualTo(ProbeResult.pass("status 204"));
    }

    @Test
    void anotherStatusFails() throws Exception {
        assertThat(statusOf("HTTP/1.0 503 Service Unavailable\r\n\r\n")).isEqualTo(ProbeResult.fail("status 503"));
    }

    @Test
    void interimAnswersAreSkipped() throws Exception {
        String interim = "HTTP/1.1 100 Continue\r\n\r\n";
        String final200 = "HTTP/1.1 200 OK\r\n\r\n";

        assertThat(statusOf(interim + interim + final200)).isEqualTo(ProbeResult.pass("status 200"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n"})
    void whatIsNotHttpFails(String answer) throws Exception {
        ProbeResult result = statusOf(answer);

        assertThat(result.outcome()).isEqualTo(ProbeResult.Outcome.FAIL);
        assertThat(result.cause()).isEqualTo("not HTTP/1.1: " + answer.lines().findFirst().orElseThrow());
    }

    @Test
    void anAnswerCannotForgeLinesOfTheLog() throws Exception {
        assertThat(statusOf("\u001b[2J\r\u0007gone\r\n").cause()).isEqualTo("not HTTP/1.1: ?[2J??gone");
    }

    @Test
    void theRequestNamesTheEndpointAndAsksToClose() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            Checks.check(Checks.http(Checks.AMPLE, ""), peer.address());

            assertThat(peer.heard()).isEqualTo("GET /health?a=b HTTP/1.1\r\nHost: 127.0.0.1:"
                    + peer.address().getPort() + "\r\nUser-Agent: vipgate-probe\r\nAccept: */*\r\n"
                    + "Connection: close\r\n\r\n");
        }
    }

    @Test
    void aConfiguredHostIsSentAsItStands() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            HttpProbeConfig http = new HttpProbeConfig("/", "GET", Optional.of("www.example"), Map.of(),
                    Checks.statuses(200, 200), "");
            Probe probe = Probes.of(Checks.http(Checks.AMPLE, http, null), ProxyProtocol.V2, List.of()).orElseThrow();

            assertThat(Checks.check(probe, peer.address(), Checks.AMPLE)).isEqualTo(ProbeResult.pass("status 200"));
            assertThat(peer.heard()).startsWith("\r\n\r\n\0\r\nQUIT\n \0\0\0GET / HTTP/1.1\r\nHost: www.example\r\n");
        }
    }

    @Test
    void aBodyOfSaidLengthIsSearchedToItsEnd() throws Exception {
        assertThat(bodyOf("Content-Length: 8\r\n\r\nall good")).isEqualTo(PASSED);
        assertThat(bodyOf("Content-Length: 7\r\n\r\nall good")).isEqualTo(LACKS);
    }

    @Test
    void aBodyInChunksIsSearchedAcrossThem() throws Exception {
        assertThat(bodyOf("Transfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nall g\r\n3\r\nood\r\n0\r\n\r\n"))
                .isEqualTo(PASSED);
        assertThat(bodyOf("Transfer-Encoding: chunked\r\n\r\n3\r\nall\r\n0\r\n\r\nall good")).isEqualTo(LACKS);
    }

    @Test
    void aBodyWithoutLengthIsSearchedToTheEndOfTheConnection() throws Exception {
        assertThat(bodyOf("\r\nit is all good")).isEqualTo(PASSED);
        assertThat(bodyOf("\r\nit is all goo")).isEqualTo(LACKS);
    }

    @Test
    void aBodyInPiecesIsPutTogether() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.inPieces("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nall all good")) {
            assertThat(Checks.check(Checks.http(Checks.AMPLE, "all good"), peer.address())).isEqualTo(PASSED);
        }
    }

    @Test
    void onlyTheFirst64KiBOfTheBodyAreSearched() throws Exception {
        String filling = "x".repeat(ByteSearch.MAX_BYTES - 8);

        assertThat(bodyOf("\r\n" + filling + "all good")).isEqualTo(PASSED);
        assertThat(bodyOf("\r\n" + filling + "xall good"))
                .isEqualTo(ProbeResult.fail("first 64 KiB of the body lack the expected text"));
    }

    @Test
    void aBodyThatEndsEarlyFails() throws Exception {
        assertThat(bodyOf("Content-Length: 100\r\n\r\nall")).isEqualTo(ProbeResult.fail("closed within the body"));
        assertThat(bodyOf("Transfer-Encoding: chunked\r\n\r\n9\r\nall"))
                .isEqualTo(ProbeResult.fail("closed within the body"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\n", "\r\n", "-1\r\n", "ffffffffffffffff\r\n", "2\r\nallx\r\n0\r\n\r\n"})
    void malformedChunksFail(String chunks) throws Exception {
        assertThat(bodyOf("Transfer-Encoding: chunked\r\n\r\n" + chunks).cause()).startsWith("malformed chunk: ");
    }

    @Test
    void anAnswerWithoutBodyLacksTheText() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer
                .answering("HTTP/1.1 304 Not Modified\r\nContent-Length: 8\r\n\r\nall good")) {
            assertThat(Checks.check(Checks.http(Checks.AMPLE, "all good"), peer.address())).isEqualTo(LACKS);
        }
    }

    @Test
    void aHeaderWithoutEndFailsAfter64KiB() throws Exception {
        assertThat(statusOf("HTTP/1.1 200 OK\r\nX: " + "x".repeat(HttpHead.MAX_BYTES)))
                .isEqualTo(ProbeResult.fail("header is longer than 64 KiB"));
        assertThat(statusOf("HTTP/1.1 100 Continue\r\n\r\n".repeat(HttpHead.MAX_BYTES / 20)))
                .isEqualTo(ProbeResult.fail("header is longer than 64 KiB"));
    }

    @Test
    void anAnswerMayHaveALongHeader() throws Exception {
        String cookies = "Set-Cookie: a=%s\r\n".formatted("x".repeat(4000)).repeat(15);

        assertThat(bodyOf(cookies + "Content-Length: 8\r\n\r\nall good")).isEqualTo(PASSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 8, 8\r\n", "Content-Length: 8\r\ncontent-length:8\r\n",
        "Content-Length: 8,8 , 08\r\n", "Content-Length:\r\n 8\r\n", "Content-Length: 8\n",
        "Transfer-Encoding: identity\r\nContent-Length: 8\r\n"})
    void aLengthThatIsSaidAgainIsThatLength(String fields) throws Exception {
        assertThat(bodyOf(fields + "\r\nall good")).isEqualTo(PASSED);
        assertThat(bodyOf(fields + "\r\n.all good")).isEqualTo(LACKS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"Content-Length: 7, 8|Content-Length differs: 7 and 8",
        "Content-Length: 8,|Content-Length is no number: 8,", "Content-Length: -8|Content-Length is no number: -8",
        "Content-Length: 0x8|Content-Length is no number: 0x8"})
    void lengthsThatContradictEachOtherFail(String field, String cause) throws Exception {
        assertThat(bodyOf(field + "\r\n\r\nall good")).isEqualTo(ProbeResult.fail(cause));
    }

    @Test
    void chunksAreStrongerThanALength() throws Exception {
        assertThat(bodyOf("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n8\r\nall good\r\n0\r\n\r\n"))
                .isEqualTo(PASSED);
    }

    @Test
    void aFieldMayGoOnInTheNextLine() throws Exception {
        assertThat(bodyOf("Transfer-Encoding: gzip,\r\n\tchunked\r\n\r\n8\r\nall good\r\n0\r\n\r\n")).isEqualTo(PASSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200\r\n\r\n", "HTTP/1.1 200 \u00c3\u0085\r\n\r\n", "HTTP/1.1 200 \r\n\r\n",
        "HTTP/1.0 200 OK\n\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"})
    void answersOfOldAndTerseServersPass(String answer) throws Exception {
        assertThat(statusOf(answer)).isEqualTo(ProbeResult.pass("status 200"));
    }

    @Test
    void whoClosesEarlyFails() throws Exception {
        assertThat(statusOf("")).isEqualTo(ProbeResult.fail("closed without an answer"));
        assertThat(statusOf("HTTP/1.1 200 OK\r\n")).isEqualTo(ProbeResult.fail("closed within the header"));
    }

    @Test
    void aTrickleDoesNotPutOffTheDeadline() throws Exception {
        try (ScriptedPeer header = ScriptedPeer.trickling("HTTP/1.1 200 OK\r\nX: ", (byte) 'x');
                ScriptedPeer body = ScriptedPeer.trickling("HTTP/1.1 200 OK\r\n\r\n", (byte) 'x')) {
            Probe probe = Checks.probe(Checks.http(Checks.SHORT, "all good"));

            assertThat(Checks.checkInVain(probe, header.address()).cause()).isEqualTo("no answer in 150 ms");
            assertThat(Checks.checkInVain(probe, body.address()).cause()).isEqualTo("no answer in 150 ms");
        }
    }

    private static final ProbeResult PASSED = ProbeResult.pass("status 200, body as expected");
    private static final ProbeResult LACKS = ProbeResult.fail("body lacks the expected text");

    private static ProbeResult statusOf(String answer) throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering(answer)) {
            return Checks.check(Checks.http(Checks.AMPLE, ""), peer.address());
        }
    }

    private static ProbeResult bodyOf(String fieldsAndBody) throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.answering("HTTP/1.1 200 OK\r\n" + fieldsAndBody)) {
            return Checks.check(Checks.http(Checks.AMPLE, "all good"), peer.address());
        }
    }
}
