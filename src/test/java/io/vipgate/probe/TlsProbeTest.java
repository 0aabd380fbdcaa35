package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vipgate.config.HttpProbeConfig;
import io.vipgate.config.ProbeConfig;
import io.vipgate.config.ProxyProtocol;
import io.vipgate.config.TlsProbeConfig;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsProbeTest {
    private static final TlsProbeConfig ANY = new TlsProbeConfig(Optional.empty(), false, Optional.empty());

    private final Path directory;
    private final Certificates certificates;
    private final Path ca;
    private final List<String> sessions = new CopyOnWriteArrayList<>();

    /** Once for all tests: the certificates take their time. */
    TlsProbeTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        certificates = new Certificates(directory);
        ca = certificates.ca();
    }

    @BeforeEach
    void forgetSessions() {
        sessions.clear();
    }

    @Test
    void withoutVerifyAnyCertificateWillDo() throws Exception {
        try (ScriptedPeer peer = showing("expired")) {
            assertThat(Checks.check(Checks.tls(Checks.AMPLE, ANY), peer.address()))
                    .isEqualTo(ProbeResult.pass("TLS handshake"));
        }
    }

    @Test
    void withVerifyTheAuthorityAndTheNameMustBeRight() throws Exception {
        try (ScriptedPeer peer = showing("valid")) {
            assertThat(Checks.check(Checks.tls(Checks.AMPLE, verifying(certificates.name())), peer.address()))
                    .isEqualTo(ProbeResult.pass("TLS handshake"));
            assertThat(Checks.check(Checks.tls(Checks.AMPLE, verifying("")), peer.address()).outcome())
                    .isEqualTo(ProbeResult.Outcome.PASS);
            assertThat(Checks.check(Checks.tls(Checks.AMPLE, verifying("other.example")), peer.address()).cause())
                    .startsWith("certificate: ").contains("other.example");
            assertThat(Checks.check(Checks.tls(Checks.AMPLE, verifying("192.0.2.1")), peer.address()).cause())
                    .startsWith("certificate: ").contains("192.0.2.1");
        }
    }

    @Test
    void anExpiredCertificateFails() throws Exception {
        try (ScriptedPeer peer = showing("expired")) {
            ProbeResult result = Checks.check(Checks.tls(Checks.AMPLE, verifying(certificates.name())),
                    peer.address());

            assertThat(result.outcome()).isEqualTo(ProbeResult.Outcome.FAIL);
            assertThat(result.cause()).startsWith("certificate: expired (NotAfter: ");
        }
    }

    private ProbeResult shown(String alias, String... trusted) throws Exception {
        try (ScriptedPeer peer = showing(alias)) {
            TlsProbeConfig tls = new TlsProbeConfig(Optional.of(certificates.name()), true,
                    Optional.of(certificates.file(trusted)));
            return Checks.check(Checks.tls(Checks.AMPLE, tls), peer.address());
        }
    }

    @Test
    void anExpiredCertificateFailsEvenWhereItIsItsOwnAuthority() throws Exception {
        assertThat(shown("expired", "expired").cause()).startsWith("certificate: expired (NotAfter: ");
        assertThat(shown("expired", "authority", "expired").cause()).startsWith("certificate: expired (NotAfter: ");
        assertThat(shown("valid", "valid")).as("one that is valid may be its own")
                .isEqualTo(ProbeResult.pass("TLS handshake"));
    }

    @Test
    void anExpiredAuthorityIsNone() throws Exception {
        assertThat(shown("orphan", "old-authority").cause())
                .startsWith("certificate: expired (the authority CN=Old authority, valid from ");
        assertThat(shown("orphan", "authority", "old-authority").cause())
                .startsWith("certificate: expired (the authority CN=Old authority, valid from ");
        assertThat(shown("orphan", "orphan")).isEqualTo(ProbeResult.pass("TLS handshake"));
        assertThat(shown("valid", "old-authority", "authority")).isEqualTo(ProbeResult.pass("TLS handshake"));
    }

    @Test
    void theCertificateIsLookedAtInEveryCheck() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            SSLSocket secured = certificates.over(socket, "valid");
            secured.startHandshake();
            int _ = secured.getInputStream().read(new byte[4096]);
            secured.getOutputStream().write(ScriptedPeer.bytes("HTTP/1.1 200 OK\r\n\r\nall good"));
        })) {
            Probe probe = Checks.probe(Checks.http(Checks.AMPLE, new HttpProbeConfig("/", "GET", Optional.empty(),
                    Map.of(), Checks.statuses(200, 200), "all good"), verifying(certificates.name())));
            for (int i = 0; i < 5; i++) {
                assertThat(Checks.check(probe, peer.address(), Checks.AMPLE))
                        .as("with TLS 1.3, whose tickets come with the answer")
                        .isEqualTo(ProbeResult.pass("status 200, body as expected"));
            }
        }
    }

    @Test
    void theNameOfTheEndpointIsSentAndLookedFor() throws Exception {
        try (ScriptedPeer peer = showing("valid")) {
            Probe probe = Checks.probe(Checks.tls(Checks.AMPLE, verifying("")));
            ProbeTarget named = new ProbeTarget("web", "vip1", peer.address(), Optional.of(certificates.name()), true);
            ProbeTarget other = new ProbeTarget("web", "vip1", peer.address(), Optional.of("other.example"), true);

            assertThat(Checks.check(probe, named, Checks.AMPLE)).isEqualTo(ProbeResult.pass("TLS handshake"));
            assertThat(Checks.check(probe, other, Checks.AMPLE).cause()).startsWith("certificate: ")
                    .contains("other.example");
        }
    }

    @Test
    void anAuthorityThatTheMachineDoesNotTrustFails() throws Exception {
        try (ScriptedPeer peer = showing("valid")) {
            TlsProbeConfig machines = new TlsProbeConfig(Optional.of(certificates.name()), true, Optional.empty());

            assertThat(Checks.check(Checks.tls(Checks.AMPLE, machines), peer.address()))
                    .isEqualTo(ProbeResult.fail("certificate: not issued by a trusted authority"));
        }
    }

    @Test
    void aNameIsSentAndAnAddressIsNot() throws Exception {
        assertThat(nameSentWith("good.example")).isEqualTo("good.example");
        assertThat(nameSentWith("192.0.2.1")).isEmpty();
        assertThat(nameSentWith("2001:db8::1")).isEmpty();
        assertThat(nameSentWith("")).isEmpty();
    }

    @Test
    void theEndpointsHandshakeSucceedsToo() throws Exception {
        for (int i = 0; i < 20; i++) {
            CompletableFuture<String> server = new CompletableFuture<>();
            try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
                try {
                    showCertificate(socket, "valid");
                    server.complete("clean end");
                } catch (IOException e) {
                    server.complete(e.toString());
                }
            })) {
                Checks.check(Checks.tls(Checks.AMPLE, ANY), peer.address());

                assertThat(server.get(10, TimeUnit.SECONDS)).isEqualTo("clean end");
            }
        }
    }

    @Test
    void httpsAsksOverTls() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.that(this::answerOverTls)) {
            assertThat(Checks.check(https(Checks.AMPLE, "all good"), peer.address()))
                    .isEqualTo(ProbeResult.pass("status 200, body as expected"));
            assertThat(Checks.check(https(Checks.AMPLE, "all bad"), peer.address()))
                    .isEqualTo(ProbeResult.fail("body lacks the expected text"));
        }
    }

    @Test
    void everyCheckShakesHandsInFull() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.that(this::answerOverTls)) {
            Probe probe = Checks.probe(https(Checks.AMPLE, "all good"));
            for (int i = 0; i < 3; i++) {
                Checks.check(probe, peer.address(), Checks.AMPLE);
            }

            assertThat(sessions).hasSize(3).doesNotHaveDuplicates();
        }
    }

    @Test
    void theHeaderComesBeforeTheHandshake() throws Exception {
        CompletableFuture<String> header = new CompletableFuture<>();
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            header.complete(new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII));
            showCertificate(socket, "valid");
        })) {
            Probe probe = Probes.of(Checks.tls(Checks.AMPLE, ANY), ProxyProtocol.V1, List.of()).orElseThrow();

            assertThat(Checks.check(probe, peer.address(), Checks.AMPLE).outcome())
                    .isEqualTo(ProbeResult.Outcome.PASS);
            assertThat(header).isCompletedWithValue("PROXY UNKNOWN\r\n");
        }
    }

    @Test
    void whoDoesNotSpeakTlsFails() throws Exception {
        try (ScriptedPeer plain = ScriptedPeer.that(socket -> {
            int _ = socket.getInputStream().read(new byte[4096]);
            socket.getOutputStream().write(ScriptedPeer.bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
        }); ScriptedPeer closing = ScriptedPeer.that(socket -> {
            int _ = socket.getInputStream().read(new byte[4096]);
        }); ScriptedPeer resetting = ScriptedPeer.resetting()) {
            Probe probe = Checks.probe(Checks.tls(Checks.AMPLE, ANY));

            assertThat(Checks.check(probe, plain.address(), Checks.AMPLE))
                    .isEqualTo(ProbeResult.fail("TLS: Unsupported or unrecognized SSL message"));
            assertThat(Checks.check(probe, closing.address(), Checks.AMPLE))
                    .isEqualTo(ProbeResult.fail("closed during the TLS handshake"));
            assertThat(Checks.check(probe, resetting.address(), Checks.AMPLE))
                    .isEqualTo(ProbeResult.fail("connection reset"));
        }
    }

    @Test
    void aHandshakeThatNeverEndsEndsAtTheDeadline() throws Exception {
        // The beginning of a record of 16 KiB, which never comes whole; @ is 0x40.
        try (ScriptedPeer silent = ScriptedPeer.silent();
                ScriptedPeer trickling = ScriptedPeer.trickling("\u0016\u0003\u0003@\0", (byte) 2)) {
            Probe probe = Checks.probe(Checks.tls(Checks.SHORT, ANY));

            assertThat(Checks.checkInVain(probe, silent.address()).cause()).isEqualTo("no TLS handshake in 150 ms");
            assertThat(Checks.checkInVain(probe, trickling.address()).cause())
                    .isEqualTo("no TLS handshake in 150 ms");
        }
    }

    @Test
    void silenceAfterTheHandshakeEndsAtTheDeadline() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            SSLSocket secured = certificates.over(socket, "valid");
            secured.startHandshake();
            ScriptedPeer.waitForEnd(secured);
        })) {
            // Longer than others: the handshake has to be over by then on a machine that is slow.
            Duration timeout = Duration.ofSeconds(1);

            assertThat(Checks.check(https(timeout, ""), peer.address()))
                    .isEqualTo(ProbeResult.timeout("no answer in 1 s"));
        }
    }

    @Test
    void certificatesThatCannotBeReadAreSaidSoAtOnce() throws IOException {
        Path missing = directory.resolve("missing.pem");
        Path other = Files.writeString(directory.resolve("other.pem"), "nothing of the kind");

        for (Path ca : List.of(missing, other)) {
            TlsProbeConfig tls = new TlsProbeConfig(Optional.empty(), true, Optional.of(ca));
            assertThatThrownBy(() -> Checks.probe(Checks.tls(Checks.AMPLE, tls)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("ca: " + ca + " (expected: a readable file with certificates in PEM)");
        }
    }

    @Test
    void aServerNameThatIsNoneIsSaidSoAtOnce() {
        TlsProbeConfig tls = new TlsProbeConfig(Optional.of("no name"), false, Optional.empty());

        assertThatThrownBy(() -> Checks.probe(Checks.tls(Checks.AMPLE, tls)))
                .hasMessage("serverName: no name (expected: a host name)");
    }

    private ScriptedPeer showing(String alias) throws IOException {
        return ScriptedPeer.that(socket -> showCertificate(socket, alias));
    }

    private void showCertificate(Socket socket, String alias) throws IOException {
        SSLSocket secured = certificates.over(socket, alias);
        secured.startHandshake();
        ScriptedPeer.waitForEnd(secured);
    }

    private void answerOverTls(Socket socket) throws IOException {
        SSLSocket secured = certificates.over(socket, "valid");
        // Of this version a session can be resumed by its number.
        secured.setEnabledProtocols(new String[]{"TLSv1.2"});
        secured.startHandshake();
        sessions.add(HexFormat.of().formatHex(secured.getSession().getId()));
        int _ = secured.getInputStream().read(new byte[4096]);
        secured.getOutputStream().write(ScriptedPeer.bytes("HTTP/1.1 200 OK\r\n\r\nall good"));
    }

    private String nameSentWith(String serverName) throws Exception {
        CompletableFuture<String> name = new CompletableFuture<>();
        try (ScriptedPeer peer = ScriptedPeer.that(socket -> {
            SSLSocket secured = certificates.over(socket, "valid");
            secured.startHandshake();
            name.complete(((ExtendedSSLSession) secured.getSession()).getRequestedServerNames().stream()
                    .map(sent -> new String(sent.getEncoded(), StandardCharsets.US_ASCII))
                    .collect(Collectors.joining()));
            ScriptedPeer.waitForEnd(secured);
        })) {
            TlsProbeConfig tls = new TlsProbeConfig(Optional.of(serverName).filter(text -> !text.isEmpty()), false,
                    Optional.empty());
            assertThat(Checks.check(Checks.tls(Checks.AMPLE, tls), peer.address()).outcome())
                    .isEqualTo(ProbeResult.Outcome.PASS);
            return name.get(10, TimeUnit.SECONDS);
        }
    }

    private TlsProbeConfig verifying(String serverName) {
        return new TlsProbeConfig(Optional.of(serverName).filter(text -> !text.isEmpty()), true, Optional.of(ca));
    }

    private static ProbeConfig https(Duration timeout, String expectBody) {
        return Checks.http(timeout,
                new HttpProbeConfig("/", "GET", Optional.empty(), Map.of(), Checks.statuses(200, 200), expectBody),
                ANY);
    }
}
