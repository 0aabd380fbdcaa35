package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InheritedSocketsTest {
    private static final long PID = 4711;
    private static final int FIRST = 3;
    private static final int SOCK_DGRAM = 2;

    private final Tcp tcp = new Tcp();

    @AfterEach
    void closeAll() {
        tcp.close();
    }

    /** Descriptors 3 and on are the JVM's own here: nothing is done to them but that they stay closed to other programs. */
    private static InheritedSockets of(String count, String names) {
        return new InheritedSockets(Map.of("LISTEN_PID", "" + PID, "LISTEN_FDS", count, "LISTEN_FDNAMES", names), PID);
    }

    private static InheritedSockets nothing() {
        return new InheritedSockets(Map.of(), PID);
    }

    @Test
    void whatIsHandedOverIsFoundByItsName() {
        InheritedSockets inherited = of("3", "a:b:a");

        assertThat(inherited.names()).containsExactlyInAnyOrder("a", "b");
        assertThat(inherited.take("a")).containsExactly(FIRST, FIRST + 2);
        assertThat(inherited.take("a")).as("taken once").isEmpty();
        assertThat(inherited.names()).containsExactly("b");
    }

    @Test
    void whatHasNoNameIsUnknown() {
        assertThat(of("2", "a").take("unknown")).containsExactly(FIRST + 1);
        assertThat(of("1", "").take("unknown")).containsExactly(FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "0", "many", "99999999999"})
    void aNumberThatIsNoneMeansNothing(String count) {
        assertThat(of(count, "a").names()).isEmpty();
    }

    @Test
    void aNumberThatIsTooLargeEndsWithTheLastOpenDescriptor() {
        assertThat(of("2147483647", "a").take("unknown")).hasSizeLessThan(100_000);
    }

    @Test
    void whatIsMeantForAnotherProcessStays() {
        Map<String, String> environment = new HashMap<>(Map.of("LISTEN_FDS", "1", "LISTEN_FDNAMES", "a"));

        assertThat(new InheritedSockets(environment, PID).names()).isEmpty();
        environment.put("LISTEN_PID", "12");
        assertThat(new InheritedSockets(environment, PID).names()).isEmpty();
    }

    private int listen(String address) throws ListenSocket.BindException {
        return listen(InetAddress.ofLiteral(address));
    }

    private int listen(InetAddress address) throws ListenSocket.BindException {
        return tcp.own(tcp.listenSocket.open(Tcp.wanted(address, 0), 1).getFirst());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
    void aSocketListensAtItsAddressAndAtNoOther(String text) throws Exception {
        InetAddress address = InetAddress.ofLiteral(text);
        int fd = listen(text);
        int port = tcp.listenSocket.port(fd);

        assertThat(nothing().isListening(fd, address, port)).isTrue();
        assertThat(nothing().isListening(fd, address, port + 1)).isFalse();
        for (String other : List.of("127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::")) {
            assertThat(nothing().isListening(fd, InetAddress.ofLiteral(other), port)).as(other)
                    .isEqualTo(other.equals(text));
        }
    }

    @Test
    void aSocketOfBothFamiliesIsNoSocketOfOne() throws Exception {
        int both = tcp.own(tcp.listenSocket.open(Tcp.wanted(null, 0), 1).getFirst());
        int ipv6 = listen("::");

        assertThat(nothing().isListening(both, null, tcp.listenSocket.port(both))).isTrue();
        assertThat(nothing().isListening(both, InetAddress.ofLiteral("::"), tcp.listenSocket.port(both))).isFalse();
        assertThat(nothing().isListening(ipv6, null, tcp.listenSocket.port(ipv6))).isFalse();
    }

    @Test
    void whatDoesNotListenIsNone() throws Exception {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        int listening = listen("127.0.0.1");
        int port = tcp.listenSocket.port(listening);
        int client = tcp.connect("127.0.0.1", port);
        ClientAddress local = new ClientAddress();
        tcp.calls.localAddress(client, local);
        int datagrams = tcp.own(new CLibrary().call(CLibrary.function("socket"), SystemCalls.AF_INET, SOCK_DGRAM, 0));

        assertThat(nothing().isListening(client, loopback, local.port())).as("a connection").isFalse();
        assertThat(nothing().isListening(datagrams, InetAddress.ofLiteral("0.0.0.0"), 0)).as("UDP").isFalse();
        assertThat(nothing().isListening(1, loopback, port)).as("no socket").isFalse();
        assertThat(nothing().isListening(1_000_000, loopback, port)).as("no descriptor").isFalse();
    }

    @Test
    void aSocketThatWasBeingClosedTakesClientsAgain() throws Exception {
        int left = listen("127.0.0.1");
        int port = tcp.listenSocket.port(left);
        assertThat(tcp.calls.ignoreNewClients(left)).isZero();
        assertThat(nothing().isListening(left, InetAddress.ofLiteral("127.0.0.1"), port)).isTrue();

        List<Integer> sockets = tcp.listenSocket.open(new ListenSocket.Wanted(InetAddress.ofLiteral("127.0.0.1"), port,
                Tcp.OPTIONS, ListenSocket.Overlap.NONE, List.of(left)), 1);

        assertThat(sockets).containsExactly(left);
        tcp.connect("127.0.0.1", port);
        assertThat(tcp.accept(left, new ClientAddress())).isPositive();
    }

    @Test
    void aSocketThatIsPassedOverIsNone() throws Exception {
        int left = listen("127.0.0.1");
        assertThat(tcp.calls.setOption(left, SocketOptions.SOL_SOCKET, SocketOptions.SO_BINDTOIFINDEX, 1)).isZero();

        assertThat(nothing().isListening(left, InetAddress.ofLiteral("127.0.0.1"), tcp.listenSocket.port(left)))
                .isFalse();
    }

    @Test
    void onlySocketsAreClosed() throws Exception {
        int listening = listen("127.0.0.1");
        int file = tcp.own(new CLibrary().call(CLibrary.function("open"), path("/proc/version"), 0));

        nothing().close(List.of(file, listening));

        tcp.disown(listening);
        assertThat(Files.isSymbolicLink(Path.of("/proc/self/fd/" + file))).isTrue();
        assertThat(Files.isSymbolicLink(Path.of("/proc/self/fd/" + listening))).isFalse();
    }

    private static long path(String path) {
        return Arena.global().allocateFrom(path).address();
    }
}
