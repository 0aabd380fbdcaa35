package io.vipgate.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.vipgate.config.ProxyProtocol;
import io.vipgate.linux.Errno;
import io.vipgate.linux.NativeSocketAddress;
import io.vipgate.linux.SocketOptions;
import io.vipgate.linux.SystemCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpProbeTest {
    private final Probe probe = Checks.probe(Checks.tcp(Checks.AMPLE));

    @Test
    void whoeverListensPasses() throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.silent()) {
            assertThat(Checks.check(probe, peer.address(), Checks.AMPLE)).isEqualTo(ProbeResult.pass("connected"));
        }
    }

    @Test
    void nobodyListeningIsARefusal() throws Exception {
        assertThat(Checks.check(probe, ScriptedPeer.nobody(), Checks.AMPLE))
                .isEqualTo(ProbeResult.fail("connection refused"));
    }

    @Test
    void aBareConnectIsNeverSeenByTheProcessBehindIt() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).configureBlocking(false);
            for (int i = 0; i < 20; i++) {
                ProbeResult result = Checks.check(probe, (InetSocketAddress) server.getLocalAddress(), Checks.AMPLE);
                assertThat(result.outcome()).isEqualTo(ProbeResult.Outcome.PASS);
            }

            assertThat(server.accept()).isNull();
        }
    }

    @Test
    void noCheckLeavesAConnectionInTimeWait() throws Exception {
        try (ScriptedPeer silent = ScriptedPeer.silent();
                ScriptedPeer closing = ScriptedPeer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
            // Another program may have had the port before.
            Set<String> before = connectionsTo(silent, closing);
            for (int i = 0; i < 20; i++) {
                Checks.check(probe, silent.address(), Checks.AMPLE);
                Checks.check(Checks.http(Checks.AMPLE, ""), closing.address());
            }

            assertThat(before).containsAll(connectionsTo(silent, closing));
        }
    }

    @Test
    void aConnectThatNobodyAnswersEndsAtTheDeadline() throws Exception {
        // A full accept queue: the kernel drops what comes then.
        List<Socket> queued = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            try {
                InetSocketAddress address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
                for (int i = 0; i < 2; i++) {
                    queued.add(new Socket(address.getAddress(), address.getPort()));
                }

                assertThat(Checks.checkInVain(Checks.probe(Checks.tcp(Checks.SHORT)), address).cause())
                        .isEqualTo("no connection in 150 ms");
            } finally {
                for (Socket each : queued) {
                    each.close();
                }
            }
        }
    }

    @Test
    void aConnectThatMeetsItselfIsAFailure() throws Exception {
        InetSocketAddress address = ScriptedPeer.nobody();
        ProbeLoop meetsItself = Checks.loop((real, family) -> boundTo(address, real, family));

        assertThat(Checks.checkOn(meetsItself, probe, address))
                .isEqualTo(ProbeResult.fail("connected to itself: nobody listens there"));
    }

    @Test
    void aLackOfDescriptorsIsNotTheEndpointsFault() throws Exception {
        assertThat(Checks.checkOn(Checks.loop((_, _) -> -Errno.EMFILE), probe, ScriptedPeer.nobody()))
                .isEqualTo(ProbeResult.local("no socket: too many open files"));
    }

    @Test
    void aLackOfLocalPortsIsNotTheEndpointsFault() throws Exception {
        InetSocketAddress local = ScriptedPeer.nobody();
        try (ScriptedPeer peer = ScriptedPeer.silent(); Socket taken = boundTo(local)) {
            taken.connect(peer.address());
            ProbeLoop without = Checks.loop((real, family) -> boundTo(local, real, family));

            assertThat(Checks.checkOn(without, probe, peer.address()))
                    .isEqualTo(ProbeResult.local("this machine: cannot assign requested address"));
        }
    }

    @ParameterizedTest
    @CsvSource({"V1, 50524f585920554e4b4e4f574e0d0a", "V2, 0d0a0d0a000d0a515549540a20000000"})
    void anEndpointThatExpectsAHeaderGetsOne(ProxyProtocol protocol, String header) throws Exception {
        try (ScriptedPeer peer = ScriptedPeer.listening()) {
            Probe withHeader = Probes.of(Checks.tcp(Checks.AMPLE), protocol, List.of()).orElseThrow();

            assertThat(Checks.check(withHeader, peer.address(), Checks.AMPLE).outcome())
                    .isEqualTo(ProbeResult.Outcome.PASS);
            assertThat(peer.heard()).isEqualTo(new String(HexFormat.of().parseHex(header),
                    StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void aCheckThatBeginsTooLateSaysNothing() throws Exception {
        assertThat(Checks.check(probe, ScriptedPeer.nobody(), Duration.ofNanos(-1)))
                .isEqualTo(ProbeResult.inconclusive("no time left to begin"));
    }

    @Test
    void poolsCanGoWithoutProbes() {
        assertThat(Probes.of(Checks.none(), ProxyProtocol.V2, List.of())).isEmpty();
    }

    private static int boundTo(InetSocketAddress local, SystemCalls real, int family) {
        int fd = real.socket(family);
        real.setOption(fd, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1);
        assertThat(real.bind(fd, NativeSocketAddress.of(local))).isZero();
        return fd;
    }

    private static Socket boundTo(InetSocketAddress local) throws IOException {
        Socket socket = new Socket();
        socket.setReuseAddress(true);
        socket.bind(local);
        return socket;
    }

    /** Connections from anywhere to these, by their two ends as the kernel lists them, those in TIME_WAIT included. */
    private static Set<String> connectionsTo(ScriptedPeer... peers) throws IOException {
        Set<String> found = new HashSet<>();
        for (ScriptedPeer peer : peers) {
            String remote = String.format(Locale.ROOT, ":%04X", peer.address().getPort());
            for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
                try (Stream<String> lines = Files.lines(Path.of(table))) {
                    lines.map(line -> line.strip().split(" +", -1)).filter(words -> words[2].endsWith(remote))
                            .forEach(words -> found.add(words[1] + " " + words[2]));
                }
            }
        }
        return found;
    }
}
