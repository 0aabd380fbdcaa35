package io.vipgate.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link ListenSocket} and {@link PortOwner}. */
class ListenSocketTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    /** An address of TEST-NET-1, which no machine owns. */
    private static final InetAddress FOREIGN = InetAddress.ofLiteral("192.0.2.1");
    private static final ListenSocket.Options FREE_BIND = new ListenSocket.Options(128, true, 30, 5, 3, null);

    private final Tcp tcp = new Tcp();
    private final ListenSocket listenSocket = tcp.listenSocket;

    @AfterEach
    void closeAll() {
        tcp.close();
    }

    private List<Integer> open(InetAddress address, int port, int count) throws ListenSocket.BindException {
        List<Integer> opened = listenSocket.open(Tcp.wanted(address, port), count);
        opened.forEach(tcp::own);
        return opened;
    }

    private static ListenSocket.BindException refusal(ListenSocket listenSocket, InetAddress address, int port)
            throws IOException {
        int before = Tcp.openSocketsAndPipes();
        ListenSocket.BindException refused = catchThrowableOfType(ListenSocket.BindException.class,
                () -> listenSocket.open(Tcp.wanted(address, port), 2));
        assertThat(refused).isNotNull();
        assertThat(Tcp.openSocketsAndPipes()).as("nothing stays open").isEqualTo(before);
        return refused;
    }

    private static String ownProcess() throws IOException {
        return Files.readString(Path.of("/proc/self/comm")).trim() + " (pid " + ProcessHandle.current().pid() + ")";
    }

    @Test
    void portZeroTakesOneThatTheKernelChoosesForAllSockets() throws Exception {
        List<Integer> opened = open(LOOPBACK, 0, 3);

        int port = listenSocket.port(opened.getFirst());
        assertThat(port).isBetween(1024, 65_535);
        assertThat(opened).hasSize(3).doesNotHaveDuplicates()
                .allSatisfy(fd -> assertThat(listenSocket.port(fd)).isEqualTo(port));
    }

    @Test
    void theSocketsOfAnAddressShareItsClients() throws Exception {
        // given
        List<Integer> opened = open(LOOPBACK, 0, 2);
        int port = listenSocket.port(opened.getFirst());

        // when
        for (int i = 0; i < 64; i++) {
            tcp.connect("127.0.0.1", port);
        }

        // then
        int[] accepted = new int[2];
        ClientAddress client = new ClientAddress();
        Tcp.await(() -> {
            for (int i = 0; i < 2; i++) {
                int fd = tcp.calls.accept(opened.get(i), client);
                if (fd >= 0) {
                    tcp.own(fd);
                    accepted[i]++;
                }
            }
            return accepted[0] + accepted[1] == 64;
        });
        assertThat(accepted[0]).isBetween(1, 63);
    }

    @Test
    void aPortThatAnotherProgramHasIsRefusedAndItsOwnerNamed() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
            ListenSocket.BindException refused = refusal(listenSocket, LOOPBACK, other.getLocalPort());

            assertThat(refused.errno()).isEqualTo(Errno.EADDRINUSE);
            assertThat(refused).hasMessage(
                    "the port is in use by " + ownProcess() + "; stop that program or bind another address");
        }
    }

    @Test
    void aSecondGatewayOfTheSameUserIsRefusedThoughTheFirstSharesThePort() throws Exception {
        // given
        List<Integer> first = open(LOOPBACK, 0, 2);
        int port = listenSocket.port(first.getFirst());

        // then
        assertThat(refusal(new ListenSocket(), LOOPBACK, port)).hasMessageContaining("in use by " + ownProcess());

        // when the first is gone
        first.forEach(tcp::close);

        // then
        assertThat(open(LOOPBACK, port, 2)).hasSize(2);
    }

    @Test
    void connectionsOfAnEarlierProcessDoNotKeepTheAddress() throws Exception {
        // given a connection that the listening side closed first
        int listener = tcp.listen("127.0.0.1");
        int port = listenSocket.port(listener);
        int near = tcp.connect("127.0.0.1", port);
        int far = tcp.accept(listener, new ClientAddress());
        tcp.close(far);
        assertThat(tcp.awaitReceive(near)).isZero();
        tcp.close(near);
        tcp.close(listener);

        // then
        assertThat(open(LOOPBACK, port, 1)).hasSize(1);
    }

    @Test
    void noAddressMeansEveryAddressOfBothFamilies() throws Exception {
        // given
        List<Integer> opened = listenSocket.open(Tcp.wanted(null, 0), 1);
        int listener = tcp.own(opened.getFirst());
        int port = listenSocket.port(listener);
        List<InetAddress> clients = new ArrayList<>();

        // when
        for (String address : List.of("127.0.0.1", "::1")) {
            tcp.connect(address, port);
            ClientAddress client = new ClientAddress();
            tcp.accept(listener, client);
            clients.add(ClientAddress.toInetAddress(client.high(), client.low()));
        }

        // then an IPv4 client is the same whichever socket it came through
        assertThat(clients).containsExactly(LOOPBACK, InetAddress.ofLiteral("::1"));
    }

    @Test
    void anIpv6AddressLeavesIpv4Alone() throws Exception {
        // given
        int port = portFreeInIpv4();

        // when
        int ipv6 = open(InetAddress.ofLiteral("::"), port, 1).getFirst();
        int ipv4 = open(InetAddress.ofLiteral("0.0.0.0"), port, 1).getFirst();

        // then
        assertThat(listenSocket.port(ipv4)).isEqualTo(listenSocket.port(ipv6));
    }

    private int portFreeInIpv4() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("0.0.0.0"))) {
            return free.getLocalPort();
        }
    }

    @Test
    void anAddressOfAnotherMachineIsRefusedAndTheMessageSaysWhatToDo() throws Exception {
        ListenSocket.BindException refused = refusal(listenSocket, FOREIGN, 0);

        assertThat(refused.errno()).isEqualTo(Errno.EADDRNOTAVAIL);
        assertThat(refused).hasMessageContaining("not on this machine").hasMessageContaining("freebind: true");
    }

    @Test
    void freebindTakesAnAddressThatTheMachineMayGetLater() throws Exception {
        int fd = tcp.own(listenSocket
                .open(new ListenSocket.Wanted(FOREIGN, 0, FREE_BIND, ListenSocket.Overlap.NONE), 1).getFirst());

        ClientAddress local = new ClientAddress();
        assertThat(tcp.calls.localAddress(fd, local)).isZero();
        assertThat(ClientAddress.toInetAddress(local.high(), local.low())).isEqualTo(FOREIGN);
    }

    @Test
    void theOwnerOfAPortIsFoundInBothFamilies() throws Exception {
        for (String address : List.of("127.0.0.1", "::1")) {
            try (ServerSocket server = new ServerSocket()) {
                server.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));

                assertThat(PortOwner.of(server.getInetAddress(), server.getLocalPort())).as(address)
                        .hasValue(ownProcess());
            }
        }
    }

    @Test
    void aPortNobodyListensOnHasNoOwner() throws Exception {
        // given a port that is bound and connected, but not listened on
        Tcp.Pair pair = tcp.pair();

        assertThat(PortOwner.of(InetAddress.getLoopbackAddress(), listenSocket.port(pair.near()))).isEmpty();
    }
}
